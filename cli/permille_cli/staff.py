"""What support does to an account: `permille account disable|enable|close|exempt|unexempt`."""

from typing import Annotated

import typer

from permille.domain import wording
from permille.domain.account import Account
from permille.domain.commands import Close, Disable, Enable, Exempt, ResetOwnerMail, Unexempt
from permille_cli import given
from permille_cli.output import AsJson, emit_json, instant, out
from permille_cli.stack import DEFAULT_STACK, StackOption

AccountId = Annotated[str, typer.Argument(metavar="ID", help="The account.")]
Reason = Annotated[str, typer.Option(help="Why; it is on the account's timeline.")]
TellingReason = Annotated[str, typer.Option(help="Why; the owner reads it in a mail.")]


def disable(
    account_id: AccountId, reason: TellingReason, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False
) -> None:
    """Take an account's SMTP credential away, whatever the rules say; a trial that it waits for is cancelled."""
    _tell(stack.decide(account_id, Disable(reason=reason, by=stack.caller())), as_json=as_json)


def enable(
    account_id: AccountId, reason: TellingReason, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False
) -> None:
    """Give the SMTP credential back, and begin to count anew; or lift a deny that was put in by hand, and go on
    counting."""
    _tell(stack.decide(account_id, Enable(reason=reason, by=stack.caller())), as_json=as_json)


def close(
    account_id: AccountId, reason: TellingReason, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False
) -> None:
    """Take an account's SMTP credential away for good."""
    _tell(stack.decide(account_id, Close(reason=reason, by=stack.caller())), as_json=as_json)


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
    end = given.end(until)
    _tell(stack.decide(account_id, Exempt(until=end, reason=reason, by=stack.caller())), as_json=as_json)


def unexempt(
    account_id: AccountId, reason: Reason, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False
) -> None:
    """Let the rules apply to an account again."""
    _tell(stack.decide(account_id, Unexempt(reason=reason, by=stack.caller())), as_json=as_json)


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
        _tell(stack.decide(account_id, ResetOwnerMail(reason=reason, by=stack.caller())), as_json=as_json)
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


def _tell(account: Account, *, as_json: bool) -> None:
    exemption = account.exemption
    if as_json:
        emit_json(
            {
                "account_id": account.id,
                "status": account.status,
                "denied_by_hand": account.denied_by_hand,
                "settled": account.settled,
                "epoch": account.epoch,
                "owner_mail": account.owner_mail or "fine",
                "exempt_until": exemption.until.isoformat() if exemption else None,
            }
        )
        return
    exempt = f", exempt until {instant(exemption.until, account)}" if exemption else ""
    by_hand = f", {wording.BY_HAND}" if account.denied_by_hand else ""
    out.print(f"[bold]{account.id}[/] is {account.status}{by_hand}{exempt}.")
    if not account.settled:
        out.print("The SMTP credential is switched within seconds; `permille account show` reads it back.")
