"""Counting on DynamoDB: a marker for everything counted, in one transaction with the count."""

import json
import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import islice, repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from permille.aws.client import PASSING, client, code_of, service_call, service_error
from permille.aws.heartbeat import DynamoHeartbeat
from permille.aws.rows import DUE, bounce_row, complaint_row, entry_row, instant, tally_key
from permille.domain.timeline.kinds.complaints import OwnerMailStopped, Reported, completed
from permille.domain.timeline.timeline import TimelineEntry, json_text
from permille.domain.values.errors import ServiceError, Unavailable
from permille.domain.values.tally import Tally
from permille.observability import emit
from permille.ports.feedback import Count, CountResult, Sender
from permille.ports.history import KEPT_BOUNCES

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from permille.aws.suppressions import DynamoSuppressions

MOST_ITEMS = 100  # of one TransactWriteItems
MOST_KEYS = 100  # of one BatchGetItem
SHARDS = 8
SEEN_FOR = timedelta(days=90)
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0
ROUNDS = 6  # of asking again for keys that DynamoDB left unprocessed
# Two attempts of connecting and reading, so that a run that waits for DynamoDB still says in time what it did not do.
PATIENT_FOR_12_SECONDS: dict[str, Any] = {
    "connect_timeout": 2,
    "read_timeout": 4,
    "retries": {"mode": "standard", "total_max_attempts": 2},
    "parameter_validation": False,
}

TallyKey = tuple[str, str]
Keyed = tuple[TallyKey, Count]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerTables:
    """The names of the tables that counting reads and writes."""

    senders: str
    accounts: str
    tallies: str
    seen: str
    complaints: str
    timeline: str
    control: str

    @classmethod
    def of(cls, names: Mapping[str, str]) -> Self:
        """From names of resources by setting: `senders_table` names the senders' table."""
        return cls(**{field.name: names[f"{field.name}_table"] for field in fields(cls)})


