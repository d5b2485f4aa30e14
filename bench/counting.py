"""Compares ingest with the usual pattern on the same deliveries: `python -m bench.counting <results> <runs>`.

It runs in the environment of `embedded.counting_environment`; the handlers' log goes to its stdout.
"""

import gc
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import count, product
from pathlib import Path
from typing import Any

import boto3
from bench import usual_pattern
from bench.deliveries import Batches, fresh, with_duplicates
from bench.embedded import enrol
from bench.wire import Request, read_units, tapped, write_units
from functions.ingest_complaint import app
from rich.console import Console
from rich.progress import Progress
from tests.support.builders import LambdaContext

from permille_cli.simulation.population import caller_of

SIZES = (10, 100, 1000)
ACCOUNTS = (1, 5, 50)
AT_LEAST = 200  # deliveries in a run, so that one in a hundred is one duplicate of either kind
SEED = 4711
numbers = count()


@dataclass(frozen=True, slots=True)
class Way:
    """A way to count: its handler, its table of tallies and that table's key."""

    name: str
    handler: Callable[[dict[str, Any], Any], Any]
    table: str
    key: str

    def tally(self, account: str) -> int:
        """The delivered count of an account."""
        rows = boto3.client("dynamodb").query(
            TableName=self.table,
            KeyConditionExpression=f"{self.key} = :key",
            ExpressionAttributeValues={":key": {"S": caller_of(account) if self.key == "caller" else account}},
            ConsistentRead=True,
        )["Items"]
        return sum(int(row["delivered"]["N"]) for row in rows)


WAYS = (
    Way("permille", app.handler, "TalliesTable", "account_id"),
    Way("usual", usual_pattern.handler, "UsualTalliesTable", "caller"),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """The measurement of one way, per delivery. `excess`: how much its tallies exceed the truth, in total."""

    events_per_second: float
    cpu_microseconds: float
    calls: float
    write_units: float
    read_units: float
    excess: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One way at one size of batch and number of accounts: without duplicates the medians of all runs; with duplicates
    one run, since what is asked of it is no time."""

    way: str
    size: int
    accounts: int
    deliveries: int
    without: Figures
    duplicates: Figures


def main() -> None:
    results, runs = Path(sys.argv[1]), int(sys.argv[2])
    requests = tapped()
    _cells(requests, 10, 5, 1)  # so that clients, connections and caches are warm
    cells = [cell for size, accounts in _grid(runs) for cell in _cells(requests, size, accounts, runs)]
    results.write_text(json.dumps([asdict(cell) for cell in cells]), encoding="utf-8")


def _grid(runs: int) -> Iterator[tuple[int, int]]:
    grid = list(product(SIZES, ACCOUNTS))
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=sum(max(size, AT_LEAST) for size, _ in grid))
        for size, accounts in grid:
            progress.update(task, description=f"Counting: {runs} runs, batches of {size}, {accounts} accounts")
            yield size, accounts
            progress.advance(task, max(size, AT_LEAST))


def _cells(requests: list[Request], size: int, amount: int, runs: int) -> list[Cell]:
    """Runs both ways by turns on the same deliveries: runs of all new ones, and one with duplicates of the last."""
    chance = random.Random(SEED)
    measured: dict[Way, list[Figures]] = {way: [] for way in WAYS}
    for _ in range(runs):
        accounts = _enrolled(amount)
        told = fresh(accounts, size, max(1, AT_LEAST // size), chance)
        for way, figures in measured.items():
            figures.append(_run(requests, way, told))
    again = with_duplicates(told, accounts, size, chance)
    return [
        Cell(way.name, size, amount, len(told.records), _medians(figures), _run(requests, way, again))
        for way, figures in measured.items()
    ]


def _enrolled(amount: int) -> list[str]:
    """New accounts, without counts."""
    accounts = [f"account-{next(numbers)}" for _ in range(amount)]
    enrol(boto3.client("dynamodb"), accounts)
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


def _medians(figures: Sequence[Figures]) -> Figures:
    """The median figures, with the largest excess of all runs."""
    each = [asdict(one) for one in figures]
    medians = {name: statistics.median(one[name] for one in each) for name in each[0]}
    return Figures(**medians | {"excess": max((one["excess"] for one in each), key=abs)})


if __name__ == "__main__":
    main()
