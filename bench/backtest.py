"""`python -m bench.backtest`: a back-test of many events, beside json.loads alone. `make bench` runs it, too.

Writes bench/results/backtest.json."""

import os
import platform
import statistics
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import archive, tables
from bench.results import Goal, Json, keep, rounded
from bench.workers import found_by
from rich.console import Console

EVENTS, ACCOUNTS, SEED = 1_000_000, 1_000, 1
RUNS = 3
HOW = {
    "back-test": "`permille backtest FILE --preset default --json`: from the file to the answer, with the imports",
    "archive": f"{EVENTS:,} events of {ACCOUNTS:,} accounts in {archive.DAYS} days, 1.2 kB each: deliveries; 1 "
    f"permanent bounce in {archive.BOUNCES_IN}; 1 complaint in {archive.COMPLAINTS_IN:,}, and of every tenth account "
    "10 times as many",
    "json.loads": "of each line of the same file in the same process, just before",
    "seconds": "of CPU on one core; medians of the runs",
    "memory": "peak of resident memory of the process; the largest of the runs",
}


def measure(runs: int = RUNS) -> list[Json]:
    """The figures of each run."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "archive.jsonl"
        archive.write(file, EVENTS, ACCOUNTS, SEED)
        return [found_by("bench.backtest_run", file, environment=os.environ) for _ in range(runs)]


def goals(runs: list[Json]) -> list[Goal]:
    return [
        Goal(f"back-test of {EVENTS:,} events / json.loads alone", 4, _ratio(runs)),
        Goal(f"back-test of {EVENTS:,} events, {ACCOUNTS:,} accounts: MB", 300, max(run["peak_mb"] for run in runs)),
    ]


def _ratio(runs: list[Json]) -> float:
    return float(statistics.median(run["backtest_seconds"] / run["json_loads_seconds"] for run in runs))


def document(runs: list[Json]) -> Json:
    return {
        "goals": [goal.as_data() for goal in goals(runs)],
        "runs": [rounded(run) for run in runs],
        "python": platform.python_version(),
        "how": HOW,
    }


def main() -> None:
    runs = measure()
    keep("backtest", document(runs))
    Console(highlight=False).print(tables.against_goals(goals(runs), "Goals"))


if __name__ == "__main__":
    main()
