"""What support does to an account: `permille account disable|enable|close|exempt|unexempt`."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Annotated

import typer

from permille.domain import staff, wording
from permille.domain.account import Account, Outcome
from permille_cli import given
from permille_cli.output import AsJson, emit_json, out
from permille_cli.stack import DEFAULT_STACK, Stack, StackOption

AccountId = Annotated[str, typer.Argument(metavar="ID", help="The account.")]
Reason = Annotated[str, typer.Option(help="Why; it is on the account's timeline.")]
TellingReason = Annotated[str, typer.Option(help="Why; the owner reads it in a mail.")]

Decision = Callable[[Account, str, str, datetime], Outcome]


def disable(
    account_id: AccountId, reason: TellingReason, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False
) -> None:
    """Take an account's SMTP credential away, whatever the rules say; a trial that it waits for is cancelled."""
    _decide(stack, account_id, staff.disable, reason, as_json=as_json)


def enable(
    account_id: AccountId, reason: TellingReason, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False
) -> None:
    """Give the SMTP credential back, and begin to count anew."""
    _decide(stack, account_id, staff.enable, reason, as_json=as_json)


def close(
    account_id: AccountId, reason: TellingReason, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False
) -> None:
    """Take an account's SMTP credential away for good."""
    _decide(stack, account_id, staff.close, reason, as_json=as_json)


def exempt(
    account_id: AccountId,
    reason: Reason,
    until: Annotated[
        str,
        typer.Option(help="The last day of it (UTC), as in 2026-12-31, or an ISO 8601 time; at most a year."),
    ],
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Let no rule disable an account until then; its complaints are counted and told all the same."""
    end = _end(until)

    def exempted(account: Account, why: str, by: str, now: datetime) -> Outcome:
        return staff.exempt(account, end, why, by, now)

    _decide(stack, account_id, exempted, reason, as_json=as_json)


def unexempt(
    account_id: AccountId, reason: Reason, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False
) -> None:
    """Let the rules apply to an account again."""
    _decide(stack, account_id, staff.unexempt, reason, as_json=as_json)


def owner_mail(
    account_id: AccountId,
    *,
    reset: Annotated[bool, typer.Option("--reset", help="Write to the owner again.")] = False,
    reason: Annotated[
        str, typer.Option(help="Why, as with --reset: the address was mended, or they asked for it.")
    ] = "",
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Show whether mails reach an account's owner; with --reset, write to them again."""
    if reset:
        _decide(stack, account_id, staff.reset_owner_mail, reason, as_json=as_json)
        return
    account = stack.account(account_id)
    if as_json:
        emit_json(
            {"account_id": account.id, "owner_email": account.owner_email, "owner_mail": account.owner_mail or "fine"}
        )
    else:
        withheld = (
            f"a mail to it {wording.FATES[account.owner_mail]}; none is sent any more" if account.owner_mail else "fine"
        )
        out.print(f"{account.owner_email}: {withheld}", markup=False)


def _decide(stack: Stack, account_id: str, decision: Decision, reason: str, *, as_json: bool) -> None:
    why = given.reason(reason)
    stack.account(account_id)
    decided = stack.act(account_id, partial(_as_action, decision, why, stack.caller()))
    _tell(decided, as_json=as_json)


def _as_action(decision: Decision, why: str, by: str, account: Account, now: datetime) -> Outcome:
    return decision(account, why, by, now)


def _tell(account: Account, *, as_json: bool) -> None:
    exemption = account.exemption
    if as_json:
        emit_json(
            {
                "account_id": account.id,
                "status": account.status,
                "settled": account.settled,
                "epoch": account.epoch,
                "owner_mail": account.owner_mail or "fine",
                "exempt_until": exemption.until.isoformat() if exemption else None,
            }
        )
        return
    exempt = f", exempt until {exemption.until:%Y-%m-%d %H:%M} UTC" if exemption else ""
    out.print(f"[bold]{account.id}[/] is {account.status}{exempt}.")
    if not account.settled:
        out.print("The SMTP credential is switched within seconds; `permille account show` reads it back.")


def _end(text: str) -> datetime:
    """A day ends at its midnight."""
    with suppress(ValueError, OverflowError):
        return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), UTC)
    return given.instant(text, "--until", "a day such as 2026-12-31 or an ISO 8601 time")
