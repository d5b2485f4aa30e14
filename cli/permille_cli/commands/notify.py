"""`permille notify`: what was to be handed on, and was not."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from permille.domain.values.errors import InvalidInput
from permille.domain.words.wording import times
from permille.ports.notifications import REMEMBERED_FOR
from permille.usecases.feedback.dead_letters import missed, redrive_letters
from permille.usecases.notifications import notify
from permille_cli.stack.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.terminal import inputs
from permille_cli.terminal.output import AsJson, emit_json, literal, out, progress

app = typer.Typer(help="What was to be handed on, and was not.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def _commands() -> None:
    """A group, although it has one command yet."""


@app.command()
def redrive(
    since: Annotated[
        str | None,
        typer.Option(help="What was missed from then on, too: ISO 8601, UTC if it says no zone; 30 days at most."),
    ] = None,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Hand on again: the dead letters, and what has no record of having been handed on since a function gave up on a
    part of the timeline's stream. Events for the host platform, mails to owners."""
    begin = _instant(since, stack.now()) if since is not None else None
    parts = missed(stack.stream_failures)
    begin = begin or min((part.since for part in parts), default=None)
    letters = sum(1 for _ in progress(redrive_letters(stack.notify_dead_letters), "putting back"))
    queued = list(_queued_since(stack, begin)) if begin else []
    seen_to = [part for part in parts if begin and part.since >= begin]
    for part in seen_to:
        stack.stream_failures.delete(part.letter)
    answer = {"dead_letters": letters, "queued": queued, "stream_failures": len(seen_to)}
    if as_json:
        emit_json(answer)
    else:
        _tell(answer, len(parts) - len(seen_to))


def _queued_since(stack: Stack, begin: datetime) -> Iterator[dict[str, str]]:
    entries = progress(stack.timeline.all_since(begin), "reading")
    for entry, effect in notify.redrive(entries, stack.idempotency, stack.retry_queue):
        yield {"account_id": entry.account_id, "entry_id": entry.id, "kind": entry.kind, "effect": effect}


def _tell(answer: dict[str, Any], left: int) -> None:
    for one in answer["queued"]:
        out.print(f"{literal(one['account_id'])}  {literal(one['kind'])}  {one['effect']}")
    queued = len(answer["queued"])
    entries = f"{queued:,} missed {'entry' if queued == 1 else 'entries'}"
    out.print(f"{times(answer['dead_letters'], 'dead letter')} put back, {entries} queued.")
    if seen_to := answer["stream_failures"]:
        out.print(f"{_parts(seen_to)} of the timeline's stream seen to.")
    if left:
        out.print(f"{_parts(left)} missed earlier: repeat it without --since in 15 minutes.")


def _instant(text: str, now: datetime) -> datetime:
    instant = inputs.instant(text, "since")
    if instant > now:
        raise InvalidInput(f"{text} is in the future: it is {now:%Y-%m-%dT%H:%M:%SZ}", "since")
    if instant < now - REMEMBERED_FOR:
        raise InvalidInput(
            f"{text} is more than {REMEMBERED_FOR.days} days ago: it is not remembered so long what was handed on, and "
            "owners would be mailed twice",
            "since",
        )
    return instant


def _parts(number: int) -> str:
    return times(number, "part")
