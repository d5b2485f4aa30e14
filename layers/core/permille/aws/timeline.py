"""Timelines, read from their table and its index by topic."""

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import takewhile

from pynamodb.expressions.condition import Condition

from permille.aws import client
from permille.aws.entry_writes import append
from permille.aws.models import EntryRow
from permille.aws.rows import topic_key
from permille.aws.stored_entries import entry_of
from permille.aws.stored_values import instant
from permille.aws.table_calls import connection_of, on_table, table_call, transaction
from permille.domain.timeline.facts import Topic
from permille.domain.timeline.timeline import Entry
from permille.domain.values.entry_id import id_at
from permille.ports.history import ALL_ENTRIES, EntrySelection
from permille.ports.paging import Page

READ_FOR_A_PAGE = 1000  # entries, where only those of one audience are wanted
STORED = ("account_id", "entry_id", "kind", "audience", "at", "facts")  # the attributes of an entry


class DynamoTimeline:
    """Implements `AllTimelines`."""

    def __init__(self, *, table: str) -> None:
        self._rows = on_table(EntryRow, table)
        self._table = table

    def since(self, account_id: str, at: datetime) -> list[Entry]:
        with table_call(f"reading the timeline of {account_id}"):
            rows = self._rows.query(account_id, EntryRow.entry_id >= id_at(at), consistent_read=True)
            return [_entry(row) for row in rows]

    def latest(self, account_id: str, limit: int, before: str = "") -> Page[Entry]:
        """By one query: fewer than `limit` where the entries are so long that fewer fit into an answer."""
        condition, values = "account_id = :account", {":account": {"S": account_id}}
        if before:
            condition, values = f"{condition} AND entry_id < :before", {**values, ":before": {"S": before}}
        with client.service_call(f"reading the timeline of {account_id}"):
            answer = connection_of(self._rows).client.query(
                TableName=self._table,
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
                ProjectionExpression="entry_id, kind, audience, #at, facts",
                ExpressionAttributeNames={"#at": "at"},
                ScanIndexForward=False,
                Limit=limit,
                ConsistentRead=True,
            )
        rows = ({name: value["S"] for name, value in row.items()} for row in answer["Items"])
        entries = [entry_of({"account_id": account_id, **row}) for row in rows]
        return Page(entries, entries[-1].id if "LastEvaluatedKey" in answer else "")

    def about(self, account_id: str, topic: Topic, limit: int) -> Page[Entry]:
        of_topic = EntryRow.topic.startswith(topic_key(topic, ""))
        with table_call(f"reading the {topic} of {account_id}"):
            rows = self._rows.topics_index.query(account_id, of_topic, scan_index_forward=False, limit=limit + 1)
            return Page.of([_entry(row) for row in rows], limit, lambda entry: entry.id)

    def page(self, account_id: str, after: str, limit: int, selection: EntrySelection = ALL_ENTRIES) -> Page[Entry]:
        """By one query, which reads at most READ_FOR_A_PAGE entries, even where few of them are for the audience."""
        audience, first = selection.audience, id_at(selection.since) if selection.since else ""
        read = max(limit + 1, READ_FOR_A_PAGE if audience else 0)
        with table_call(f"reading the timeline of {account_id}"):
            behind, forward = _behind(after, first, selection), not selection.newest_first
            rows = map(_entry, self._rows.query(account_id, behind, limit=read, scan_index_forward=forward))
            entries = list(takewhile(lambda entry: entry.id >= first, rows))
        theirs = [entry for entry in entries if audience in (None, entry.audience)]
        page = Page.of(theirs, limit, lambda entry: entry.id)
        return page if page.next or len(entries) < read else Page(page.items, entries[-1].id)

    def all_since(self, at: datetime) -> Iterator[Entry]:
        with table_call("reading all timelines"):
            yield from map(_entry, self._rows.scan(EntryRow.at >= instant(at), consistent_read=True))

    def of_kinds(self, kinds: Collection[str]) -> Iterator[Entry]:
        with table_call("reading all timelines"):
            yield from map(_entry, self._rows.scan(EntryRow.kind.is_in(*kinds), consistent_read=True))

    def append(self, entry: Entry) -> None:
        with transaction(self._rows, f"writing {entry.id}") as writes:
            append(writes, self._rows, entry)

    def get(self, account_id: str, entry_id: str) -> Entry | None:
        with table_call(f"reading {entry_id} of {account_id}"):
            try:
                return _entry(self._rows.get(account_id, entry_id, consistent_read=True))
            except self._rows.DoesNotExist:
                return None


def _behind(after: str, first: str, selection: EntrySelection) -> Condition | None:
    """The condition of a query for what comes after the entry `after`. A query has one condition of the sort key: where
    the newest are first, whoever reads stops at `first`."""
    if selection.newest_first:
        return EntryRow.entry_id < after if after else None
    return EntryRow.entry_id > (after or first) if after or first else None


def _entry(row: EntryRow) -> Entry:
    return entry_of({name: getattr(row, name) for name in STORED})