class DynamoLedger:
    """Implements `Ledger`. `writer` names who counts: writers of different shards never contend for a tally."""

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
        self._shard = sum(writer.encode()) % SHARDS
        self._pause = pause

    def senders_for(self, callers: Collection[str]) -> dict[str, Sender]:
        wanted = sorted(caller for caller in callers if caller)
        rows = (row for keys in _chunks(wanted, MOST_KEYS) for row in self._senders(keys))
        return {sender.caller: sender for sender in map(_sender, rows)}

    def _senders(self, callers: Sequence[str]) -> Iterator[dict[str, Any]]:
        table = self._tables.senders
        keys: Any = [{"caller_identity": {"S": caller}} for caller in callers]
        for pause in _pauses(ROUNDS):
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
        outcome = CountResult()
        until = time.monotonic() + patience.total_seconds()
        for number, chunk in enumerate(self._packed(counts)):
            done = self._count_chunk(chunk, now, until) if not number or time.monotonic() < until else _failed(chunk)
            outcome = CountResult(
                outcome.new | done.new, outcome.duplicates | done.duplicates, outcome.failed | done.failed
            )
        if outcome.new or outcome.duplicates or not counts:
            self._beat(now)
        return outcome

    def _beat(self, now: datetime) -> None:
        """What was counted is counted, whether that can be said or not."""
        try:
            self._heartbeat.beat(now)
        except ServiceError as error:
            emit("heartbeat.failed", why=str(error))

    def _packed(self, counts: Sequence[Count]) -> Iterator[list[Keyed]]:
        """Neighbours share tallies; each chunk's markers, records, entries and tallies fit into one transaction."""
        chunk: list[Keyed] = []
        keys: set[TallyKey] = set()
        items = 0
        for key, count in sorted(((self._key(count), count) for count in counts), key=itemgetter(0)):
            size = 1 + (count.entry is not None) + (count.once != "")
            if chunk and items + size + len(keys | {key}) > MOST_ITEMS:
                yield chunk
                chunk, keys, items = [], set(), 0
            chunk.append((key, count))
            keys.add(key)
            items += size
        if chunk:
            yield chunk

    def _count_chunk(self, chunk: list[Keyed], now: datetime, until: float) -> CountResult:
        """Drops what the answer names as counted before, and tries the rest again until time is up."""
        known: set[str] = set()
        pauses = _pauses()
        while left := [one for one in chunk if one[1].identity not in known]:
            before = len(known)
            if self._try(left, known, now):
                break
            if len(known) > before:  # an answer, not a collision: the rest may go at once
                continue
            pause = next(pauses)
            if time.monotonic() + pause > until:
                return replace(
                    _failed(left), duplicates=frozenset(known).intersection(count.identity for _, count in chunk)
                )
            self._pause(pause)
        identities = frozenset(count.identity for _, count in chunk)
        return CountResult(new=identities - known, duplicates=identities & known)

    def _try(self, counts: list[Keyed], known: set[str], now: datetime) -> bool:
        """Whether all is counted now; adds to `known` what was before."""
        expires, counts = _expiry(now), list(_first_of_each(counts, known))
        items = [item for _, count in counts for item in self._markers(count, expires)]
        items += self._additions(counts)
        try:
            # a tuple: a list would be searched item by item for tables named by ARN, to choose the endpoint
            self._dynamodb.transact_write_items(TransactItems=tuple(items))
        except ClientError as refused:
            if code_of(refused) not in PASSING:
                raise service_error("counting feedback", refused) from refused
            known.update(_named_as_known(refused, items))
            return False
        except BotoCoreError:  # nobody knows whether it took effect; the markers will tell
            return False
        return True

    def _markers(self, count: Count, expires: str) -> list[Any]:
        if count.record:
            row = _as_item(bounce_row(count.account_id, count.identity, count.record))
            kept_until = _expiry(count.record.at, KEPT_BOUNCES)
            return [_put(self._tables.complaints, row | {"expires_at": {"N": kept_until}}, unless="account_id")]
        if count.entry is None:
            return [self._seen(count.identity, expires)]
        record = _as_item(complaint_row(count.identity, count.entry))
        told = [
            _put(self._tables.complaints, record, unless="account_id"),
            _put(self._tables.timeline, _as_item(entry_row(count.entry)), unless="entry_id"),
        ]
        return [*told, self._seen(count.once, expires)] if count.once else told

    def _seen(self, identity: str, expires: str) -> Any:
        row = {"identity": {"S": identity}, "expires_at": {"N": expires}}
        return _put(self._tables.seen, row, unless="expires_at")

    def _additions(self, counts: Iterable[Keyed]) -> list[Any]:
        sums: dict[TallyKey, Tally] = {}
        for key, count in counts:
            sums[key] = sums.get(key, Tally()) + count.tally
        return [self._addition(key, tally) for key, tally in sums.items() if tally != Tally()]

    def _addition(self, key: TallyKey, tally: Tally) -> Any:
        return {
            "Update": {
                "TableName": self._tables.tallies,
                "Key": {"account_id": {"S": key[0]}, "day_epoch_shard": {"S": key[1]}},
                "UpdateExpression": "ADD delivered :d, complaints :c, bounces :b",
                "ExpressionAttributeValues": {
                    ":d": {"N": str(tally.delivered)},
                    ":c": {"N": str(tally.complaints)},
                    ":b": {"N": str(tally.bounces)},
                },
            }
        }

    def _key(self, count: Count) -> TallyKey:
        return count.account_id, tally_key(count.day, count.epoch, self._shard)

    def add_mail_details(self, count: Count) -> None:
        what = f"completing the record of {count.identity}"
        key = _as_item({"account_id": count.account_id, "identity": count.identity})
        with service_call(what):
            record: Any = self._dynamodb.get_item(TableName=self._tables.complaints, Key=key, ConsistentRead=True)
        if not (row := record.get("Item")) or count.entry is None or not isinstance(count.entry.facts, Reported):
            return
        facts = completed(json.loads(row["facts"]["S"]), count.entry.facts)
        if facts is None:
            return
        told = {name: row[name] for name in ("account_id", "entry_id")}
        rows = ((self._tables.complaints, key), (self._tables.timeline, told))
        with service_call(what):
            self._dynamodb.transact_write_items(
                TransactItems=[_replaced(table, of, row["facts"]["S"], json_text(facts)) for table, of in rows]
            )

    def mark_due(self, account_id: str, now: datetime, *, bounced: bool = False) -> None:
        refused: ClientError | None = None
        for pause in _pauses(ROUNDS):
            refused = self._nudge(account_id, now, bounced=bounced)
            if refused is None or code_of(refused) != "TransactionConflictException":
                break
            self._pause(pause)  # a run is writing the account just now
        if refused and code_of(refused) != "ConditionalCheckFailedException":  # no such account: nobody to look at
            raise service_error(f"nudging {account_id}", refused)

    def _nudge(self, account_id: str, now: datetime, *, bounced: bool) -> ClientError | None:
        """One try; returns why it was refused."""
        values: Any = {":due": {"S": DUE}, ":at": {"S": instant(now)}, ":one": {"N": "1"}}
        noted = "due = :due, due_at = :at" + (", bounced_at = :at" if bounced else "")
        try:
            self._dynamodb.update_item(
                TableName=self._tables.accounts,
                Key={"account_id": {"S": account_id}},
                UpdateExpression=f"SET {noted} ADD revision :one",
                ConditionExpression="attribute_exists(account_id)",
                ExpressionAttributeValues=values,
            )
        except ClientError as refused:
            return refused
        except BotoCoreError as error:
            raise service_error(f"nudging {account_id}", error) from error
        return None

    @cached_property
    def suppressions(self) -> "DynamoSuppressions":
        from permille.aws.suppressions import DynamoSuppressions  # few batches need PynamoDB

        return DynamoSuppressions(complaints=self._tables.complaints, timeline=self._tables.timeline)

    def mark_owner_mail(self, identity: str, entry: TimelineEntry[OwnerMailStopped], address: str) -> bool:
        what = f"marking the owner mail of {entry.account_id}"
        mark: dict[str, Any] = {
            "TableName": self._tables.accounts,
            "Key": {"account_id": {"S": entry.account_id}},
            "UpdateExpression": "SET owner_mail = :state ADD revision :one",
            "ConditionExpression": "attribute_exists(account_id)",
            "ExpressionAttributeValues": {":state": {"S": entry.facts.state}, ":one": {"N": "1"}},
        }
        if address:  # a row of before has no key by its owner
            mark["ConditionExpression"] += " AND (attribute_not_exists(#owner) OR #owner = :address)"
            mark["ExpressionAttributeNames"] = {"#owner": "owner"}  # a reserved word
            mark["ExpressionAttributeValues"][":address"] = {"S": address}
        told = _put(self._tables.timeline, _as_item(entry_row(entry)), unless="entry_id")
        items: Any = [self._seen(identity, _expiry(entry.at)), {"Update": mark}, told]
        try:
            self._dynamodb.transact_write_items(TransactItems=items)
        except ClientError as refused:
            reasons = {reason.get("Code") for reason in refused.response.get("CancellationReasons", [])}
            if "ConditionalCheckFailed" not in reasons:  # marked before, no such account, or not its address
                raise service_error(what, refused) from refused
            return False
        except BotoCoreError as error:
            raise service_error(what, error) from error
        return True


