"""`permille quarantine`: feedback that could not be read or attributed, and what becomes of it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Annotated, Any

import typer

from permille.domain.timeline.kinds.system import LISTED_BODIES, QuarantineDropped, QuarantineReplayed
from permille.domain.timeline.timeline import system_entry
from permille.domain.values.errors import InvalidInput
from permille.domain.words.wording import exposed, plain
from permille.ports.feedback import Quarantined
from permille.usecases.feedback import quarantine
from permille_cli.stack.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.terminal.output import AsJson, emit_json, literal, out, progress

app = typer.Typer(help="Feedback that could not be read or attributed.", no_args_is_help=True, rich_markup_mode=None)

Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Ids, or their beginnings.")]
RestingFor = Annotated[
    str | None,
    typer.Option(metavar="REASON", help="All that rest for this reason, as `permille quarantine list` says it."),
]
Caller = Annotated[str | None, typer.Option(help="All that this IAM user or role sent.")]
Everything = Annotated[bool, typer.Option("--all", help="All there is.")]
NAMES_THEM = "`permille quarantine list` names them"
SHORT = 12  # characters of an id that people read


@app.command(name="list")
def list_groups(*, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """List what rests, grouped by reason and caller."""
    groups = _groups(progress(stack.quarantine.all(), "read"))
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
    [one] = _found(stack, [body_id])
    body = stack.quarantine.body(one.id)
    if body is None:
        raise InvalidInput(f"{one.id} was dropped, or replayed, just now; `permille quarantine list` names what rests")
    if as_json:
        emit_json({**_named(one), "body": body})
    else:
        out.print(f"[bold]{literal(one.id)}[/]  {one.at:%Y-%m-%d %H:%M:%S} UTC", soft_wrap=True)
        out.print(literal(f"{one.reason} {one.caller}"), soft_wrap=True)
        out.print(exposed(body), markup=False)


@app.command()
def replay(
    ids: Ids = None,
    *,
    resting_for: RestingFor = None,
    caller: Caller = None,
    everything: Everything = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Put bodies back on the feedback queue: each is as exact as any redelivery. What fails again comes back here."""
    chosen = _chosen(stack, ids, resting_for, caller, everything=everything)
    put_back = partial(quarantine.replay_feedback, stack.feedback_queue, stack.quarantine)
    _with_each(stack, put_back, "replayed", QuarantineReplayed, chosen, as_json=as_json)


@app.command()
def drop(
    ids: Ids = None,
    *,
    resting_for: RestingFor = None,
    caller: Caller = None,
    everything: Everything = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Throw bodies away for good."""
    chosen = _chosen(stack, ids, resting_for, caller, everything=everything)
    _with_each(stack, stack.quarantine.drop, "dropped", QuarantineDropped, chosen, as_json=as_json)


def _chosen(
    stack: Stack, ids: list[str] | None, reason: str | None, caller: str | None, *, everything: bool
) -> Iterator[Quarantined]:
    """What the options name, read page by page. Raises InvalidInput, before anything is yielded, where they name
    nothing, or both ids and others, or what nothing rests for."""
    filters = [
        f"--{name}" for name, given in (("resting-for", reason), ("caller", caller), ("all", everything)) if given
    ]
    if not ids and not filters:
        raise InvalidInput(f"say which: ids, --resting-for, --caller, or --all; {NAMES_THEM}")
    if ids and filters:
        raise InvalidInput(f"give ids, or {' and '.join(filters)}: not both")
    if ids:
        return iter(_found(stack, ids))
    matching = (one for one in stack.quarantine.all() if _is_meant(one, reason, caller))
    first = next(matching, None)
    if first is None and not everything:
        raise InvalidInput(f"nothing in quarantine fits {' and '.join(filters)}; {NAMES_THEM}")
    return chain([first] if first else [], matching)


def _is_meant(one: Quarantined, reason: str | None, caller: str | None) -> bool:
    return reason in (None, one.reason, plain(one.reason)) and caller in (None, one.caller, plain(one.caller))


def _found(stack: Stack, ids: list[str]) -> list[Quarantined]:
    """Those whose ids begin so, each once, the one that rests longest first."""
    counts, found = dict.fromkeys(ids, 0), dict[str, Quarantined]()
    for one in stack.quarantine.all():
        for beginning in filter(one.id.startswith, counts):
            counts[beginning] += 1
            found[beginning] = one
    for beginning, count in counts.items():
        if count != 1:
            raise InvalidInput(f"{count or 'no'} body rests under {beginning}; {NAMES_THEM}")
    return sorted(dict.fromkeys(found.values()), key=lambda one: one.at)


def _with_each(
    stack: Stack,
    act: Callable[[Quarantined], None],
    done: str,
    kind: type[QuarantineDropped | QuarantineReplayed],
    chosen: Iterator[Quarantined],
    *,
    as_json: bool,
) -> None:
    acted, by = Resting(), stack.caller()
    try:
        for quarantined in progress(chosen, done):
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


@dataclass(slots=True)
class Resting:
    """What is kept in mind of any number of bodies: `ids` and `reasons` of the first LISTED_BODIES alone."""

    count: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    ids: list[str] = field(default_factory=list)
    reasons: dict[str, None] = field(default_factory=dict)

    def add(self, one: Quarantined) -> None:
        self.count += 1
        self.first_at = min(self.first_at or one.at, one.at)
        self.last_at = max(self.last_at or one.at, one.at)
        if len(self.ids) < LISTED_BODIES:
            self.ids.append(one.id)
        if len(self.reasons) < LISTED_BODIES:
            self.reasons[one.reason] = None


def _groups(resting: Iterable[Quarantined]) -> list[dict[str, Any]]:
    """By reason and caller, the largest group first."""
    groups = defaultdict[tuple[str, str], Resting](Resting)
    for one in resting:
        groups[plain(one.reason), plain(one.caller)].add(one)
    listed = [
        {
            "reason": reason,
            "caller": caller,
            "count": group.count,
            "first_at": group.first_at.isoformat() if group.first_at else None,
            "last_at": group.last_at.isoformat() if group.last_at else None,
            "ids": group.ids,
        }
        for (reason, caller), group in groups.items()
    ]
    return sorted(listed, key=lambda group: (-group["count"], group["first_at"]))


def _named(quarantined: Quarantined) -> dict[str, Any]:
    return {
        "id": quarantined.id,
        "reason": quarantined.reason,
        "caller": quarantined.caller,
        "at": quarantined.at.isoformat(),
    }
