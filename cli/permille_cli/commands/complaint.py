"""`permille complaint`: lists, voids and restores the complaints about an account's mail."""

from typing import TYPE_CHECKING, Annotated

import typer

from permille.domain.values.errors import ServiceError
from permille.domain.values.status import Status
from permille.domain.words.wording import LONGEST_REASON, plain
from permille.zones import shown_zone_of
from permille_cli.stack.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.options import AccountId
from permille_cli.terminal.output import AsJson, emit_json, instant, literal, out

if TYPE_CHECKING:
    from permille.domain.account.account import Account
    from permille.domain.people.staff_commands import RestoreComplaint, VoidComplaint
    from permille.domain.timeline.kinds.complaints import Reported
    from permille.domain.timeline.kinds.corrections import ComplaintVoided
    from permille.domain.timeline.timeline import TimelineEntry

app = Commands(
    help="""List and void the complaints about an account's mail.

A complaint is a recipient's click on "Report spam", which counts once. A voided one counts no more."""
)

Complaints = Annotated[
    list[str], typer.Argument(metavar="COMPLAINT", help="Complaint ids, as `permille complaint list ID` shows them.")
]
StaffReason = Annotated[str, typer.Option(help="Reason, on the timeline for staff only.")]


@app.command(name="list")
def list_reports(account_id: AccountId, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """List the complaints about an account's mail, with their ids.

    The newest 1,000 entries, the oldest of them first. Reports that were not counted are listed too, with the reason.

    Example:
        permille complaint list good-bakery

    JSON fields: account_id, complaints (id, at, kind, audience, headline, sentence, facts, voided), older_left_out
    """
    from permille.domain.timeline.facts import Topic
    from permille.domain.timeline.kinds.complaints import Reported
    from permille.domain.timeline.kinds.corrections import voided
    from permille.domain.timeline.timeline import only
    from permille.schema.entry_schema import entry_json
    from permille.usecases.history import read_history

    account = stack.account(account_id)
    past, zone = read_history(stack.timeline, account_id, Topic.REPORTS), shown_zone_of(account)
    voidings, reports = voided(past.entries), only(Reported, past.entries)
    if as_json:
        platform = stack["PlatformName"]
        complaints = [
            {**entry_json(report, platform, zone), "voided": _voided(voidings.get(report.id))} for report in reports
        ]
        emit_json({"account_id": account_id, "complaints": complaints, "older_left_out": past.is_truncated})
        return
    if past.is_truncated:
        out.print("Older complaints are left out: see `permille timeline`.")
    for report in reports:
        facts = report.in_zone(zone).facts
        out.print(f"[bold]{report.id}[/]  {literal(facts.line)}", soft_wrap=True)
        out.print(f"  {literal(_counts(facts, voidings.get(report.id), account))}", soft_wrap=True)
    if not reports:
        out.print("No complaint was reported.")


def _voided(voiding: "TimelineEntry[ComplaintVoided] | None") -> dict[str, str] | None:
    return (
        {"at": voiding.at.isoformat(), "by": voiding.facts.by, "reason": voiding.facts.staff_reason}
        if voiding
        else None
    )


def _counts(facts: "Reported", voiding: "TimelineEntry[ComplaintVoided] | None", account: "Account") -> str:
    if voiding:
        why = plain(voiding.facts.staff_reason, LONGEST_REASON)
        return f"voided {instant(voiding.at, account)} by {plain(voiding.facts.by)}: {why}"
    if facts.why_not_counted:
        return f"not counted: {plain(facts.why_not_counted)}"
    return f"counted in counting period {facts.epoch}"


@app.command()
def void(
    account_id: AccountId,
    complaints: Complaints,
    reason: StaffReason,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Void complaints, so that they no longer count.

    Use it for complaints that are none, such as a test. They stay on the timeline; pages show them struck through. A
    disabled account stays disabled: the command says whether the rules are kept now.

    Example:
        permille complaint void good-bakery 20261125T170126.402892Z-0a1b2c3d --reason "A test"

    JSON fields: account_id, decided, refused, status, kept_now
    """
    from permille.domain.people.staff_commands import VoidComplaint

    by = stack.operator_arn()
    commands = [VoidComplaint(complaint=complaint, reason=reason, by=by) for complaint in dict.fromkeys(complaints)]
    _decide_each(stack, account_id, commands, "no longer counts", as_json=as_json)


@app.command()
def restore(
    account_id: AccountId,
    complaints: Complaints,
    reason: StaffReason,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Restore voided complaints, so that they count again.

    The account is judged again within a minute.

    Example:
        permille complaint restore good-bakery 20261125T170126.402892Z-0a1b2c3d --reason "It was no test"

    JSON fields: account_id, decided, refused, status, kept_now
    """
    from permille.domain.people.staff_commands import RestoreComplaint

    by = stack.operator_arn()
    commands = [RestoreComplaint(complaint=complaint, reason=reason, by=by) for complaint in dict.fromkeys(complaints)]
    _decide_each(stack, account_id, commands, "counts again", as_json=as_json)


def _decide_each(
    stack: Stack, account_id: str, commands: "list[VoidComplaint] | list[RestoreComplaint]", done: str, *, as_json: bool
) -> None:
    """Applies each command, also after one that is refused. Then prints the state of the account."""
    from permille.schema.review_case_schema import kept_now_json
    from permille.usecases.decisions.decisions import attempt
    from permille_cli.answers import results

    account = stack.account(account_id)
    decided = [attempt(stack, account_id, command, stack.now(), about=command.complaint) for command in commands]
    account = next((result.account for result in reversed(decided) if result.account), account)
    kept_now = _kept_now(stack, account)
    if as_json:
        about = {"status": account.status, "kept_now": kept_now_json(kept_now)}
        emit_json({"account_id": account_id, **results.as_data(decided), **about})
    else:
        results.show(decided, done)
        if kept_now is None:
            out.print(f"{account_id} is {account.status}. Whether the rules are kept now is unknown.", soft_wrap=True)
        elif kept_now:
            out.print(f"{account_id} is {account.status}. {kept_now}", soft_wrap=True)
    results.fail_where_refused(decided)


def _kept_now(stack: Stack, account: "Account") -> str | None:
    """`Explanation.kept_now` of a disabled account, else empty; None if the account cannot be judged."""
    from permille_cli.commands.explain import read_explanation

    if account.status is not Status.DISABLED:
        return ""
    try:
        return read_explanation(stack, account).kept_now
    except ServiceError:
        return None
