"""The addresses that an account's mail no longer goes to. The host platform reads them page by page, and hears of each
by the entry that began or ended it; staff take one off."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import dropwhile, islice
from typing import TYPE_CHECKING

from permille.addresses.mailbox import canonical_address
from permille.domain.people.system_commands import ImportSuppressions, Suppress, Unsuppress
from permille.domain.sending.suppression import Addition, Detailed, Suppression, in_force, lifted, once_each
from permille.domain.timeline.kinds.suppressions import Suppressed, SuppressionsImported, Unsuppressed
from permille.domain.timeline.timeline import Entry, TimelineEntry, entry
from permille.domain.values.entry_id import id_at
from permille.domain.values.errors import Conflict, Unavailable
from permille.ports.history import MAX_RECORDS_AT_ONCE, Suppressions
from permille.ports.paging import Page

if TYPE_CHECKING:
    from permille.ports.operator import AllSuppressions  # the console has none

ATTEMPTS = 10
Chunk = Sequence[Addition]


def listed(suppressions: Suppressions, account_id: str, *, bounces: bool) -> Iterable[Suppression]:
    """Each suppressed address once, the longest suppressed first. `bounces`: whether they suppress, as the policy
    says."""
    return once_each(in_force(suppressions.records(account_id), bounces=bounces))


def page(
    suppressions: Suppressions,
    account_id: str,
    since: datetime | None,
    after: str,
    limit: int,
    *,
    bounces: bool,
) -> Page[Suppression]:
    """Of those that are `listed` some that are suppressed from `since` on, behind the entry `after`. What is before
    them is read as well, since an address is listed by its oldest record."""
    first = max(id_at(since) if since else "", after)
    addresses = listed(suppressions, account_id, bounces=bounces)
    wanted = dropwhile(lambda one: one.entry_id < first or one.entry_id == after, addresses)
    return Page.of(list(islice(wanted, limit + 1)), limit, lambda one: one.entry_id)


def remove(
    suppressions: Suppressions, account_id: str, command: Unsuppress, now: datetime
) -> TimelineEntry[Unsuppressed] | None:
    """Takes an address, however it is written, off all records that name it, and returns the entry that says so; None
    where none does. The last of them goes together with the entry: whatever is cut off before leaves the address
    suppressed."""
    wanted = canonical_address(command.address)
    for _ in range(ATTEMPTS):
        records = suppressions.identities_of(account_id, wanted) if wanted else []
        if not wanted or not records:
            return None
        told = lifted(account_id, now, wanted, command.reason, command.by)
        try:
            _lift(suppressions, records, told)
        except Conflict:
            continue
        return told
    raise Unavailable(f"{account_id}: others kept taking {wanted} off; try again")


def add(
    suppressions: "AllSuppressions", account_id: str, command: Suppress, now: datetime
) -> TimelineEntry[Suppressed] | None:
    """Suppresses an address, and returns the entry that says so; None where it had been added before."""
    told = entry(account_id, now, Suppressed(recipient=command.address, reason=command.reason, by=command.by))
    addition = Addition(command.address, now, command.reason, command.by)
    try:
        suppressions.add(account_id, [addition], told)
    except Conflict:
        return None
    return told


def take_in(
    suppressions: "AllSuppressions",
    account_id: str,
    command: ImportSuppressions,
    now: datetime,
    progress: Callable[[Sequence[Chunk]], Iterable[Chunk]] = lambda chunks: chunks,
) -> TimelineEntry[SuppressionsImported] | None:
    """Suppresses the addresses that had not been added before, and returns the entry that says how many; None where all
    had. The last of them go together with the entry: what is cut off before is finished by doing it again."""
    for _ in range(ATTEMPTS):
        there = suppressions.added(account_id)
        new = [Addition(one, now, command.reason, command.by) for one in command.addresses if one not in there]
        if not new:
            return None
        facts = SuppressionsImported(count=len(new), reason=command.reason, by=command.by)
        told = entry(account_id, now, facts)
        chunks = [new[start : start + MAX_RECORDS_AT_ONCE] for start in range(0, len(new), MAX_RECORDS_AT_ONCE)]
        try:
            for chunk in progress(chunks):
                suppressions.add(account_id, chunk, told if chunk is chunks[-1] else None)
        except Conflict:
            continue
        return told
    raise Unavailable(f"{account_id}: others kept adding addresses; try again")


def exported(suppressions: "AllSuppressions", account_id: str, *, bounces: bool) -> list[Detailed]:
    """Each suppressed address once, by the oldest of its records, the longest suppressed first."""
    records = sorted(suppressions.detailed(account_id), key=lambda one: one.suppression.entry_id)
    by_id = {one.suppression.entry_id: one for one in records}
    kept = once_each(in_force((one.suppression for one in records), bounces=bounces))
    return [by_id[one.entry_id] for one in kept]


def _lift(suppressions: Suppressions, records: list[str], told: Entry) -> None:
    chunks = [records[start : start + MAX_RECORDS_AT_ONCE] for start in range(0, len(records), MAX_RECORDS_AT_ONCE)]
    for chunk in chunks[:-1]:
        suppressions.lift(told.account_id, chunk, None)
    suppressions.lift(told.account_id, chunks[-1], told)
