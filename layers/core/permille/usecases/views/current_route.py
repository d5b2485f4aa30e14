"""What an account may send through now, and since when and why it is so."""

from permille.domain.account.account import Account
from permille.domain.sending.route import Route, changed_by, route
from permille.ports.history import Timeline


def current_route(timeline: Timeline, account: Account) -> Route:
    """The route of the account; the entry that changed it last is read."""
    entry_id = changed_by(account)
    return route(account, timeline.get(account.id, entry_id) if entry_id else None)
