"""Disablings that wait for staff: whose they are, and what staff decide about several of them at once."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from permille import decisions
from permille.decisions import Result
from permille.desk_ports import Directory, Listed
from permille.domain.commands import Command
from permille.domain.hold import NEEDS_STAFF
from permille.domain.status import Held
from permille.paging import Page

READ_AT_ONCE = 100
READ_AT_MOST = 5_000


def held(directory: Directory, at_most: int, after: str = "") -> Page[Listed]:
    """Some of those held for staff, beginning behind the account `after`."""
    found = sorted((one for one in _all(directory) if one.held in NEEDS_STAFF), key=lambda one: one.id)
    return Page.of([one for one in found if one.id > after][: at_most + 1], at_most, lambda one: one.id)


def for_want_of_deliveries(directory: Directory) -> int:
    """How many are held because fewer deliveries than complaints were counted."""
    return sum(one.held is Held.NO_DELIVERIES for one in _all(directory))


def _all(directory: Directory) -> Iterator[Listed]:
    """Who may send and breaks a rule, READ_AT_MOST at most: they come first in the list by risk."""
    after = ""
    for _ in range(READ_AT_MOST // READ_AT_ONCE):
        page = directory.by_risk(READ_AT_ONCE, after, sending=True)
        for one in page.items:
            if one.look is None or not one.look.over:
                return
            yield one
        if not page.next:
            return
        after = page.next


def decide_each(
    services: decisions.Services, account_ids: Iterable[str], command: Command, now: datetime
) -> Sequence[Result]:
    """The same decision about each. Raises Unavailable as `decisions.attempt` does."""
    return [decisions.attempt(services, one, command, now, about=one) for one in dict.fromkeys(account_ids)]
