"""`permille complaint`: the reports about an account's mail, and taking a complaint back."""

from typing import Annotated

import typer

from permille.domain.account.account import Account
from permille.domain.people.commands import RestoreComplaint, VoidComplaint
from permille.domain.timeline.facts import Topic
from permille.domain.timeline.kinds.complaints import Reported
from permille.domain.timeline.kinds.corrections import ComplaintVoided, voided
from permille.domain.timeline.timeline import TimelineEntry, only
from permille.domain.values.errors import ServiceError
from permille.domain.values.status import Status
from permille.domain.words.wording import LONGEST_REASON, plain
from permille.schema.entry_schema import entry_json
from permille.schema.review_case_schema import kept_now_json
from permille.usecases.decisions.decisions import attempt
from permille.usecases.history import read_history
from permille.zones import shown_zone_of
from permille_cli.answers import results
from permille_cli.commands.explain import explained_of
from permille_cli.stack.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.terminal.options import AccountId
from permille_cli.terminal.output import AsJson, emit_json, instant, literal, out

app = typer.Typer(
    help="The complaints about an account's mail; take one back.", no_args_is_help=True, rich_markup_mode=None
)

Complaints = Annotated[
    list[str], typer.Argument(metavar="COMPLAINT...", help="Their ids, as `permille complaint list ID` shows them.")
]
StaffReason = Annotated[str, typer.Option(help="Why; staff read it on the account's timeline, the owner does not.")]


@app.command(name="list")
def list_reports(account_id: AccountId, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """List the newest complaints and reports about an account's mail, the oldest first, each with its id."""
    account = stack.account(account_id)
    known, zone = read_history(stack.timeline, account_id, Topic.REPORTS), shown_zone_of(account)
    gone, reports = voided(known.entries), only(Reported, known.entries)
    if as_json:
        platform = stack["PlatformName"]
        told = [{**entry_json(one, platform, zone), "voided": _voided(gone.get(one.id))} for one in reports]
        emit_json({"account_id": account_id, "complaints": told, "older_left_out": known.is_cut})
        return
    if known.is_cut:
        out.print("Older ones are left out: `permille timeline` has them.")
    for one in reports:
        facts = one.in_zone(zone).facts
        out.print(f"[bold]{one.id}[/]  {literal(facts.line)}", soft_wrap=True)
        out.print(f"  {literal(_counts(facts, gone.get(one.id), account))}", soft_wrap=True)
    if not reports:
        out.print("No complaint was reported.")


def _voided(told: TimelineEntry[ComplaintVoided] | None) -> dict[str, str] | None:
    return {"at": told.at.isoformat(), "by": told.facts.by, "reason": told.facts.staff_reason} if told else None


def _counts(facts: Reported, gone: TimelineEntry[ComplaintVoided] | None, account: Account) -> str:
    if gone:
        why = plain(gone.facts.staff_reason, LONGEST_REASON)
        return f"taken back {instant(gone.at, account)} by {plain(gone.facts.by)}: {why}"
    if facts.why_not_counted:
        return f"never counted: {plain(facts.why_not_counted)}"
    return f"counted in epoch {facts.epoch}"


@app.command()
def void(
    account_id: AccountId,
    complaints: Complaints,
    reason: StaffReason,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Take complaints back: they stay on the timeline, struck through, and count no more."""
    by = stack.caller()
    commands = [VoidComplaint(complaint=one, reason=reason, by=by) for one in dict.fromkeys(complaints)]
    _decide_each(stack, account_id, commands, "counts no more", as_json=as_json)


@app.command()
def restore(
    account_id: AccountId,
    complaints: Complaints,
    reason: StaffReason,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Let complaints count again that were taken back."""
    by = stack.caller()
    commands = [RestoreComplaint(complaint=one, reason=reason, by=by) for one in dict.fromkeys(complaints)]
    _decide_each(stack, account_id, commands, "counts again", as_json=as_json)


def _decide_each(
    stack: Stack, account_id: str, commands: list[VoidComplaint] | list[RestoreComplaint], done: str, *, as_json: bool
) -> None:
    """One that is refused keeps no other from it. Then what has become of the account."""
    account = stack.account(account_id)
    decided = [attempt(stack, account_id, one, stack.now(), about=one.complaint) for one in commands]
    account = next((one.account for one in reversed(decided) if one.account), account)
    kept_now = _kept_now(stack, account)
    if as_json:
        about = {"status": account.status, "kept_now": kept_now_json(kept_now)}
        emit_json({"account_id": account_id, **results.as_data(decided), **about})
    else:
        results.show(decided, done)
        if kept_now is None:
            out.print(f"{account_id} is {account.status}. Whether the rules are kept now is not known.", soft_wrap=True)
        elif kept_now:
            out.print(f"{account_id} is {account.status}. {kept_now}", soft_wrap=True)
    results.fail_where_refused(decided)


def _kept_now(stack: Stack, account: Account) -> str | None:
    """As `Explained.kept_now`, of a disabled account alone. What was decided is answered also where the account cannot
    be judged just then."""
    if account.status is not Status.DISABLED:
        return ""
    try:
        return explained_of(stack, account).kept_now
    except ServiceError:
        return None
