"""What is unusual is asked once more: on a terminal by a question, elsewhere `--yes` has to be there."""

import sys
from typing import Annotated

import typer

from permille.domain.errors import ConfirmationNeeded
from permille_cli.output import err

Yes = Annotated[bool, typer.Option("--yes", help="Answer yes to the question that something unusual is asked with.")]


def ask(unusual: str, *, yes: bool, as_json: bool) -> None:
    """Returns where it is meant. `unusual` says how it is, without a full stop. Raises ConfirmationNeeded where nobody
    is there to say it, and ends the command where they say no."""
    if yes:
        return
    if as_json or not (sys.stdin.isatty() and err.is_terminal):
        raise ConfirmationNeeded(f"{unusual}; if that is meant, say --yes")
    if not typer.confirm(f"{unusual[0].upper()}{unusual[1:]}. Go on?", err=True):
        err.print("Nothing was done.")
        raise typer.Exit(1)
