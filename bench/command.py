"""How long the command takes: `permille --help` beside importing typer alone, and looks at a stack beside what boto3
takes for one client and its call.

`python -m bench.command` measures this alone. The stack is an embedded one, which takes half a minute to deploy; the
call of the alternative goes to the same endpoint."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from os import environ
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from tempfile import TemporaryDirectory

from bench.results import Goal, Json, keep, rounded
from tests.stack.accounts import a_business
from tests.stack.conftest import running

RUNS = 21
TYPER = "import typer"
BOTO3 = "import boto3; boto3.client('cloudformation').describe_stacks(StackName='permille')"
# Each with what it is compared with.
HELP = {"help": TYPER, "help_of_account": TYPER}
LOOKS = {"show": BOTO3, "show_as_json": BOTO3, "list": BOTO3}
WORDS = {
    "help": ["--help"],
    "help_of_account": ["account", "--help"],
    "show": ["account", "show", "{account}"],
    "show_as_json": ["account", "show", "{account}", "--json"],
    "list": ["account", "list"],
}
HOW = {
    "command": "each figure is a process of its own, from the start of Python to its end; the processes take turns, "
    "and ratios are medians of those of each turn. CPU is what the process spends in user mode: how much time passes "
    "depends on what else the machine does, and here the AWS that answers runs on the same cores",
}


def measure(runs: int, report: Callable[[str], None] = print) -> Json:
    """The medians in milliseconds, and each figure as a multiple of its alternative."""
    report("Help")
    measured = _of_processes(HELP, runs, environ)
    report("Looks, on an embedded stack")
    with TemporaryDirectory() as directory, running(Path(directory) / "state") as stack:
        measured |= _of_processes(LOOKS, runs, environ | stack.env, a_business(stack).id)
    return measured


def _of_processes(kinds: Mapping[str, str], runs: int, environment: Mapping[str, str], account: str = "") -> Json:
    """The first turn is not measured: it writes the compiled modules."""
    (other,) = set(kinds.values())
    programs = {"alternative": other} | {name: _program(WORDS[name], account) for name in kinds}
    turns = [{name: _seconds(program, environment) for name, program in programs.items()} for _ in range(runs + 1)][1:]

    def of(name: str, clock: int) -> float:
        return median(turn[name][clock] for turn in turns) * 1000

    return {
        name: {
            "cpu_milliseconds": of(name, 0),
            "milliseconds": of(name, 1),
            "alternative": other,
            "alternative_cpu_milliseconds": of("alternative", 0),
            "alternative_milliseconds": of("alternative", 1),
            "times_cpu": median(turn[name][0] / turn["alternative"][0] for turn in turns),
            "times": median(turn[name][1] / turn["alternative"][1] for turn in turns),
        }
        for name in kinds
    }


def _program(words: list[str], account: str) -> str:
    typed = [word.replace("{account}", account) for word in words]
    return f"from permille_cli.main import run; run({typed!r})"


def _seconds(program: str, environment: Mapping[str, str]) -> tuple[float, float]:
    """The CPU time in user mode, and the time that passes."""
    before, begun = getrusage(RUSAGE_CHILDREN).ru_utime, time.perf_counter()
    command = [sys.executable, "-c", program]
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - our own
    return getrusage(RUSAGE_CHILDREN).ru_utime - before, time.perf_counter() - begun


def goals(measured: Json) -> list[Goal]:
    return [
        Goal("permille --help / import typer, CPU", 1.5, measured["help"]["times_cpu"]),
        Goal("permille account show / boto3 and one call, CPU", 1.5, measured["show"]["times_cpu"]),
        Goal("permille account list / boto3 and one call, CPU", 1.5, measured["list"]["times_cpu"]),
    ]


def document(measured: Json, runs: int) -> Json:
    return {
        "goals": [goal.as_data() for goal in goals(measured)],
        "commands": rounded(measured),
        "runs": runs,
        "how": HOW,
    }


if __name__ == "__main__":
    found = measure(RUNS)
    keep("command", document(found, RUNS))
    for goal in goals(found):
        print(f"{goal.figure}: {goal.reached:.2f}, at most {goal.goal:g}")
