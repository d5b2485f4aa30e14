"""Disablings that are held for staff: their accounts, by the list by risk."""

from collections.abc import Iterator
from itertools import islice

from permille.domain.account.listed_account import ListedAccount
from permille.domain.values.status import HoldReason
from permille.ports.desk import AccountIndex

READ_AT_ONCE = 100
MAX_READ = 5_000  # accounts, for a page


def all_held(account_index: AccountIndex) -> list[ListedAccount]:
    """All accounts that are held for staff, sorted by id."""
    held = (account for account in _breaking(account_index) if account.hold_reason.needs_staff)
    return sorted(held, key=lambda account: account.id)


def count_without_deliveries(account_index: AccountIndex) -> int:
    """How many accounts are held because fewer deliveries than complaints were counted. Reads MAX_READ accounts at
    most."""
    first = islice(_breaking(account_index), MAX_READ)
    return sum(account.hold_reason is HoldReason.NO_DELIVERIES for account in first)


def _breaking(account_index: AccountIndex) -> Iterator[ListedAccount]:
    """The accounts that may send and break a rule, read lazily: they are first in the list by risk."""
    page = account_index.by_risk(READ_AT_ONCE, sending=True)
    while True:
        for account in page.items:
            if account.assessment is None or not account.assessment.breaks_rule:
                return
            yield account
        if not page.next:
            return
        page = account_index.by_risk(READ_AT_ONCE, page.next, sending=True)
