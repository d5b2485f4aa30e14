"""Permille's ingest and the usual pattern count the same deliveries: `python -m bench.counting <results> <runs>`.

It runs in the environment of `embedded.counting_environment`, with the handlers' log on its stdout.
"""

import gc
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import count, product
from pathlib import Path
from typing import Any

import boto3
from functions.ingest_complaint import app
from rich.console import Console
from rich.progress import Progress
from tests.builders import LambdaContext

from bench import usual_pattern
from bench.deliveries import Batches, caller, fresh, with_duplicates
from bench.wire import Request, read_units, tapped, write_units

SIZES = (10, 100, 1000)
ACCOUNTS = (1, 5, 50)
AT_LEAST = 100  # deliveries in a run, so that one in a hundred is one
SEED = 4711
Handler = Callable[[dict[str, Any], Any], Any]

numbers = count()


@dataclass(frozen=True, slots=True)
class Way:
    """A way to count: its handler, its table of tallies and that table's key."""

    name: str
    handler: Handler
    table: str
    key: str

    def tally(self, account: str) -> int:
        """What is counted as delivered for an account."""
        rows = boto3.client("dynamodb").query(
            TableName=self.table,
            KeyConditionExpression=f"{self.key} = :key",
            ExpressionAttributeValues={":key": {"S": caller(account) if self.key == "caller" else account}},
            ConsistentRead=True,
        )["Items"]
        return sum(int(row["delivered"]["N"]) for row in rows)


WAYS = (
    Way("permille", app.handler, "TalliesTable", "account_id"),
    Way("usual", usual_pattern.handler, "UsualTalliesTable", "caller"),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one way in one run, per delivery; `excess` is what the tallies hold beyond the truth."""

    events_per_second: float
    cpu_microseconds: float
    calls: float
    write_units: float
    read_units: float
    excess: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One way at one size of batch and number of accounts, without and with duplicates: the medians of all runs."""

    way: str
    size: int
    accounts: int
    without: Figures
    duplicates: Figures


def main() -> None:
    results, runs = Path(sys.argv[1]), int(sys.argv[2])
    requests = tapped()
    _measure(requests, 10, 5, random.Random(SEED))  # so that clients, connections and caches are warm
    cells = [cell for size, accounts in _grid(runs) for cell in _median_cells(requests, size, accounts, runs)]
    results.write_text(json.dumps([asdict(cell) for cell in cells]), encoding="utf-8")


def _grid(runs: int) -> Iterator[tuple[int, int]]:
    with Progress(console=Console(stderr=True)) as progress:
        grid = list(product(SIZES, ACCOUNTS))
        task = progress.add_task("Counting", total=sum(size for size, _ in grid))
        for size, accounts in grid:
            progress.update(task, description=f"Counting, {runs} x batches of {size}, {accounts} accounts")
            yield size, accounts
            progress.advance(task, size)


def _median_cells(requests: list[Request], size: int, accounts: int, runs: int) -> Iterator[Cell]:
    measured = [_measure(requests, size, accounts, random.Random(SEED + run)) for run in range(runs)]
    for n, way in enumerate(WAYS):
        without, duplicates = zip(*(run[n] for run in measured), strict=True)
        yield Cell(way.name, size, accounts, _medians(without), _medians(duplicates))


def _medians(figures: Iterable[Figures]) -> Figures:
    each = [asdict(one) for one in figures]
    return Figures(**{name: statistics.median(one[name] for one in each) for name in each[0]})


def _measure(
    requests: list[Request], size: int, amount: int, chance: random.Random
) -> list[tuple[Figures, Figures]]:
    """Both ways on the same deliveries, first all new ones, then as many with duplicates of those among them."""
    accounts = _enrolled(amount)
    first = fresh(accounts, size, max(1, AT_LEAST // size), chance)
    second = with_duplicates(first, accounts, size, chance)
    return [(_run(requests, way, first), _run(requests, way, second)) for way in WAYS]


def _enrolled(amount: int) -> list[str]:
    """Accounts that nothing was counted for yet."""
    accounts = [f"account-{next(numbers)}" for _ in range(amount)]
    for account in accounts:
        row = {"caller_identity": {"S": caller(account)}, "account_id": {"S": account}}
        boto3.client("dynamodb").put_item(TableName="SendersTable", Item=row)
    return accounts


def _run(requests: list[Request], way: Way, batches: Batches) -> Figures:
    gc.collect()
    requests.clear()
    wall, cpu = time.perf_counter(), time.process_time()
    answers = [way.handler(event, LambdaContext()) for event in batches.events]
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    sent = list(requests)
    if any(answer["batchItemFailures"] for answer in answers):
        raise RuntimeError(f"{way.name} did not count everything")
    amount = len(batches.records)
    return Figures(
        events_per_second=amount / wall,
        cpu_microseconds=cpu * 1e6 / amount,
        calls=len(sent) / amount,
        write_units=sum(map(write_units, sent)) / amount,
        read_units=sum(map(read_units, sent)) / amount,
        excess=sum(way.tally(account) for account in batches.truth) - batches.truth.total(),
    )


if __name__ == "__main__":
    main()
