"""The results of several decisions of one command."""

from collections.abc import Sequence
from typing import Any

import typer

from permille.domain.values.errors import DecisionRefused
from permille.usecases.decisions.decisions import Result
from permille_cli.terminal.output import literal, out


def as_data(results: Sequence[Result]) -> dict[str, Any]:
    """What was decided, and why the others were refused."""
    done = [result.about for result in results if not result.refused]
    return {"decided": done, "refused": {result.about: result.refused for result in results if result.refused}}


def show(results: Sequence[Result], done: str) -> None:
    """Prints a line for each. `done`: the predicate of those that were not refused."""
    for result in results:
        outcome = f"[red]not done:[/] {literal(result.refused)}" if result.refused else done
        out.print(f"[bold]{literal(result.about)}[/] {outcome}", soft_wrap=True)


def fail_where_refused(results: Sequence[Result]) -> None:
    """Exits with the code of a refused decision if any was refused."""
    if any(result.refused for result in results):
        raise typer.Exit(DecisionRefused.exit_code)
