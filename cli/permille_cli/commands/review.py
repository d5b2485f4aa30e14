"""`permille review`: an owner's request to get the SMTP account back, and support's answer."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from permille.domain.values.errors import ConfirmationNeeded, ServiceError
from permille.zones import shown_zone_of
from permille_cli.stack.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.terminal import inputs
from permille_cli.terminal.confirmation import Yes, confirm
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.options import AccountId, MailedReason, Reason
from permille_cli.terminal.output import AsJson, emit_json, out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from permille.domain.account.account import Account
    from permille.domain.people.commands import Command
    from permille.usecases.views.review_queue import ReviewCase

app = Commands(
    help="""Handle requests to enable a disabled account.

The owner asks on the report; support approves one day of sending (a trial), or declines. After a trial without a
complaint the account is active again."""
)

Day = Annotated[str, typer.Option(help="Day of the next batch in the owner's time zone, such as 2026-12-31.")]
Batch = Annotated[int, typer.Option(help="Number of e-mails in that batch.")]
Cause = Annotated[str, typer.Option(metavar="TEXT", help="What went wrong.")]
Change = Annotated[str, typer.Option(metavar="TEXT", help="What was changed.")]

PAGE = 50


@app.command()
def request(
    account_id: AccountId,
    day: Day,
    batch: Batch,
    cause: Cause,
    change: Change,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Request a review of a disabled account, as its owner does.

    Use it for an owner who calls instead of using the form on the report. Support finds the request in `permille
    review list`.

    Example:
        permille review request deals4u --day 2026-12-31 --batch 800 --cause "An old list" --change "Only customers"

    JSON fields: account_id, status, denied_by_hand, review, trial
    """
    from permille.domain.people.owner_commands import RequestReview

    command = RequestReview(day=inputs.day(day), batch=batch, cause=cause, change=change, by=stack.operator_arn())
    _decide(stack, account_id, command, as_json=as_json)


