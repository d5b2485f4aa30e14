"""`make bench`: measures the figures of the performance goals, prints them, and writes them to bench/results/.

It takes a few minutes, on loopback. A slow result is no failure.
"""

import asyncio
import json
import os
import random
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import backtest, cold_start, command, results, tables
from bench.deliveries import fresh
from bench.embedded import counting_environment, dynamodb_of, enrol
from bench.workers import found_by
from rich.console import Console

RUNS = 3
COLD_STARTS = 7
TICKS = 50
REACTIONS = 20
VIEWS = 30
RECORDS = 2500  # of one invocation, where its memory is measured
MB = 1_000_000
out, err = Console(highlight=False), Console(stderr=True, highlight=False)


def main() -> None:
    cells, memory, enforced, pages = asyncio.run(_measured())
    reaction = found_by("bench.reaction", REACTIONS, environment=os.environ)
    with err.status("") as status:
        starts = cold_start.measure(COLD_STARTS, status.update)
        commands = command.measure(command.RUNS, status.update)
        status.update("Back-test")
        replays = backtest.measure()
    goals = (
        results.goals(cells, memory)
        + results.cold_start_goals(starts)
        + results.enforce_goals(enforced, reaction)
        + results.console_goals(pages)
        + command.goals(commands)
        + backtest.goals(replays)
    )
    size, accounts = results.GOALS_AT
    for part in (
        tables.counting(cells, RUNS),
        tables.cold_starts(starts, COLD_STARTS),
        tables.ticks(enforced, TICKS),
        tables.enforced(enforced, reaction),
        tables.console(pages, VIEWS),
        tables.commands(commands, command.RUNS),
        tables.notes(results.HOW | results.ENFORCING_HOW | results.CONSOLE_HOW | command.HOW | backtest.HOW),
        tables.against_goals(goals, f"Goals (batch of {size}, {accounts} accounts)"),
    ):
        out.print(part, "")
    results.keep("ingest", results.ingest_document(cells, memory, RUNS))
    results.keep("cold_start", results.cold_start_document(starts, COLD_STARTS))
    results.keep("backtest", backtest.document(replays))
    results.keep("command", command.document(commands, command.RUNS))
    results.keep("console", results.console_document(pages, VIEWS))
    results.keep("enforce", results.enforce_document(enforced, reaction, TICKS))


async def _measured() -> tuple[list[results.Json], results.Json, results.Json, results.Json]:
    async with counting_environment() as environment:
        cells = await asyncio.to_thread(found_by, "bench.counting", RUNS, environment=environment)
        with err.status(f"Memory of one invocation with {RECORDS} records"):
            memory = await asyncio.to_thread(_memory, environment)
        enforced = await asyncio.to_thread(found_by, "bench.enforcing", TICKS, environment=environment)
        pages = await asyncio.to_thread(found_by, "bench.console", VIEWS, environment=environment)
    return cells, memory, enforced, pages


def _memory(environment: Mapping[str, str]) -> results.Json:
    accounts = [f"memory-{n}" for n in range(5)]
    enrol(dynamodb_of(environment), accounts)
    batch = fresh(accounts, RECORDS, 1, random.Random(RECORDS))
    with TemporaryDirectory() as directory:
        event = Path(directory) / "event.json"
        event.write_text(json.dumps(batch.events[0]), encoding="utf-8")
        peaks = found_by("bench.memory", event, environment=environment)
    return {
        "records": RECORDS,
        "bodies_mb": round(sum(len(record["body"]) for record in batch.records) / MB, 1),
        "floor_mb": round(peaks["floor"] * 1024 / MB),
        "over_floor_mb": round((peaks["peak"] - peaks["floor"]) * 1024 / MB),
    }


if __name__ == "__main__":
    main()
