"""Counting feedback exactly once: a marker for everything counted, in one transaction with the count."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from permille.aws.backoff import pauses
from permille.aws.client import PASSING, code_of, service_error
from permille.aws.ledger_items import KeyedCount, LedgerTables, TallyKey, expiry, markers, tally_updates
from permille.aws.stored_values import tally_key
from permille.ports.feedback import Count, CountResult

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_ITEMS = 100  # of one TransactWriteItems
SHARDS = 8


class Counting:
    """`writer` names who counts: writers of different shards never contend for a tally."""

    def __init__(
        self, tables: LedgerTables, writer: str, dynamodb: "DynamoDBClient", pause: Callable[[float], None]
    ) -> None:
        self._tables = tables
        self._dynamodb = dynamodb
        self._shard = sum(writer.encode()) % SHARDS
        self._pause = pause

    def count(self, counts: Sequence[Count], now: datetime, patience: timedelta) -> CountResult:
        """As `Ledger.count`, without the heartbeat."""
        outcome = CountResult()
        until = time.monotonic() + patience.total_seconds()
        for number, chunk in enumerate(self._chunks(counts)):
            done = self._count_chunk(chunk, now, until) if not number or time.monotonic() < until else _failed(chunk)
            outcome = CountResult(
                outcome.new | done.new, outcome.duplicates | done.duplicates, outcome.failed | done.failed
            )
        return outcome

    def _chunks(self, counts: Sequence[Count]) -> Iterator[list[KeyedCount]]:
        """Neighbours share tallies; each chunk's markers, records, entries and tallies fit into one transaction."""
        chunk: list[KeyedCount] = []
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

    def _count_chunk(self, chunk: list[KeyedCount], now: datetime, until: float) -> CountResult:
        """Drops what the answer names as duplicates, and tries the rest again until time is up (`until`, monotonic)."""
        duplicates: set[str] = set()
        waits = pauses()
        while left := [one for one in chunk if one[1].identity not in duplicates]:
            before = len(duplicates)
            if self._try(left, duplicates, now):
                break
            if len(duplicates) > before:  # an answer, not a collision: the rest may go at once
                continue
            pause = next(waits)
            if time.monotonic() + pause > until:
                return replace(
                    _failed(left), duplicates=frozenset(duplicates).intersection(count.identity for _, count in chunk)
                )
            self._pause(pause)
        identities = frozenset(count.identity for _, count in chunk)
        return CountResult(new=identities - duplicates, duplicates=identities & duplicates)

    def _try(self, counts: list[KeyedCount], duplicates: set[str], now: datetime) -> bool:
        """Whether all is counted now. Adds the identities that were counted before to `duplicates`."""
        expires, counts = expiry(now), list(_first_of_each(counts, duplicates))
        items = [item for _, count in counts for item in markers(self._tables, count, expires)]
        items += tally_updates(self._tables, counts)
        try:
            # a tuple: a list would be searched item by item for tables named by ARN, to choose the endpoint
            self._dynamodb.transact_write_items(TransactItems=tuple(items))
        except ClientError as refused:
            if code_of(refused) not in PASSING:
                raise service_error("counting feedback", refused) from refused
            duplicates.update(_duplicates_in(refused, items))
            return False
        except BotoCoreError:  # nobody knows whether it took effect; the markers will tell
            return False
        return True

    def _key(self, count: Count) -> TallyKey:
        return count.account_id, tally_key(count.day, count.epoch, self._shard)


def _first_of_each(counts: Iterable[KeyedCount], duplicates: Collection[str]) -> Iterator[KeyedCount]:
    """The counts. Of those that share a marker (`once`) only the first adds to the tally; none if the marker is in
    `duplicates`."""
    taken = set(duplicates)
    for key, count in counts:
        yield (key, count.as_repeated) if count.once in taken else (key, count)
        taken.update([count.once] if count.once else [])


def _failed(chunk: Iterable[KeyedCount]) -> CountResult:
    return CountResult(failed=frozenset(count.identity for _, count in chunk))


def _duplicates_in(refused: ClientError, items: list[Any]) -> list[str]:
    """The identities whose markers existed, by the reasons why a transaction was cancelled."""
    reasons: Any = refused.response.get("CancellationReasons", [])
    failed = (
        item for item, reason in zip(items, reasons, strict=False) if reason.get("Code") == "ConditionalCheckFailed"
    )
    rows = (item["Put"]["Item"] for item in failed)
    return [row["identity"]["S"] for row in rows if "identity" in row]
