"""`permille quarantine`: feedback that could not be read or attributed, and what becomes of it."""

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import typer

from permille.domain.entries.system import LISTED_BODIES, QuarantineDropped, QuarantineReplayed
from permille.domain.errors import InvalidInput
from permille.domain.timeline import system_entry
from permille.domain.wording import exposed, plain
from permille.ports import Quarantined
from permille.quarantine import replay as restore
from permille_cli.output import AsJson, emit_json, literal, out, progress
from permille_cli.stack import DEFAULT_STACK, Stack, StackOption

app = typer.Typer(help="Feedback that could not be read or attributed.", no_args_is_help=True, rich_markup_mode=None)

Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Ids, or their beginnings.")]
Reason = Annotated[str | None, typer.Option(help="All that rest for this reason.")]
Caller = Annotated[str | None, typer.Option(help="All that this IAM user or role sent.")]
Everything = Annotated[bool, typer.Option("--all", help="All there is.")]
SHORT = 12  # characters of an id that people read


@app.command(name="list")
def list_groups(*, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """List what rests, grouped by reason and caller."""
    groups = _groups(list(stack.quarantine.all()))
    if as_json:
        emit_json({"groups": groups})
        return
    for group in groups:
        out.print(f"[bold]{group['count']:,}[/]  {literal(group['reason'])}")
        who = f"caller {literal(group['caller'])}, " if group["caller"] else ""
        out.print(f"   {who}{group['first_at'][:16]} to {group['last_at'][:16]} UTC", soft_wrap=True)
        shown = ", ".join(literal(one[:SHORT]) for one in group["ids"][:3])
        out.print(f"   ids {shown}{' ...' if group['count'] > 3 else ''}", soft_wrap=True)
    if not groups:
        out.print("Nothing rests in quarantine.")


@app.command()
def show(
    body_id: Annotated[str, typer.Argument(metavar="ID")],
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Show one body, raw, with why it rests."""
    [one] = _chosen(stack, [body_id], None, None, everything=False)
    if as_json:
        emit_json({**_named(one), "body": one.body})
    else:
        out.print(f"[bold]{literal(one.id)}[/]  {one.at:%Y-%m-%d %H:%M:%S} UTC", soft_wrap=True)
        out.print(literal(f"{one.reason} {one.caller}"), soft_wrap=True)
        out.print(exposed(one.body), markup=False)


@app.command()
def replay(
    ids: Ids = None,
    *,
    reason: Reason = None,
    caller: Caller = None,
    everything: Everything = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Put bodies back on the feedback queue: each is as exact as any redelivery. What fails again comes back here."""
    chosen = _chosen(stack, ids, reason, caller, everything=everything)
    put_back = partial(restore, stack.feedback_queue, stack.quarantine)
    _with_each(stack, put_back, "replayed", QuarantineReplayed, chosen, as_json=as_json)


@app.command()
def drop(
    ids: Ids = None,
    *,
    reason: Reason = None,
    caller: Caller = None,
    everything: Everything = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Throw bodies away for good."""
    chosen = _chosen(stack, ids, reason, caller, everything=everything)
    _with_each(stack, stack.quarantine.drop, "dropped", QuarantineDropped, chosen, as_json=as_json)


def _chosen(
    stack: Stack, ids: list[str] | None, reason: str | None, caller: str | None, *, everything: bool
) -> list[Quarantined]:
    """What the options name. Raises InvalidInput where they name nothing, or an id that is none."""
    if not (ids or reason or caller or everything):
        raise InvalidInput("say which: ids, --reason, --caller, or --all; `permille quarantine list` names them")
    resting = list(stack.quarantine.all())
    for one in ids or []:
        found = sum(quarantined.id.startswith(one) for quarantined in resting)
        if found != 1:
            raise InvalidInput(f"{found or 'no'} body rests under {one}; `permille quarantine list` names them")
    wanted = [
        quarantined
        for quarantined in resting
        if (not ids or any(quarantined.id.startswith(one) for one in ids))
        and (reason is None or reason in (quarantined.reason, plain(quarantined.reason)))
        and (caller is None or quarantined.caller == caller)
    ]
    return sorted(wanted, key=lambda quarantined: quarantined.at)


def _with_each(
    stack: Stack,
    act: Callable[[Quarantined], None],
    done: str,
    kind: type[QuarantineDropped | QuarantineReplayed],
    chosen: list[Quarantined],
    *,
    as_json: bool,
) -> None:
    acted, by = list[Quarantined](), stack.caller()
    try:
        for quarantined in progress(chosen, done):
            act(quarantined)
            acted.append(quarantined)
    finally:
        if acted:
            stack.timeline.append(system_entry(stack.now(), _facts(kind, acted, by)))
    if as_json:
        emit_json({done: [quarantined.id for quarantined in chosen]})
    else:
        out.print(f"{len(chosen):,} {done}.")


def _facts(
    kind: type[QuarantineDropped | QuarantineReplayed], acted: list[Quarantined], by: str
) -> QuarantineDropped | QuarantineReplayed:
    reasons = tuple(dict.fromkeys(plain(one.reason) for one in acted))
    bodies = tuple(one.id for one in acted)
    return kind(count=len(acted), reasons=reasons[:LISTED_BODIES], bodies=bodies[:LISTED_BODIES], by=by)


def _groups(resting: list[Quarantined]) -> list[dict[str, Any]]:
    """By reason and caller, the largest group first."""
    groups: dict[tuple[str, str], list[Quarantined]] = defaultdict(list)
    for quarantined in sorted(resting, key=lambda one: one.at):
        groups[plain(quarantined.reason), plain(quarantined.caller)].append(quarantined)
    listed = [
        {
            "reason": reason,
            "caller": caller,
            "count": len(group),
            "first_at": group[0].at.isoformat(),
            "last_at": group[-1].at.isoformat(),
            "ids": [one.id for one in group],
        }
        for (reason, caller), group in groups.items()
    ]
    return sorted(listed, key=lambda group: -len(group["ids"]))


def _named(quarantined: Quarantined) -> dict[str, Any]:
    return {
        "id": quarantined.id,
        "reason": quarantined.reason,
        "caller": quarantined.caller,
        "at": quarantined.at.isoformat(),
    }
