"""Measures how long a function takes to import its code and make its first clients, compared with an empty function.

Each start is a process of its own. The first one is not measured, since it compiles; the functions take turns.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable

from bench.embedded import function_environment

from permille_cli.project import PROJECT

STARTS = {
    "floor": ("IngestComplaint", "ingest_complaint", "import boto3; boto3.client('dynamodb')"),
    "ingest_complaint": ("IngestComplaint", "ingest_complaint", "import app; app.ingest_services()"),
    "enforce": ("Enforce", "enforce", "import app; app.enforce_services()"),
    "notify": ("Notify", "notify", "import app; app.notify_services(None)"),
    "console": ("Console", "console", "import app; app.console_services()"),
    "api": ("Api", "api", "import app; app.api_services(None)"),
    "providers": ("Providers", "providers", "import app; app.providers_services()"),
}
TIMED = """
import time
wall, cpu = time.perf_counter(), time.process_time()
{start}
cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
import json
print(json.dumps({{"milliseconds": wall * 1000, "cpu_milliseconds": cpu * 1000}}))
"""
Start = dict[str, float]


def measure(runs: int, progress: Callable[[str], None]) -> dict[str, Start]:
    """The medians of each start, and of its ratios to the floor's of the same round."""
    rounds = []
    for run in range(runs + 1):
        progress(f"Cold starts, round {run} of {runs}")
        rounds.append({name: _start(*start) for name, start in STARTS.items()})
    return {name: _medians(name, rounds[1:]) for name in STARTS}


def _start(function: str, folder: str, code: str) -> Start:
    """Runs in the function's folder, where Lambda finds its `app`."""
    said = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", TIMED.format(start=code)],
        env=function_environment(function),
        cwd=PROJECT / "functions" / folder,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    start: Start = json.loads(said)
    return start


def _medians(name: str, rounds: list[dict[str, Start]]) -> Start:
    ratios = (one[name]["milliseconds"] / one["floor"]["milliseconds"] for one in rounds)
    times = {key: statistics.median(one[name][key] for one in rounds) for key in rounds[0][name]}
    return {"ratio": statistics.median(ratios), **times}
