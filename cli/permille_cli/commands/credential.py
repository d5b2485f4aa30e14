"""`permille account credential`: another SMTP credential in the place of the one that an account has."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from permille.domain.people.commands import Enable
from permille.domain.people.renewal import Renew
from permille.domain.values.errors import InvalidInput
from permille.usecases.senders.renew_credential import Renewed, renew_credential
from permille_cli.answers.credential_answer import CredentialAnswer
from permille_cli.stack.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.terminal.options import AccountId, ShowSecret
from permille_cli.terminal.output import AsJson, emit_json, instant, out

LONGEST_GRACE = 720  # hours: 30 days


def credential(
    account_id: AccountId,
    grace: Annotated[
        int, typer.Option(metavar="HOURS", help="For so long the old credential works on; at most 720.")
    ] = 0,
    *,
    lost: Annotated[
        bool, typer.Option("--lost", help="Nobody has the password of the last renewal: make another in its place.")
    ] = False,
    show_secret: ShowSecret = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Renew an account's SMTP credential: the new one is shown once, the old one ends at once or after --grace HOURS.

    The owner is told by mail, without the password. Of an account that is off the new credential works once the account
    is enabled. Where the command was cut off, repeat it.
    """
    if not 0 <= grace <= LONGEST_GRACE:
        raise InvalidInput(f"takes hours from 0 to {LONGEST_GRACE}", "grace")
    renew = Renew(by=stack.caller(), grace=timedelta(hours=grace), lost=lost)
    _tell(stack, _renewed(stack, account_id, renew), show_secret=show_secret, as_json=as_json)


def enable_with_new(stack: Stack, account_id: str, command: Enable, *, show_secret: bool, as_json: bool) -> None:
    """Enables an account with another credential; the old one never works again."""
    renewed = _renewed(stack, account_id, Renew(by=command.by, enable=command))
    _tell(stack, renewed, show_secret=show_secret, as_json=as_json)


def _renewed(stack: Stack, account_id: str, renew: Renew) -> Renewed:
    return renew_credential(stack.renewing, stack.account(account_id).id, renew, stack.now())


def _tell(stack: Stack, renewed: Renewed, *, show_secret: bool, as_json: bool) -> None:
    account = renewed.account
    shown = CredentialAnswer(stack, account, renewed.key)
    until = account.old_key_works_until(account.after_last_decision(stack.now()))
    if as_json:
        about: dict[str, Any] = {"status": account.status, "denied_by_hand": account.denied_by_hand}
        emit_json({**shown.as_data(show_secret=show_secret), **about, **ends(until)})
        return
    out.print(f"[bold]{account.id}[/] is {account.status}; its SMTP credential was renewed.")
    for line in shown.as_lines(show_secret=show_secret):
        out.print(line, soft_wrap=True)
    if not account.may_send:
        out.print("It works once the account is enabled.")
    if until:
        out.print(f"The old one works until {instant(until, account)}.")
    else:
        out.print("The old one ends within seconds.")


def ends(until: datetime | None) -> dict[str, str | None]:
    """`until`: when the old credential ends; none where it does not work any more, or never was another."""
    return {"old_credential_works_until": until.isoformat() if until else None}
