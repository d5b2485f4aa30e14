"""What support decides is written down like everything else; enforce, told by the timeline's stream, switches it."""

from collections.abc import Callable
from datetime import datetime

from permille.domain.account import Account, Outcome
from permille.errors import Conflict, Unavailable
from permille.ports import Accounts

ATTEMPTS = 10

Action = Callable[[Account, datetime], Outcome]


def act(accounts: Accounts, account_id: str, action: Action, now: datetime) -> Account | None:
    """Applies one of the decisions of domain/staff.py or domain/review.py and returns the account; None where there is
    none. Raises `Refused` where the decision does not suit the account, Unavailable where others kept writing."""
    for _ in range(ATTEMPTS):
        account = accounts.get(account_id)
        if account is None:
            return None
        outcome = action(account, account.after_last_decision(now))
        try:
            return accounts.save(account, outcome.account, outcome.entries)
        except Conflict:
            continue
    raise Unavailable(f"{account_id}: others kept writing; try again")
