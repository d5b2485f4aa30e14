"""What became of several decisions that were taken at once."""

from collections.abc import Sequence
from typing import Any

import typer

from permille.domain.values.errors import DecisionRefused
from permille.usecases.decisions.decisions import Result
from permille_cli.terminal.output import literal, out


def as_data(results: Sequence[Result]) -> dict[str, Any]:
    done = [one.about for one in results if not one.refused]
    return {"decided": done, "refused": {one.about: one.refused for one in results if one.refused}}


def show(results: Sequence[Result], done: str) -> None:
    """`done`: what is true of each that was not refused, after its name."""
    for one in results:
        said = f"[red]not done:[/] {literal(one.refused)}" if one.refused else done
        out.print(f"[bold]{literal(one.about)}[/] {said}", soft_wrap=True)


def fail_where_refused(results: Sequence[Result]) -> None:
    """Ends the command as one refused decision would, where one was."""
    if any(one.refused for one in results):
        raise typer.Exit(DecisionRefused.exit_code)
