"""The items of the transactions by which feedback is counted, as the client of DynamoDB takes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Self

from permille.aws.rows import bounce_row, complaint_row, entry_row
from permille.domain.values.tally import Tally
from permille.ports.feedback import Count
from permille.ports.history import BOUNCES_KEPT_FOR

SEEN_FOR = timedelta(days=90)  # how long a marker is kept

TallyKey = tuple[str, str]  # the account's id, and the key of send day, epoch and shard
KeyedCount = tuple[TallyKey, Count]


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


def markers(tables: LedgerTables, count: Count, expires: str) -> list[Any]:
    """The Puts that mark feedback as counted; each fails where it was counted before. A complaint's come with its
    entry."""
    if count.record:
        row = as_item(bounce_row(count.account_id, count.identity, count.record))
        kept_until = expiry(count.record.at, BOUNCES_KEPT_FOR)
        return [put(tables.complaints, row | {"expires_at": {"N": kept_until}}, unless="account_id")]
    if count.entry is None:
        return [seen_marker(tables, count.identity, expires)]
    record = as_item(complaint_row(count.identity, count.entry))
    items = [
        put(tables.complaints, record, unless="account_id"),
        put(tables.timeline, as_item(entry_row(count.entry)), unless="entry_id"),
    ]
    return [*items, seen_marker(tables, count.once, expires)] if count.once else items


def seen_marker(tables: LedgerTables, identity: str, expires: str) -> Any:
    """The Put that marks an identity as seen; fails where it was seen before."""
    row = {"identity": {"S": identity}, "expires_at": {"N": expires}}
    return put(tables.seen, row, unless="expires_at")


def tally_updates(tables: LedgerTables, counts: Iterable[KeyedCount]) -> list[Any]:
    """One Update for each tally that the counts add to."""
    sums: dict[TallyKey, Tally] = {}
    for key, count in counts:
        sums[key] = sums.get(key, Tally()) + count.tally
    return [_tally_update(tables, key, tally) for key, tally in sums.items() if tally != Tally()]


def _tally_update(tables: LedgerTables, key: TallyKey, tally: Tally) -> Any:
    return {
        "Update": {
            "TableName": tables.tallies,
            "Key": {"account_id": {"S": key[0]}, "day_epoch_shard": {"S": key[1]}},
            "UpdateExpression": "ADD delivered :d, complaints :c, bounces :b",
            "ExpressionAttributeValues": {
                ":d": {"N": str(tally.delivered)},
                ":c": {"N": str(tally.complaints)},
                ":b": {"N": str(tally.bounces)},
            },
        }
    }


def put(table: str, item: dict[str, Any], unless: str = "") -> dict[str, Any]:
    """A Put. `unless`: an attribute that every row of the table has; with it the Put fails where the row exists."""
    put: dict[str, Any] = {"TableName": table, "Item": item}
    if unless:
        put["ConditionExpression"] = f"attribute_not_exists({unless})"
    return {"Put": put}


def facts_update(table: str, key: dict[str, Any], read: str, facts: str) -> Any:
    """The Update of a row's facts; fails where they are not as they were read."""
    return {
        "Update": {
            "TableName": table,
            "Key": key,
            "UpdateExpression": "SET facts = :facts",
            "ConditionExpression": "facts = :read",
            "ExpressionAttributeValues": as_item({":read": read, ":facts": facts}),
        }
    }


def expiry(seen_at: datetime, kept_for: timedelta = SEEN_FOR) -> str:
    """The `expires_at` of a row, in seconds since 1970, as DynamoDB's time to live takes it."""
    return str(int((seen_at + kept_for).timestamp()))


def as_item(row: dict[str, str]) -> dict[str, Any]:
    """A row of texts as the client takes it."""
    return {name: {"S": value} for name, value in row.items()}
