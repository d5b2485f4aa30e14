"""`permille review`: the owner's request to get the SMTP account back, and support's answer."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape

from permille import shapes
from permille.domain import review, staff, wording
from permille.domain.account import Account, Outcome
from permille.domain.reminders import day_note
from permille.domain.review import Request
from permille.review import Case, queue
from permille.zones import shown_zone_of
from permille_cli import given
from permille_cli.output import AsJson, emit_json, out
from permille_cli.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.staff import AccountId

app = typer.Typer(help="Requests to get an SMTP account back.", no_args_is_help=True, rich_markup_mode=None)

Day = Annotated[str, typer.Option(help="The day of the next batch where the owner is, as in 2026-12-31.")]
Batch = Annotated[int, typer.Option(help="How many e-mails go out on it.")]
Cause = Annotated[str, typer.Option(help="What went wrong.")]
Change = Annotated[str, typer.Option(help="What was changed.")]

PAGE = 50

Decision = Callable[[Account, ZoneInfo, datetime], Outcome]


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
    """Ask for a review of a disabled account, as its owner does."""
    asked = Request(given.day(day), batch, cause, change)
    _decide(stack, account_id, lambda account, zone, now: review.request(account, asked, zone, now), as_json=as_json)


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
    """Change an open request; it keeps its place in the queue."""
    asked = Request(given.day(day), batch, cause, change)
    _decide(stack, account_id, lambda account, zone, now: review.amend(account, asked, zone, now), as_json=as_json)


@app.command()
def withdraw(account_id: AccountId, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Take back an open request, or a trial that was agreed on and has not begun."""
    _decide(stack, account_id, lambda account, _, now: review.withdraw(account, now), as_json=as_json)


@app.command()
def approve(
    account_id: AccountId,
    day: Annotated[str, typer.Option(help="The day on which the SMTP account works; today at once.")],
    note: Annotated[str, typer.Option(help="What the owner is told beside it.")] = "",
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Switch the account on for a single day, or move a trial that has not begun to another day."""
    on, by = given.day(day), stack.caller()
    told = given.reason(note, "--note") if note else ""
    chance = stack.policies.current().second_chance

    def approved(account: Account, zone: ZoneInfo, now: datetime) -> Outcome:
        return review.approve(account, on, told, by, zone, chance, now)

    _decide(stack, account_id, approved, as_json=as_json)


@app.command()
def decline(
    account_id: AccountId,
    reason: Annotated[str, typer.Option(help="Why; the owner reads it in a mail.")],
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Decline an open request."""
    why, by = given.reason(reason), stack.caller()
    chance = stack.policies.current().second_chance

    def declined(account: Account, zone: ZoneInfo, now: datetime) -> Outcome:
        return review.decline(account, why, by, zone, chance, now)

    _decide(stack, account_id, declined, as_json=as_json)


@app.command()
def cancel(
    account_id: AccountId,
    reason: Annotated[str, typer.Option(help="Why; the owner reads it in a mail.")],
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Cancel a trial that was agreed on and has not begun; the owner may ask again at once."""
    why, by = given.reason(reason), stack.caller()
    _decide(stack, account_id, lambda account, _, now: staff.cancel_trial(account, why, by, now), as_json=as_json)


@app.command()
def confirm(account_id: AccountId, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Confirm that a trial went well, where the policy wants support to say so."""
    by = stack.caller()
    _decide(stack, account_id, lambda account, _, now: review.confirm(account, by, now), as_json=as_json)


@app.command(name="list")
def list_open(*, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """List who waits for support, the longest waiting first, each with its evidence."""
    now = stack.now()
    cases = queue(asking(stack), stack.timeline, now)
    if as_json:
        emit_json({"requests": [shapes.case(case) for case in cases]})
        return
    for case in cases:
        print_case(case, stack["PlatformName"], now)
    if not cases:
        out.print("Nobody waits for support.")


def asking(stack: Stack) -> Iterator[Account]:
    """Who waits for support, the longest waiting first."""
    page = stack.directory.asking(PAGE)
    yield from page.items
    while page.next:
        page = stack.directory.asking(PAGE, page.next)
        yield from page.items


def _decide(stack: Stack, account_id: str, decision: Decision, *, as_json: bool) -> None:
    account = stack.account(account_id)
    zone = ZoneInfo(account.timezone)
    decided = stack.act(account_id, lambda account, now: decision(account, zone, now))
    if as_json:
        emit_json(shapes.standing(decided))
    else:
        _print_standing(decided)


def _print_standing(account: Account) -> None:
    if not account.review and not account.trial:
        out.print(f"[bold]{account.id}[/]: no request is open, and no trial is agreed on.")
    if account.review:
        about = f"{account.review.batch:,} e-mails on {account.review.day}"
        out.print(f"[bold]{account.id}[/]: the request for {about} is {account.review.state}.")
    if account.trial:
        zone = ZoneInfo(account.timezone)
        begins, ends = (
            wording.local(instant.astimezone(zone)) for instant in (account.trial.begins_at, account.trial.ends_at)
        )
        out.print(f"The trial is from {begins} to {ends}.", soft_wrap=True)


def print_case(case: Case, platform: str, now: datetime, console: Console = out) -> None:
    """What support decides by."""
    hours = case.waits.total_seconds() / 3600
    strikes = f"{case.account.strikes} strike{'' if case.account.strikes == 1 else 's'}"
    console.print(f"[bold]{case.account.id}[/]  waits for {hours:,.1f} hours, {strikes}")
    if case.account.trial:
        console.print("  the trial went well, and waits to be confirmed")
    if case.review:
        asked = case.review
        note = day_note(asked, now)
        console.print(f"  wants to send {asked.batch:,} e-mails on {asked.day}{f' ({note})' if note else ''}")
        console.print(f"  what went wrong: {escape(wording.plain(asked.cause, review.LONGEST_TEXT))}", soft_wrap=True)
        console.print(f"  what was changed: {escape(wording.plain(asked.change, review.LONGEST_TEXT))}", soft_wrap=True)
    if case.disabled:
        told = case.disabled.in_zone(shown_zone_of(case.account))
        console.print(f"  {told.at:%Y-%m-%d}: {escape(told.sentence())}", soft_wrap=True)
    for name, count in case.campaigns:
        console.print(f"  {count:,} about {escape(wording.plain(name) or '(no subject)')}", soft_wrap=True)
    for entry in case.trials:
        console.print(f"  earlier trial, {entry.at:%Y-%m-%d}: {escape(entry.headline(platform))}", soft_wrap=True)
