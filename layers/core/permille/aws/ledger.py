"""The ledger: counts feedback, and reads and marks what counting needs."""

import json
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from permille.aws.account_marks import AccountMarks
from permille.aws.backoff import pauses
from permille.aws.client import client, service_call
from permille.aws.counting import Counting
from permille.aws.heartbeat import DynamoHeartbeat
from permille.aws.ledger_items import LedgerTables, as_item, facts_update
from permille.domain.timeline.kinds.complaints import Reported, completed
from permille.domain.timeline.kinds.owner_contact import OwnerMailStopped
from permille.domain.timeline.timeline import TimelineEntry, json_text
from permille.domain.values.errors import ServiceError, Unavailable
from permille.observability import emit
from permille.ports.feedback import Count, CountResult, Sender

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from permille.aws.suppressions import DynamoSuppressions

MOST_KEYS = 100  # of one BatchGetItem
ATTEMPTS = 6  # of reading keys that DynamoDB left unprocessed
# Two attempts of connecting and reading, so that a run that waits for DynamoDB still says in time what it did not do.
PATIENT_FOR_12_SECONDS: dict[str, Any] = {
    "connect_timeout": 2,
    "read_timeout": 4,
    "retries": {"mode": "standard", "total_max_attempts": 2},
    "parameter_validation": False,
}


class DynamoLedger:
    """Implements `Ledger`. `writer` names who counts, as in `Counting`."""

    def __init__(
        self,
        *,
        tables: LedgerTables,
        writer: str,
        dynamodb: "DynamoDBClient | None" = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._dynamodb: DynamoDBClient = dynamodb or client("dynamodb", **PATIENT_FOR_12_SECONDS)
        self._tables = tables
        self._heartbeat = DynamoHeartbeat(table=tables.control, dynamodb=self._dynamodb)
        self._counting = Counting(tables, writer, self._dynamodb, pause)
        self._marks = AccountMarks(tables, self._dynamodb, pause)
        self._pause = pause

    def senders_for(self, senders: Collection[str]) -> dict[str, Sender]:
        names = sorted(name for name in senders if name)
        rows = (row for keys in _chunks(names, MOST_KEYS) for row in self._senders(keys))
        return {sender.name: sender for sender in map(_sender, rows)}

    def _senders(self, names: Sequence[str]) -> Iterator[dict[str, Any]]:
        table = self._tables.senders
        keys: Any = [{"caller_identity": {"S": name}} for name in names]
        for pause in pauses(ATTEMPTS):
            with service_call("reading senders"):
                answer: Any = self._dynamodb.batch_get_item(
                    RequestItems={table: {"Keys": keys, "ConsistentRead": True}}
                )
            yield from answer["Responses"].get(table, [])
            keys = answer["UnprocessedKeys"].get(table, {}).get("Keys")
            if not keys:
                return
            self._pause(pause)
        raise Unavailable("reading senders: DynamoDB leaves some of them unprocessed")

    def count(self, counts: Sequence[Count], now: datetime, patience: timedelta) -> CountResult:
        outcome = self._counting.count(counts, now, patience)
        if outcome.new or outcome.duplicates or not counts:
            self._beat(now)
        return outcome

    def _beat(self, now: datetime) -> None:
        """What was counted stays counted where the heartbeat cannot be written."""
        try:
            self._heartbeat.beat(now)
        except ServiceError as error:
            emit("heartbeat.failed", why=str(error))

    def add_mail_details(self, count: Count) -> None:
        what = f"completing the record of {count.identity}"
        key = as_item({"account_id": count.account_id, "identity": count.identity})
        with service_call(what):
            record: Any = self._dynamodb.get_item(TableName=self._tables.complaints, Key=key, ConsistentRead=True)
        if not (row := record.get("Item")) or count.entry is None or not isinstance(count.entry.facts, Reported):
            return
        facts = completed(json.loads(row["facts"]["S"]), count.entry.facts)
        if facts is None:
            return
        entry_key = {name: row[name] for name in ("account_id", "entry_id")}
        rows = ((self._tables.complaints, key), (self._tables.timeline, entry_key))
        with service_call(what):
            self._dynamodb.transact_write_items(
                TransactItems=[facts_update(table, of, row["facts"]["S"], json_text(facts)) for table, of in rows]
            )

    def mark_due(self, account_id: str, now: datetime, *, bounced: bool = False) -> None:
        self._marks.mark_due(account_id, now, bounced=bounced)

    def mark_owner_mail(self, identity: str, entry: TimelineEntry[OwnerMailStopped], address: str) -> bool:
        return self._marks.mark_owner_mail(identity, entry, address)

    @cached_property
    def suppressions(self) -> "DynamoSuppressions":
        from permille.aws.suppressions import DynamoSuppressions  # few batches need PynamoDB

        return DynamoSuppressions(complaints=self._tables.complaints, timeline=self._tables.timeline)


def _sender(row: dict[str, Any]) -> Sender:
    epochs = tuple(datetime.fromisoformat(start["S"]).astimezone(UTC) for start in row.get("epochs", {}).get("L", []))
    account_id, ignored = (row.get(name, {}).get("S", "") for name in ("account_id", "ignored"))
    return Sender(row["caller_identity"]["S"], account_id, epochs, ignored)


def _chunks(values: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (values[start : start + size] for start in range(0, len(values), size))
