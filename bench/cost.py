"""`make cost`: writes docs/cost.md from cost.md in this folder, the benchmark's counts and the prices."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.results import RESULTS

from permille_cli.cost import VCPU, Line, Price, at_rest, of_a_million, prices, total
from permille_cli.stack.template import PROJECT, load

DOCUMENT = PROJECT / "docs" / "cost.md"
# Batches as the benchmark has them, and how many messages a request to SQS then has: ten, its most, where much waits.
FULL, TRICKLE = (1000, 5), (10, 50)
RECEIVED = {FULL: 10, TRICKLE: 5}

TEXT = Path(__file__).with_suffix(".md")


def cost_text() -> str:
    at = prices()
    rest, full, trickle = bills(at)
    (unbilled,) = (line.usd for line in full if line.item.endswith("put there by SNS"))
    return TEXT.read_text(encoding="utf-8").format(
        rest=total(rest),
        full=total(full),
        trickle=total(trickle),
        at_rest=_table(rest),
        million=_side_by_side(full, trickle),
        unbilled=unbilled,
        prices=_listed(at),
        vcpu=VCPU,
    )


def bills(at: Mapping[str, Price]) -> tuple[list[Line], list[Line], list[Line]]:
    """The bills of a month without mail, and of a million deliveries in full batches and in single ones."""
    full, trickle = (of_a_million(_counted(*one), one[0], RECEIVED[one], at) for one in (FULL, TRICKLE))
    return at_rest(load()["Resources"], at), full, trickle


def _counted(size: int, accounts: int) -> Any:
    cells = json.loads((RESULTS / "ingest.json").read_text(encoding="utf-8"))["per_event"]
    wanted = ("permille", size, accounts)
    (cell,) = (one for one in cells if (one["way"], one["size"], one["accounts"]) == wanted)
    return cell["without"]


def _table(lines: Sequence[Line]) -> str:
    rows = [f"| {line.item} | {_number(line.number)} | {line.usd:.2f} |" for line in lines]
    return "\n".join(["| item | number | $ |", "|---|---|---|", *rows, f"| **sum** | | **{total(lines):.2f}** |"])


def _number(number: float) -> str:
    return f"{number:,.2f}" if number < 1 else f"{number:,.0f}"


def _side_by_side(full: Sequence[Line], trickle: Sequence[Line]) -> str:
    pairs = zip(full, trickle, strict=True)
    rows = [f"| {one.item} | {one.usd:.2f} | {other.usd:.2f} |" for one, other in pairs]
    head = ["| item | full batches, $ | a trickle, $ |", "|---|---|---|"]
    return "\n".join([*head, *rows, f"| **sum** | **{total(full):.2f}** | **{total(trickle):.2f}** |"])


def _listed(at: Mapping[str, Price]) -> str:
    rows = [
        f"| {price.unit} | {price.usd:g} for {price.per:,.0f} | {price.source} | {price.as_of} |"
        for price in at.values()
    ]
    return "\n".join(["| unit | $ | source | as of |", "|---|---|---|---|", *rows])


if __name__ == "__main__":
    DOCUMENT.write_text(cost_text(), encoding="utf-8")
