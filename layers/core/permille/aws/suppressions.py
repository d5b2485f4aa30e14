"""The suppressed addresses on DynamoDB: a sparse index of the complaints table."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from permille.aws.entry_writes import append
from permille.aws.models import EntryRow, RecordRow
from permille.aws.stored_values import instant
from permille.aws.table_calls import on_table, table_call, transaction
from permille.domain.feedback.bounces import BounceDetails
from permille.domain.sending.suppression import Addition, Detailed, Suppression, SuppressionReason
from permille.domain.timeline.kinds.complaints import CountedComplaint
from permille.domain.timeline.timeline import Entry
from permille.domain.values.json_values import from_json
from permille.reading.complaint_records import did

if TYPE_CHECKING:
    from pynamodb.expressions.update import Action


class DynamoSuppressions:
    """Implements `AllSuppressions`. `timeline` is needed only for adding and lifting."""

    def __init__(self, *, complaints: str, timeline: str = "") -> None:
        self._records = on_table(RecordRow, complaints)
        self._entries = on_table(EntryRow, timeline)

    def records(self, account_id: str) -> Iterator[Suppression]:
        with table_call(f"reading the suppressions of {account_id}"):
            for row in self._records.suppressed_index.query(account_id):
                yield _suppression(row)

    def detailed(self, account_id: str) -> Iterator[Detailed]:
        suppressing = RecordRow.suppressed_since.exists()
        with table_call(f"reading the records of {account_id}"):
            for row in self._records.query(account_id, filter_condition=suppressing, consistent_read=True):
                yield Detailed(_suppression(row), _reason(row))

    def added(self, account_id: str) -> frozenset[str]:
        added = RecordRow.identity.startswith(f"{SuppressionReason.ADDED}#")
        suppressing = RecordRow.suppressed_since.exists()
        with table_call(f"reading the suppressions added to {account_id}"):
            rows = self._records.query(account_id, added, filter_condition=suppressing, consistent_read=True)
            return frozenset(row.recipient for row in rows)

    def add(self, account_id: str, additions: Sequence[Addition], entry: Entry | None) -> None:
        with transaction(self._records, f"adding suppressions to {account_id}") as writes:
            for addition in additions:
                actions: list[Action] = [
                    RecordRow.at.set(instant(addition.at)),
                    RecordRow.recipient.set(addition.address),
                    RecordRow.suppressed_since.set(addition.suppression.entry_id),
                    RecordRow.reason.set(addition.reason),
                    RecordRow.by.set(addition.by),
                ]
                record = self._records(account_id, addition.identity)
                writes.update(record, actions=actions, condition=RecordRow.suppressed_since.does_not_exist())
            if entry:
                append(writes, self._entries, entry)

    def identities_of(self, account_id: str, address: str) -> list[str]:
        suppressing = (RecordRow.recipient == address) & RecordRow.suppressed_since.exists()
        with table_call(f"reading the records of {account_id}"):
            rows = self._records.query(account_id, filter_condition=suppressing, consistent_read=True)
            return [row.identity for row in rows]

    def complaints_about(self, account_id: str, message_id: str, address: str) -> dict[str, datetime]:
        prefix = f"complaint#{message_id}"
        suppressing = (RecordRow.recipient == address) & RecordRow.suppressed_since.exists()
        with table_call(f"reading the records of {account_id}"):
            rows = self._records.query(
                account_id, RecordRow.identity.startswith(prefix), suppressing, consistent_read=True
            )
            facts = {row.identity: json.loads(row.facts) for row in rows}
        return {
            identity: datetime.fromisoformat(complaint["reported_at"])
            for identity, complaint in facts.items()
            if complaint["message_id"] == message_id  # not a longer id that begins with it
        }

    def lift(self, account_id: str, identities: Sequence[str], entry: Entry | None) -> None:
        suppressing = RecordRow.suppressed_since.exists()
        actions: list[Action] = [RecordRow.suppressed_since.remove()]
        with transaction(self._records, f"writing records of {account_id}") as writes:
            for identity in identities:
                writes.update(self._records(account_id, identity), actions=actions, condition=suppressing)
            if entry:
                append(writes, self._entries, entry)


def _suppression(row: RecordRow) -> Suppression:
    assert row.recipient
    assert row.suppressed_since
    return Suppression(
        row.recipient, datetime.fromisoformat(row.at), row.suppressed_since, SuppressionReason.of(row.identity)
    )


def _reason(row: RecordRow) -> str:
    if row.details:
        return from_json(BounceDetails, json.loads(row.details)).why_with_code
    return row.reason or did(from_json(CountedComplaint, json.loads(row.facts or "{}")))
