"""Disablings that are held for staff: their accounts, and decisions about several of them at once."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from permille.domain.account.listed_account import ListedAccount
from permille.domain.people.commands import Command
from permille.domain.values.status import NEEDS_STAFF, HoldReason
from permille.ports.desk import AccountIndex
from permille.ports.paging import Page
from permille.usecases.decisions import decisions
from permille.usecases.decisions.decisions import Result

READ_AT_ONCE = 100
MAX_READ = 5_000  # accounts, for a page


def page_of_held(account_index: AccountIndex, limit: int, after: str = "") -> Page[ListedAccount]:
    """A page of the accounts that are held for staff, sorted by id, after the account `after`. Reads MAX_READ accounts
    at most."""
    held = _for_staff(_first(account_index))
    return Page.of([account for account in held if account.id > after][: limit + 1], limit, lambda account: account.id)


def all_held(account_index: AccountIndex) -> list[ListedAccount]:
    """All accounts that are held for staff, sorted by id."""
    return _for_staff(_breaking(account_index))


def count_without_deliveries(account_index: AccountIndex) -> int:
    """How many accounts are held because fewer deliveries than complaints were counted. Reads MAX_READ accounts at
    most."""
    return sum(account.hold_reason is HoldReason.NO_DELIVERIES for account in _first(account_index))


def _for_staff(accounts: Iterable[ListedAccount]) -> list[ListedAccount]:
    return sorted(
        (account for account in accounts if account.hold_reason in NEEDS_STAFF), key=lambda account: account.id
    )


def _first(account_index: AccountIndex) -> Iterator[ListedAccount]:
    return islice(_breaking(account_index), MAX_READ)


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


def decide_each(
    services: decisions.DecisionServices, account_ids: Iterable[str], command: Command, now: datetime
) -> Sequence[Result]:
    """Applies the same command to each account. Raises a ServiceError as `decisions.attempt` does."""
    return [decisions.attempt(services, name, command, now, about=name) for name in dict.fromkeys(account_ids)]
