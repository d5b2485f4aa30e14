"""`python -m bench.command`: how long `permille --help` takes beside importing typer alone, and a look at an account
beside importing boto3 and one call.

The look (`account show`) is on an embedded stack, which takes half a minute to deploy. It calls four services.
Writes bench/results/command.json."""

import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from os import environ
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.results import keep
from tests.stack.accounts import a_business
from tests.stack.conftest import running

RUNS = 21
HELP = {
    "import_typer": "import typer",
    "help": "from permille_cli.main import run; run(['--help'])",
    "help_of_account": "from permille_cli.main import run; run(['account', '--help'])",
}
LOOK = {
    "import_boto3_and_call": "import boto3; boto3.client('cloudformation').describe_stacks(StackName='permille')",
    "look": "from permille_cli.main import run; run(['account', 'show', '{account}'])",
}


def main() -> None:
    """Measures, keeps and prints the results."""
    found: dict[str, float] = _medians(HELP, environ)
    with TemporaryDirectory() as directory, running(Path(directory) / "state") as stack:
        account = a_business(stack).id
        found |= _medians({name: one.replace("{account}", account) for name, one in LOOK.items()}, environ | stack.env)
    document = {
        "runs": RUNS,
        "milliseconds": found,
        "help_by_import": round(found["help"] / found["import_typer"], 2),
        "look_by_call": round(found["look"] / found["import_boto3_and_call"], 2),
    }
    keep("command", document)
    print(document)


def _medians(programs: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, float]:
    """In milliseconds. The programs take turns, so that a busy machine slows all; the first turn is not measured."""
    taken: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(RUNS + 1):
        for name, program in programs.items():
            taken[name].append(_milliseconds(program, environment))
    return {name: round(statistics.median(times[1:]), 1) for name, times in taken.items()}


def _milliseconds(program: str, environment: Mapping[str, str]) -> float:
    begun = time.perf_counter()
    command = [sys.executable, "-c", program]
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - our own
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
