"""An account's suppression list: addresses that it must not mail. The host platform reads it page by page, and is
notified of each change by an entry; staff add and remove addresses."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import dropwhile, islice
from typing import TYPE_CHECKING, TypeVar

from permille.addresses.mailbox import canonical_address
from permille.domain.people.system_commands import ImportSuppressions, Suppress, Unsuppress
from permille.domain.sending.suppression import Addition, Detailed, Suppression, in_force, lifted, once_each
from permille.domain.timeline.kinds.suppressions import Suppressed, SuppressionsImported, Unsuppressed
from permille.domain.timeline.timeline import Entry, TimelineEntry, entry
from permille.domain.values.entry_id import id_at
from permille.domain.values.errors import Conflict, Unavailable
from permille.ports.history import MAX_RECORDS_AT_ONCE, SuppressionAdditions, Suppressions
from permille.ports.paging import Page

if TYPE_CHECKING:
    from permille.ports.operator import AllSuppressions  # the console does not import the ports of the operator

T = TypeVar("T")

ATTEMPTS = 10
Chunk = Sequence[Addition]


def listed(suppressions: Suppressions, account_id: str, *, bounces: bool) -> Iterable[Suppression]:
    """Each suppressed address once, longest suppressed first.

    bounces: whether bounces suppress, as the policy says
    """
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
    """A page of the list. Earlier records are read as well, since an address is listed by its oldest record.

    since: only addresses that were suppressed from then on; None: all
    after: the cursor, an entry's id; empty: the first page
    bounces: whether bounces suppress, as the policy says
    """
    first = max(id_at(since) if since else "", after)
    addresses = listed(suppressions, account_id, bounces=bounces)
    wanted = dropwhile(lambda listed: listed.entry_id < first or listed.entry_id == after, addresses)
    return Page.of(list(islice(wanted, limit + 1)), limit, lambda suppression: suppression.entry_id)


def unsuppress(
    suppressions: Suppressions, account_id: str, command: Unsuppress, now: datetime
) -> TimelineEntry[Unsuppressed] | None:
    """Removes an address, in any spelling, from the list. Returns the entry; None where it was not suppressed. The last
    record is changed in one transaction with the entry: a run that is cut off leaves the address suppressed."""
    wanted = canonical_address(command.address)
    for _ in range(ATTEMPTS):
        records = suppressions.identities_of(account_id, wanted) if wanted else []
        if not wanted or not records:
            return None
        removed = lifted(account_id, now, wanted, command.reason, command.by)
        try:
            _lift(suppressions, records, removed)
        except Conflict:
            continue
        return removed
    raise Unavailable(f"{account_id}: others kept removing suppressions; try again")


def suppress(
    suppressions: SuppressionAdditions, account_id: str, command: Suppress, now: datetime
) -> TimelineEntry[Suppressed] | None:
    """Adds an address, and returns the entry; None where it was added before."""
    suppressed = entry(account_id, now, Suppressed(address=command.address, reason=command.reason, by=command.by))
    addition = Addition(command.address, now, command.reason, command.by)
    try:
        suppressions.add(account_id, [addition], suppressed)
    except Conflict:
        return None
    return suppressed


def import_addresses(
    suppressions: "AllSuppressions",
    account_id: str,
    command: ImportSuppressions,
    now: datetime,
    progress: Callable[[Sequence[Chunk]], Iterable[Chunk]] = lambda chunks: chunks,
) -> TimelineEntry[SuppressionsImported] | None:
    """Adds the addresses that were not added before. Returns the entry; None where all were. The last chunk is written
    in one transaction with the entry: a run that is cut off can be repeated.

    progress: iterates over the chunks, and may show progress
    """
    for _ in range(ATTEMPTS):
        added = suppressions.added(account_id)
        new = [Addition(name, now, command.reason, command.by) for name in command.addresses if name not in added]
        if not new:
            return None
        imported = entry(account_id, now, SuppressionsImported(count=len(new), reason=command.reason, by=command.by))
        try:
            for chunk in progress(chunks := _chunks(new)):
                suppressions.add(account_id, chunk, imported if chunk is chunks[-1] else None)
        except Conflict:
            continue
        return imported
    raise Unavailable(f"{account_id}: others kept adding addresses; try again")


def exported(suppressions: "AllSuppressions", account_id: str, *, bounces: bool) -> list[Detailed]:
    """Each suppressed address once with its reason, by its oldest record, longest suppressed first."""
    records = sorted(suppressions.detailed(account_id), key=lambda detailed: detailed.suppression.entry_id)
    by_id = {detailed.suppression.entry_id: detailed for detailed in records}
    kept = once_each(in_force((detailed.suppression for detailed in records), bounces=bounces))
    return [by_id[suppression.entry_id] for suppression in kept]


def _lift(suppressions: Suppressions, records: list[str], removed: Entry) -> None:
    chunks = _chunks(records)
    for chunk in chunks[:-1]:
        suppressions.lift(removed.account_id, chunk, None)
    suppressions.lift(removed.account_id, chunks[-1], removed)


def _chunks(items: Sequence[T]) -> list[Sequence[T]]:
    return [items[start : start + MAX_RECORDS_AT_ONCE] for start in range(0, len(items), MAX_RECORDS_AT_ONCE)]