def _first_of_each(counts: Iterable[Keyed], known: Collection[str]) -> Iterator[Keyed]:
    """Those that have a marker in common, with the first alone to be counted; none where the marker is known."""
    taken = set(known)
    for key, count in counts:
        yield (key, count.as_repeated) if count.once in taken else (key, count)
        taken.update([count.once] if count.once else [])


def _failed(chunk: Iterable[Keyed]) -> CountResult:
    return CountResult(failed=frozenset(count.identity for _, count in chunk))


def _pauses(rounds: int | None = None) -> Iterator[float]:
    """Growing seconds between tries, with jitter: it spreads writers that collide."""
    longest = FIRST_PAUSE
    for _ in islice(repeat(None), rounds):
        yield random.uniform(longest / 2, longest)  # noqa: S311 - no secret
        longest = min(2 * longest, LONGEST_PAUSE)


def _named_as_known(refused: ClientError, items: list[Any]) -> list[str]:
    """The identities whose markers were there already, of a cancelled transaction."""
    reasons: Any = refused.response.get("CancellationReasons", [])
    failed = (
        item for item, reason in zip(items, reasons, strict=False) if reason.get("Code") == "ConditionalCheckFailed"
    )
    rows = (item["Put"]["Item"] for item in failed)
    return [row["identity"]["S"] for row in rows if "identity" in row]


def _put(table: str, item: dict[str, Any], unless: str = "") -> dict[str, Any]:
    """`unless`: an attribute that every row of the table has."""
    put: dict[str, Any] = {"TableName": table, "Item": item}
    if unless:
        put["ConditionExpression"] = f"attribute_not_exists({unless})"
    return {"Put": put}


def _replaced(table: str, key: dict[str, Any], read: str, facts: str) -> Any:
    """A row's facts, unless they are others by now."""
    return {
        "Update": {
            "TableName": table,
            "Key": key,
            "UpdateExpression": "SET facts = :facts",
            "ConditionExpression": "facts = :read",
            "ExpressionAttributeValues": _as_item({":read": read, ":facts": facts}),
        }
    }


def _expiry(seen_at: datetime, kept_for: timedelta = SEEN_FOR) -> str:
    return str(int((seen_at + kept_for).timestamp()))


def _as_item(row: dict[str, str]) -> dict[str, Any]:
    return {name: {"S": value} for name, value in row.items()}


def _sender(row: dict[str, Any]) -> Sender:
    epochs = tuple(datetime.fromisoformat(start["S"]).astimezone(UTC) for start in row.get("epochs", {}).get("L", []))
    account_id, ignored = (row.get(name, {}).get("S", "") for name in ("account_id", "ignored"))
    return Sender(row["caller_identity"]["S"], account_id, epochs, ignored)


def _chunks(values: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (values[start : start + size] for start in range(0, len(values), size))
