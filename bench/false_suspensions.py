"""`make simulate`: how many honest tenants each preset disables, and how much spam it lets out.

The real decide() judges the tenants of a simulated platform (permille_cli/simulation/): some in their first month,
fewer in their first three. `--against PATH` first runs another checkout of Permille on the same mail.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import results, suspensions, tables
from bench.preset_run import Group
from bench.workers import found_by
from rich.console import Console

from permille_cli.project import PROJECT
from permille_cli.simulation.population import MONTH

TENANTS, MONTHS, FEWER = 25_000, 3, 10  # a tenth of the tenants are followed for so many months
LEAST, SEED = 100, 1
out, err = Console(highlight=False), Console(stderr=True, highlight=False)


def main(arguments: Sequence[str] | None = None) -> None:
    asked = _asked(arguments)
    checkouts = ({"before": asked.against} if asked.against else {}) | {"now": PROJECT}
    fresh = {name: _judged(code, asked.tenants, MONTH, asked.seed) for name, code in checkouts.items()}
    few = -(-asked.tenants // FEWER)
    long = {name: _judged(code, few, MONTHS * MONTH, asked.seed) for name, code in checkouts.items()}
    about = {"tenants": asked.tenants, "tenants_of_three_months": few, "seed": asked.seed}
    about |= {"before": _commit(asked.against)} if asked.against else {}
    document = suspensions.document(fresh, long, about)
    if asked.keep:
        results.keep("false_suspensions", document)
    if asked.json:
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
        return
    for part in (*suspensions.tables(fresh, long), tables.against_goals(suspensions.goals(fresh), "Goals")):
        out.print(part, "")


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.false_suspensions", description=__doc__)
    parser.add_argument("--tenants", type=int, default=TENANTS, help="more of them for narrower intervals")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--against", type=Path, help="another checkout, whose code judges the same mail")
    parser.add_argument("--json", action="store_true", help="the figures as JSON, and no tables")
    parser.add_argument("--keep", action="store_true", help="write bench/results/false_suspensions.json")
    asked = parser.parse_args(arguments)
    if asked.tenants < LEAST:
        parser.error(f"--tenants: at least {LEAST}, or there may be no honest ones among them")
    if asked.against and not _layer(asked.against).is_dir():
        parser.error(f"--against: {asked.against} is no checkout of Permille, it has no layers/core/permille")
    return asked


def _layer(checkout: Path) -> Path:
    return checkout.resolve() / "layers" / "core" / "permille"


def _judged(checkout: Path, tenants: int, days: int, seed: int) -> Sequence[Group]:
    environment = os.environ | {"PYTHONPATH": str(_layer(checkout).parent)}
    return [Group(**one) for one in found_by("bench.preset_run", tenants, days, seed, environment=environment)]


def _commit(checkout: Path) -> str:
    command = ["git", "-C", str(checkout), "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603


if __name__ == "__main__":
    main()
