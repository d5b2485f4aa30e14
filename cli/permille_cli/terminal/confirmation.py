"""What is unusual is asked once more: at a terminal by a question, elsewhere `--yes` has to be there."""

import sys
from typing import Annotated

import typer

from permille.domain.values.errors import ConfirmationNeeded, Failed
from permille.domain.words.wording import capital

Yes = Annotated[bool, typer.Option("--yes", help="Answer yes where the command would ask whether it is meant.")]


def ask(unusual: str, *, yes: bool, as_json: bool) -> None:
    """Returns where it is meant. `unusual`: what is, without a full stop. Raises ConfirmationNeeded where nobody is
    there to be asked, and Failed where they say no."""
    if yes:
        return
    if as_json or not sys.stdin.isatty():
        raise ConfirmationNeeded(f"{unusual}; nothing was done: where that is right, repeat the command with --yes")
    if not typer.confirm(f"{capital(unusual)}. Go on?", err=True):
        raise Failed("nothing was done")
