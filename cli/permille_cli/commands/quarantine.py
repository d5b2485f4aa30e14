"""`permille quarantine`: feedback that could not be parsed or attributed; it is inspected, replayed or deleted."""

from datetime import datetime
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any

import typer

from permille.domain.values.errors import InvalidInput
from permille.domain.words.wording import exposed, local, plain, times
from permille_cli.stack.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.terminal.confirmation import Yes, confirm
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.output import AsJson, emit_json, literal, out, progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from permille.domain.timeline.kinds.quarantine import QuarantineDropped, QuarantineReplayed
    from permille.ports.feedback import Quarantined

app = Commands(
    help="""Inspect, replay and delete quarantined feedback.

Feedback of SES that could not be parsed or attributed to an account waits here for staff."""
)

Ids = Annotated[list[str] | None, typer.Argument(metavar="ID", help="Ids, or prefixes of ids.")]
WithReason = Annotated[
    str | None,
    typer.Option(metavar="REASON", help="All with this reason, as `permille quarantine list` shows it."),
]
Sender = Annotated[str | None, typer.Option(help="All about mail of this IAM user or role.")]
Everything = Annotated[bool, typer.Option("--all", help="All quarantined feedback.")]
LISTS_THEM = "see `permille quarantine list`"
SHORT = 12  # characters of an id that people read


