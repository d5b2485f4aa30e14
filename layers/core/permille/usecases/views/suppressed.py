"""The suppressed and bounced addresses of an account, as staff see them."""

from dataclasses import dataclass
from datetime import datetime
from itertools import dropwhile, islice

from permille.domain.account.account import Account
from permille.domain.feedback.bounces import BounceRecord
from permille.domain.sending.suppression import Suppression
from permille.domain.values.entry_id import id_at
from permille.ports.history import BOUNCES_KEPT_FOR
from permille.ports.paging import Page
from permille.usecases.decisions.suppression_list import listed
from permille.usecases.views.availability import or_none
from permille.usecases.views.desk_services import DeskServices

SHOWN = 50  # addresses, and bounces


@dataclass(frozen=True, slots=True)
class SuppressedAddresses:
    """What the page shows.

    page: addresses, longest suppressed first
    bounces: the newest bounces, newest first; `next` says that there are older ones
    bounces_suppress: whether the policy says so; None where it cannot be read
    """

    account: Account
    page: Page[Suppression]
    bounces: Page[BounceRecord]
    bounces_suppress: bool | None


def suppressed_addresses(
    desk: DeskServices, account_id: str, text: str, after: str, now: datetime
) -> SuppressedAddresses | None:
    """Reads the addresses; None where there is no such account.

    text: a part of the addresses that are listed; empty: all
    after: the id of a record; only addresses that were suppressed later
    """
    account = desk.accounts.get(account_id)
    if account is None:
        return None
    policy = or_none("the policy", desk.policies.current)
    bounces = policy.suppress_bounces if policy else None
    return SuppressedAddresses(
        account=account,
        page=_page(desk, account_id, text.strip().lower(), after, bounces=bounces is not False),
        bounces=desk.bounces.latest(account_id, id_at(now - BOUNCES_KEPT_FOR), SHOWN),
        bounces_suppress=bounces,
    )


def _page(desk: DeskServices, account_id: str, text: str, after: str, *, bounces: bool) -> Page[Suppression]:
    """Earlier records are read as well, since an address is listed by its oldest record."""
    addresses = (one for one in listed(desk.suppressions, account_id, bounces=bounces) if text in one.address)
    behind = dropwhile(lambda one: bool(after) and one.entry_id <= after, addresses)
    return Page.of(list(islice(behind, SHOWN + 1)), SHOWN, lambda one: one.entry_id)
