"""What was counted and what was told, as the decisions read it."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime

from permille.aws.models import EntryRow, TallyRow, on_table, unavailable
from permille.aws.rows import entry_of, instant
from permille.domain.reputation import Days, Tally
from permille.domain.timeline import Entry, id_at


class DynamoTallies:
    """Keeps `ports.Tallies`: one query, whatever the number of writers."""

    def __init__(self, *, table: str) -> None:
        self._rows = on_table(TallyRow, table)

    def days(self, account_id: str, epoch: int, first: date) -> Days:
        days: dict[date, Tally] = defaultdict(Tally)
        with unavailable(f"reading the tallies of {account_id}"):
            for row in self._rows.query(account_id, TallyRow.day_epoch_shard >= str(first), consistent_read=True):
                day, its_epoch, _ = row.day_epoch_shard.split("#")
                if int(its_epoch) == epoch:
                    counted = Tally(int(row.delivered), int(row.complaints), int(row.bounces))
                    days[date.fromisoformat(day)] += counted
        return dict(days)


class DynamoTimeline:
    """Keeps `ports.Timeline`."""

    def __init__(self, *, table: str) -> None:
        self._rows = on_table(EntryRow, table)

    def since(self, account_id: str, at: datetime) -> list[Entry]:
        with unavailable(f"reading the timeline of {account_id}"):
            rows = self._rows.query(account_id, EntryRow.entry_id >= id_at(at), consistent_read=True)
            return [_entry(row) for row in rows]

    def all_since(self, at: datetime) -> Iterator[Entry]:
        """Every account's entries from then on, by a scan: for people, never for a run."""
        with unavailable("reading all timelines"):
            yield from map(_entry, self._rows.scan(EntryRow.at >= instant(at), consistent_read=True))

    def get(self, account_id: str, entry_id: str) -> Entry | None:
        with unavailable(f"reading {entry_id} of {account_id}"):
            try:
                return _entry(self._rows.get(account_id, entry_id, consistent_read=True))
            except self._rows.DoesNotExist:
                return None


def _entry(row: EntryRow) -> Entry:
    return entry_of({name: getattr(row, name) for name in ("account_id", "entry_id", "kind", "at", "facts")})