@app.command()
def amend(
    account_id: AccountId,
    day: Day,
    batch: Batch,
    cause: Cause,
    change: Change,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Change an open request. It keeps its place in the queue.

    All four answers are replaced.

    Example:
        permille review amend deals4u --day 2026-12-31 --batch 800 --cause "An old list" --change "Only customers"

    JSON fields: account_id, status, denied_by_hand, review, trial
    """
    from permille.domain.people.owner_commands import AmendReview

    command = AmendReview(day=inputs.day(day), batch=batch, cause=cause, change=change, by=stack.operator_arn())
    _decide(stack, account_id, command, as_json=as_json)


@app.command()
def withdraw(account_id: AccountId, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Withdraw an open request, or a scheduled trial.

    As the owner does on the report. The account stays disabled, and the owner can ask again.

    Example:
        permille review withdraw deals4u

    JSON fields: account_id, status, denied_by_hand, review, trial
    """
    from permille.domain.people.owner_commands import WithdrawReview

    _decide(stack, account_id, WithdrawReview(by=stack.operator_arn()), as_json=as_json)


@app.command()
def approve(
    account_id: AccountId,
    day: Annotated[
        str, typer.Option(help="Day of the trial in the owner's time zone. If it is today, the trial begins at once.")
    ],
    note: Annotated[str, typer.Option(metavar="TEXT", help="Note to the owner, added to the mail.")] = "",
    *,
    yes: Yes = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Approve a trial day, or move a scheduled trial.

    The account may send on that day. Without a complaint about it in the 48 hours after, it is active again. If few
    hours of the day are left, the command asks for confirmation. The owner is mailed.

    Example:
        permille review approve deals4u --day 2026-12-31 --note "At most 500 e-mails, please"

    JSON fields: account_id, status, denied_by_hand, review, trial
    """
    from permille.domain.people.staff_commands import ApproveReview

    command = ApproveReview(day=inputs.day(day), note=note, by=stack.operator_arn(), short_day=yes)
    try:
        _decide(stack, account_id, command, as_json=as_json)
    except ConfirmationNeeded as unusual:
        confirm(str(unusual), yes=False, as_json=as_json)
        _decide(stack, account_id, replace(command, short_day=True), as_json=as_json)


@app.command()
def decline(
    account_id: AccountId,
    reason: MailedReason,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Decline an open request.

    The owner is mailed the reason, and can ask again after the policy's cooldown.

    Example:
        permille review decline deals4u --reason "The list is still the bought one"

    JSON fields: account_id, status, denied_by_hand, review, trial
    """
    from permille.domain.people.staff_commands import DeclineReview

    _decide(stack, account_id, DeclineReview(reason=reason, by=stack.operator_arn()), as_json=as_json)


@app.command()
def cancel(
    account_id: AccountId,
    reason: MailedReason,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Cancel a scheduled trial. The owner may ask again at once.

    The owner is mailed the reason.

    Example:
        permille review cancel deals4u --reason "The sender asked for another day"

    JSON fields: account_id, status, denied_by_hand, review, trial
    """
    from permille.domain.people.staff_commands import CancelTrial

    _decide(stack, account_id, CancelTrial(reason=reason, by=stack.operator_arn()), as_json=as_json)


@app.command(name="confirm")
def confirm_trial(
    account_id: AccountId,
    reason: Reason = "The trial went well",
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Confirm that a trial went well.

    Needed if the policy has reinstate_by_staff, or if the account was denied by hand when its day ended.

    Example:
        permille review confirm deals4u

    JSON fields: account_id, status, denied_by_hand, review, trial
    """
    from permille.domain.people.staff_commands import ConfirmTrial

    _decide(stack, account_id, ConfirmTrial(reason=reason, by=stack.operator_arn()), as_json=as_json)


@app.command(name="list")
def list_open(*, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """List the accounts that wait for support.

    Open requests, and trials that must be confirmed; the longest waiting is first. Each has its evidence: why it was
    disabled, its campaigns with complaints, and earlier trials.

    Example:
        permille review list

    JSON fields: requests (account_id, status, denied_by_hand, review, trial, strikes, waits_seconds, disabled,
    campaigns, kept_now, trials, older_left_out)
    """
    from permille.schema.review_case_schema import case_json
    from permille_cli.answers.review_case import print_case

    now = stack.now()
    waiting = cases(stack, now)
    if as_json:
        emit_json({"requests": [case_json(case) for case in waiting]})
        return
    for case in waiting:
        print_case(case, stack["PlatformName"], now)
    if not waiting:
        out.print("No account waits for support.")


def cases(stack: Stack, now: datetime) -> "list[ReviewCase]":
    """The accounts that wait for support, the longest waiting first, with the evidence."""
    from permille.domain.account.account import Account
    from permille.domain.policy.verdict import Verdict
    from permille.usecases.views.review_queue import queue

    def judge(account: Account) -> Verdict | None:
        try:
            return stack.verdict(account, now).verdict
        except ServiceError:
            return None

    return queue(_waiting(stack), stack.timeline, now, judge)


def _waiting(stack: Stack) -> "Iterator[Account]":
    page = stack.account_index.awaiting_support(PAGE)
    yield from page.items
    while page.next:
        page = stack.account_index.awaiting_support(PAGE, page.next)
        yield from page.items


def _decide(stack: Stack, account_id: str, command: "Command", *, as_json: bool) -> None:
    from permille.schema.review_schema import standing_json

    decided = stack.decide(account_id, command)
    if as_json:
        emit_json(standing_json(decided))
    else:
        _print_standing(decided)


def _print_standing(account: "Account") -> None:
    from permille.domain.words import wording

    trial = account.current_trial
    if not account.review and not trial:
        out.print(f"[bold]{account.id}[/]: no request is open, and no trial is scheduled.")
    if account.review:
        about = f"{account.review.batch:,} e-mails on {account.review.day}"
        out.print(f"[bold]{account.id}[/]: the request for {about} is {account.review.state}.")
    if trial:
        zone = shown_zone_of(account)
        begins, ends = (wording.local(instant.astimezone(zone)) for instant in (trial.begins_at, trial.ends_at))
        out.print(f"The trial is from {begins} to {ends}.", soft_wrap=True)
