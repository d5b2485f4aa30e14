"""Confirmation of unusual actions: a question at a terminal, the option --yes elsewhere."""

import sys
from typing import Annotated

import typer

from permille.domain.values.errors import ConfirmationNeeded, Failed
from permille.domain.words.wording import capital

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]


def confirm(unusual: str, *, yes: bool, as_json: bool) -> None:
    """Returns if the action is confirmed. `unusual`: what is unusual about it, without a full stop.

    Raises ConfirmationNeeded without a terminal or with --json, and Failed if the answer is no.
    """
    if yes:
        return
    if as_json or not sys.stdin.isatty():
        raise ConfirmationNeeded(f"{unusual}; nothing was done: to do it, repeat the command with --yes")
    if not typer.confirm(f"{capital(unusual)}. Continue?", err=True):
        raise Failed("nothing was done")
