"""Entries of timelines, as parts of the transactions of what they are about."""

from typing import Any

from pynamodb.transactions import TransactWrite

from permille.aws.models import EntryRow
from permille.aws.rows import entry_row
from permille.domain.timeline.timeline import Entry


def append(writes: TransactWrite, table: type[EntryRow], entry: Entry) -> None:
    """Adds an entry to a transaction, which fails where an entry of that id exists: entries never change."""
    row: dict[str, Any] = entry_row(entry)
    writes.save(table(**row), condition=EntryRow.entry_id.does_not_exist())