@app.command(name="list")
def list_groups(*, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """List quarantined feedback, by reason and sender.

    What SES reported and Permille could neither parse nor attribute to an account. It waits here, and an alarm tells
    of it: add the missing sender to its account, or ignore it, and then replay.

    Example:
        permille quarantine list

    JSON fields: groups (reason, sender, count, first_at, last_at, ids)
    """
    from permille_cli.answers.quarantine_groups import groups_of

    groups = groups_of(progress(stack.quarantine.all(), "Reading the quarantine"))
    if as_json:
        emit_json({"groups": groups})
        return
    for group in groups:
        out.print(f"[bold]{group['count']:,}[/]  {literal(group['reason'])}")
        who = f"sender {literal(group['sender'])}, " if group["sender"] else ""
        out.print(f"   {who}{_in_utc(group['first_at'])} to {_in_utc(group['last_at'])}", soft_wrap=True)
        first_ids = ", ".join(literal(body_id[:SHORT]) for body_id in group["ids"][:3])
        out.print(f"   ids {first_ids}{' ...' if group['count'] > 3 else ''}", soft_wrap=True)
    if not groups:
        out.print("The quarantine is empty.")


@app.command()
def show(
    body_id: Annotated[str, typer.Argument(metavar="ID", help="Id, or a prefix of it.")],
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Show one message: the reason and the raw body.

    The body is what SES published, with names and addresses of people.

    Example:
        permille quarantine show 3f2a91bc

    JSON fields: id, reason, sender, at, body
    """
    [quarantined] = _by_prefix(stack, [body_id])
    body = stack.quarantine.body(quarantined.id)
    if body is None:
        raise InvalidInput(f"{quarantined.id} was dropped or replayed just now; {LISTS_THEM}")
    if as_json:
        emit_json({**_named(quarantined), "body": body})
    else:
        out.print(f"[bold]{literal(quarantined.id)}[/]  {local(quarantined.at)}", soft_wrap=True)
        out.print(literal(f"{quarantined.reason} {quarantined.sender}"), soft_wrap=True)
        out.print(exposed(body), markup=False, soft_wrap=True)


@app.command()
def replay(
    ids: Ids = None,
    *,
    with_reason: WithReason = None,
    sender: Sender = None,
    everything: Everything = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Put messages back on the feedback queue.

    Once the reason is gone. Each is counted once; what fails again returns to quarantine.

    Examples:
        permille quarantine replay --sender permille-good-bakery
        permille quarantine replay --all

    JSON fields: replayed, ids
    """
    from permille.domain.timeline.kinds.quarantine import QuarantineReplayed
    from permille.usecases.feedback import quarantine

    chosen = _chosen(stack, ids, with_reason, sender, everything=everything)
    put_back = partial(quarantine.replay_feedback, stack.feedback_queue, stack.quarantine)
    _with_each(stack, put_back, "replayed", QuarantineReplayed, chosen, as_json=as_json)


@app.command()
def drop(
    ids: Ids = None,
    *,
    with_reason: WithReason = None,
    sender: Sender = None,
    everything: Everything = False,
    yes: Yes = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Delete messages for good.

    They are never counted, so it says how many there are, and asks for confirmation. Their number, reasons and ids
    stay on the system timeline.

    Examples:
        permille quarantine drop 3f2a91bc
        permille quarantine drop --with-reason "no sender named"

    JSON fields: dropped, ids
    """
    from permille.domain.timeline.kinds.quarantine import QuarantineDropped

    select = partial(_chosen, stack, ids, with_reason, sender, everything=everything)
    chosen = select() if yes else _confirmed(select, as_json=as_json)
    _with_each(stack, stack.quarantine.drop, "dropped", QuarantineDropped, chosen, as_json=as_json)


def _chosen(
    stack: Stack, ids: list[str] | None, reason: str | None, sender: str | None, *, everything: bool
) -> "Iterator[Quarantined]":
    """The feedback that the options select, read page by page.

    Raises InvalidInput before it yields anything: if there is no option, ids and a filter, or no match.
    """
    filters = [
        f"--{name}" for name, value in (("with-reason", reason), ("sender", sender), ("all", everything)) if value
    ]
    if not ids and not filters:
        raise InvalidInput(f"name ids, or use --with-reason, --sender or --all; {LISTS_THEM}")
    if ids and filters:
        raise InvalidInput(f"give ids, or {' and '.join(filters)}: not both")
    if ids:
        return iter(_by_prefix(stack, ids))
    matching = (quarantined for quarantined in stack.quarantine.all() if _matches(quarantined, reason, sender))
    first = next(matching, None)
    if first is None and not everything:
        raise InvalidInput(f"nothing in quarantine matches {' and '.join(filters)}; {LISTS_THEM}")
    return chain([first] if first else [], matching)


def _confirmed(select: "Callable[[], Iterator[Quarantined]]", *, as_json: bool) -> "Iterator[Quarantined]":
    """What is selected, once its deletion is confirmed; without what arrives after it was counted."""
    from permille_cli.answers.quarantine_groups import Group

    counted = Group()
    for quarantined in progress(select(), "Reading the quarantine"):
        counted.add(quarantined)
    last_at = counted.last_at
    if last_at is None:
        return iter(())
    confirm(f"{times(counted.count, 'message')} would be deleted, and never counted", yes=False, as_json=as_json)
    return (quarantined for quarantined in select() if quarantined.at <= last_at)


def _matches(quarantined: "Quarantined", reason: str | None, sender: str | None) -> bool:
    return reason in (None, quarantined.reason, plain(quarantined.reason)) and sender in (
        None,
        quarantined.sender,
        plain(quarantined.sender),
    )


def _by_prefix(stack: Stack, ids: list[str]) -> "list[Quarantined]":
    """The feedback whose ids have these prefixes, each once, the oldest first. Raises InvalidInput."""
    from permille.ports.feedback import Quarantined

    counts, by_prefix = dict.fromkeys(ids, 0), dict[str, Quarantined]()
    for quarantined in stack.quarantine.all():
        for prefix in filter(quarantined.id.startswith, counts):
            counts[prefix] += 1
            by_prefix[prefix] = quarantined
    for prefix, count in counts.items():
        if count != 1:
            raise InvalidInput(f"{count or 'no'} ids begin with {prefix}; {LISTS_THEM}")
    return sorted(dict.fromkeys(by_prefix.values()), key=lambda quarantined: quarantined.at)


def _with_each(
    stack: Stack,
    act: "Callable[[Quarantined], None]",
    done: str,
    kind: "type[QuarantineDropped | QuarantineReplayed]",
    chosen: "Iterator[Quarantined]",
    *,
    as_json: bool,
) -> None:
    from permille.domain.timeline.kinds.quarantine import QuarantineReplayed
    from permille.domain.timeline.timeline import system_entry
    from permille_cli.answers.quarantine_groups import Group

    acted, by = Group(), stack.operator_arn()
    label = "Replaying feedback" if kind is QuarantineReplayed else "Dropping feedback"
    try:
        for quarantined in progress(chosen, label):
            act(quarantined)
            acted.add(quarantined)
    finally:
        if acted.count:
            reasons, bodies = tuple(map(plain, acted.reasons)), tuple(acted.ids)
            facts = kind(count=acted.count, reasons=reasons, bodies=bodies, by=by)
            stack.timeline.append(system_entry(stack.now(), facts))
    if as_json:
        emit_json({done: acted.count, "ids": acted.ids})
    else:
        out.print(f"{acted.count:,} {done}.")


def _in_utc(at: str) -> str:
    return local(datetime.fromisoformat(at))


def _named(quarantined: "Quarantined") -> dict[str, Any]:
    return {
        "id": quarantined.id,
        "reason": quarantined.reason,
        "sender": quarantined.sender,
        "at": quarantined.at.isoformat(),
    }
