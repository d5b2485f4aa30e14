"""The addresses that an account's mail no longer goes to. The host platform reads them page by page, and hears of each
by the entry that began or ended it; staff take one off."""

from collections.abc import Iterable
from datetime import datetime
from itertools import dropwhile, islice

from permille.addresses import bare
from permille.domain.entries.complaints import Unsuppressed
from permille.domain.errors import Conflict, Unavailable
from permille.domain.suppression import Suppression, in_force, lifted, once_each
from permille.domain.system_commands import Unsuppress
from permille.domain.timeline import Entry, TimelineEntry, id_at
from permille.paging import Page
from permille.ports import MOST_LIFTED, Suppressions

ATTEMPTS = 10


def listed(suppressions: Suppressions, account_id: str, *, bounces: bool = True) -> Iterable[Suppression]:
    """Each suppressed address once, the longest suppressed first. `bounces`: whether they suppress, as the policy
    says."""
    return once_each(in_force(suppressions.cards(account_id), bounces=bounces))


def page(
    suppressions: Suppressions,
    account_id: str,
    since: datetime | None,
    after: str,
    at_most: int,
    *,
    bounces: bool = True,
) -> Page[Suppression]:
    """Of those that are `listed` some that are suppressed from `since` on, behind the entry `after`. What is before
    them is read as well, since an address is listed by its oldest card."""
    first = max(id_at(since) if since else "", after)
    addresses = listed(suppressions, account_id, bounces=bounces)
    wanted = dropwhile(lambda one: one.entry_id < first or one.entry_id == after, addresses)
    return Page.of(list(islice(wanted, at_most + 1)), at_most, lambda one: one.entry_id)


def remove(
    suppressions: Suppressions, account_id: str, command: Unsuppress, now: datetime
) -> TimelineEntry[Unsuppressed] | None:
    """Takes an address, however it is written, off all cards that name it, and returns the entry that says so; None
    where none does. The last of them goes together with the entry: whatever is cut off before leaves the address
    suppressed."""
    wanted = bare(command.address)
    for _ in range(ATTEMPTS):
        cards = suppressions.naming(account_id, wanted) if wanted else []
        if not wanted or not cards:
            return None
        entry = lifted(account_id, now, wanted, command.reason, command.by)
        try:
            _lift(suppressions, cards, entry)
        except Conflict:
            continue
        return entry
    raise Unavailable(f"{account_id}: others kept taking {wanted} off; try again")


def _lift(suppressions: Suppressions, cards: list[str], entry: Entry) -> None:
    chunks = [cards[start : start + MOST_LIFTED] for start in range(0, len(cards), MOST_LIFTED)]
    for chunk in chunks[:-1]:
        suppressions.lift(entry.account_id, chunk, None)
    suppressions.lift(entry.account_id, chunks[-1], entry)
