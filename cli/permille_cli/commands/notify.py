"""`permille notify`: sends the notifications that were not delivered."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Annotated, Any

import typer

from permille.domain.values.errors import InvalidInput
from permille.domain.words.wording import times
from permille_cli.stack.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.terminal import inputs
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.output import AsJson, emit_json, literal, out, progress

app = Commands(
    help="""Send the notifications that were not delivered.

Mails to owners, and events for the host platform."""
)


@app.command()
def redrive(
    since: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Also check all entries since this time: ISO 8601, by default UTC; at most 30 days ago.",
        ),
    ] = None,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Send the events, mails and messages that were not delivered.

    Queues the dead letters (what failed too often, also to the webhook), and the entries without a record of delivery
    since a function first gave up on a batch of the timeline's stream. Nothing is delivered twice.

    Examples:
        permille notify redrive
        permille notify redrive --since 2026-11-25T09:00:00Z

    JSON fields: dead_letters, queued (account_id, entry_id, kind, channel), stream_failures
    """
    from permille.usecases.feedback.dead_letters import missed_parts, redrive_letters

    begin = _instant(since, stack.now()) if since is not None else None
    parts = missed_parts(stack.stream_failures)
    begin = begin or min((part.since for part in parts), default=None)
    queues = [stack.notify_dead_letters, stack.webhook_dead_letters]
    redriven = chain.from_iterable(redrive_letters(queue) for queue in queues)
    letters = sum(1 for _ in progress(redriven, "Putting dead letters back"))
    queued = list(_queued_since(stack, begin)) if begin else []
    processed = [part for part in parts if begin and part.since >= begin]
    for part in processed:
        stack.stream_failures.delete(part.letter)
    answer = {"dead_letters": letters, "queued": queued, "stream_failures": len(processed)}
    if as_json:
        emit_json(answer)
    else:
        _print(answer, len(parts) - len(processed))


def _queued_since(stack: Stack, begin: datetime) -> Iterator[dict[str, str]]:
    from permille.usecases.notifications import notify

    entries = progress(stack.timeline.all_since(begin), "Reading the timeline")
    endpoint = stack.webhook_register.get()
    for entry, channel in notify.redrive(entries, endpoint, stack.idempotency, stack.retry_queue):
        yield {"account_id": entry.account_id, "entry_id": entry.id, "kind": entry.kind, "channel": channel}


def _print(answer: dict[str, Any], left: int) -> None:
    for notification in answer["queued"]:
        out.print(f"{literal(notification['account_id'])}  {literal(notification['kind'])}  {notification['channel']}")
    queued = len(answer["queued"])
    entries = f"{queued:,} missed {'entry' if queued == 1 else 'entries'}"
    out.print(f"{times(answer['dead_letters'], 'dead letter')} put back, {entries} queued.")
    if batches := answer["stream_failures"]:
        out.print(f"{_failed_batches(batches)} of the timeline's stream processed.")
    if left:
        out.print(f"{_failed_batches(left)} from before --since left: repeat without it in 15 minutes.")


def _instant(text: str, now: datetime) -> datetime:
    from permille.ports.notifications import IDEMPOTENT_FOR

    instant = inputs.instant(text, "since")
    if instant > now:
        raise InvalidInput(f"{text} is in the future: it is {now:%Y-%m-%dT%H:%M:%SZ}", "since")
    if instant < now - IDEMPOTENT_FOR:
        raise InvalidInput(
            f"{text} is more than {IDEMPOTENT_FOR.days} days ago: records of delivery are not kept so long, and owners "
            "would be mailed twice",
            "since",
        )
    return instant


def _failed_batches(number: int) -> str:
    return f"{number:,} failed {'batch' if number == 1 else 'batches'}"
