"""`python -m bench.command`: how long `permille --help` takes, beside importing typer alone.

Writes bench/results/command.json."""

import statistics
import subprocess
import sys
import time

from bench.results import keep

RUNS = 21
IMPORT = "import typer"
HELP = "from permille_cli.main import run; run(['--help'])"
GROUP = "from permille_cli.main import run; run(['account', '--help'])"


def measure(runs: int = RUNS) -> dict[str, object]:
    """Medians in milliseconds. The programs take turns, so that a busy machine slows all."""
    programs = {"import_typer": IMPORT, "help": HELP, "help_of_account": GROUP}
    taken: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(runs):
        for name, program in programs.items():
            taken[name].append(_milliseconds(program))
    medians = {name: round(statistics.median(times), 1) for name, times in taken.items()}
    return {
        "runs": runs,
        "milliseconds": medians,
        "help_by_import": round(medians["help"] / medians["import_typer"], 2),
    }


def _milliseconds(program: str) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - our own
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    found = measure()
    keep("command", found)
    print(found)
