"""Disablings that wait for staff: whose they are, and what staff decide about several of them at once."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from permille import decisions
from permille.desk_ports import Directory, Listed
from permille.domain.commands import Command
from permille.domain.errors import DecisionRefused, NotFound
from permille.domain.hold import NEEDS_STAFF
from permille.domain.status import Held
from permille.paging import Page

READ_AT_ONCE = 100
READ_AT_MOST = 5_000


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a decision about one of several accounts. `refused`: why not; empty where it was done."""

    account_id: str
    refused: str = ""


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
) -> Sequence[Decided]:
    """The same decision about each; one that is refused keeps no other from it. Raises Unavailable where AWS does not
    answer: what was decided by then stays."""
    return [_decide(services, account_id, command, now) for account_id in dict.fromkeys(account_ids)]


def _decide(services: decisions.Services, account_id: str, command: Command, now: datetime) -> Decided:
    try:
        decisions.apply(services, account_id, command, now)
    except (DecisionRefused, NotFound) as refused:
        return Decided(account_id, str(refused))
    return Decided(account_id)
