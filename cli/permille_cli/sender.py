"""`permille sender`: callers that are no account's."""

from typing import Annotated

import typer

from permille.domain.errors import Conflict, InvalidInput
from permille_cli import given
from permille_cli.output import AsJson, emit_json, out
from permille_cli.stack import DEFAULT_STACK, StackOption

app = typer.Typer(help="Callers that are no account's.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _commands() -> None:
    """A group, although it has one command yet."""


@app.command()
def ignore(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="An IAM user or role that sends the platform's own mail.")
    ],
    reason: Annotated[str, typer.Option(help="Why its mail is nobody's to answer for.")],
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Count feedback about the platform's own mail for nobody: it is dropped, with a metric."""
    who = stack.caller()
    given.reason(reason)
    try:
        stack.accounts.ignore_sender(name, reason, who, stack.now())
    except Conflict as conflict:
        raise InvalidInput(f"{conflict}: its mail is that account's to answer for") from conflict
    if as_json:
        emit_json({"caller_identity": name, "ignored": reason, "by": who})
    else:
        out.print(f"Feedback about mail that {name} sends is dropped from now on.")
