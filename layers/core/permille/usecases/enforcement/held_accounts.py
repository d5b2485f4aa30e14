"""Disablings that wait for staff: whose they are, and what staff decide about several of them at once."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from permille.domain.account.listed_account import ListedAccount
from permille.domain.people.commands import Command
from permille.domain.rules.hold import NEEDS_STAFF
from permille.domain.values.status import HoldReason
from permille.ports.desk import AccountIndex
from permille.ports.paging import Page
from permille.usecases.decisions import decisions
from permille.usecases.decisions.decisions import Result

READ_AT_ONCE = 100
READ_AT_MOST = 5_000


def page_of_held(directory: AccountIndex, limit: int, after: str = "") -> Page[ListedAccount]:
    """Some of those held for staff, beginning behind the account `after`, as far as a page can read."""
    found = _for_staff(_first(directory))
    return Page.of([one for one in found if one.id > after][: limit + 1], limit, lambda one: one.id)


def all_held(directory: AccountIndex) -> list[ListedAccount]:
    """All of those held for staff, by their names, however many break a rule."""
    return _for_staff(_over(directory))


def count_without_deliveries(directory: AccountIndex) -> int:
    """How many are held because fewer deliveries than complaints were counted, as far as a page can read."""
    return sum(one.held is HoldReason.NO_DELIVERIES for one in _first(directory))


def _for_staff(accounts: Iterable[ListedAccount]) -> list[ListedAccount]:
    return sorted((one for one in accounts if one.held in NEEDS_STAFF), key=lambda one: one.id)


def _first(directory: AccountIndex) -> Iterator[ListedAccount]:
    return islice(_over(directory), READ_AT_MOST)


def _over(directory: AccountIndex) -> Iterator[ListedAccount]:
    """Who may send and breaks a rule: they come first in the list by risk, which is read as far as they are taken."""
    page = directory.by_risk(READ_AT_ONCE, sending=True)
    while True:
        for one in page.items:
            if one.look is None or not one.look.over:
                return
            yield one
        if not page.next:
            return
        page = directory.by_risk(READ_AT_ONCE, page.next, sending=True)


def decide_each(
    services: decisions.DecisionServices, account_ids: Iterable[str], command: Command, now: datetime
) -> Sequence[Result]:
    """The same decision about each. Raises Unavailable as `decisions.attempt` does."""
    return [decisions.attempt(services, one, command, now, about=one) for one in dict.fromkeys(account_ids)]
