"""`permille notify`: what was to be handed on, and was not."""

from datetime import datetime
from typing import Annotated

import typer

from permille.domain.errors import InvalidInput
from permille.notify import redrive as queue_again
from permille.ports import REMEMBERED_FOR
from permille_cli import given
from permille_cli.output import AsJson, emit_json, literal, out, progress
from permille_cli.stack import DEFAULT_STACK, StackOption

app = typer.Typer(help="What was to be handed on, and was not.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _commands() -> None:
    """A group, although it has one command yet."""


@app.command()
def redrive(
    since: Annotated[str, typer.Option(help="From when on, ISO 8601, UTC if it says no zone; 30 days at most.")],
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Hand on again what has no record of having been: events for the host platform, mails to owners."""
    begin = _instant(since, stack.now())
    entries = progress(stack.timeline.all_since(begin), "reading")
    queued = [
        {"account_id": entry.account_id, "entry_id": entry.id, "kind": entry.kind, "effect": effect}
        for entry, effect in queue_again(entries, stack.once, stack.later)
    ]
    if as_json:
        emit_json({"queued": queued})
    else:
        for one in queued:
            out.print(f"{literal(one['account_id'])}  {literal(one['kind'])}  {one['effect']}")
        out.print(f"{len(queued):,} queued to be handed on again.")


def _instant(text: str, now: datetime) -> datetime:
    instant = given.instant(text, "since")
    if instant > now:
        raise InvalidInput(f"{text} is in the future: it is {now:%Y-%m-%dT%H:%M:%SZ}", "since")
    if instant < now - REMEMBERED_FOR:
        raise InvalidInput(
            f"{text} is more than {REMEMBERED_FOR.days} days ago: it is not remembered so long what was handed on, and "
            "owners would be mailed twice",
            "since",
        )
    return instant
