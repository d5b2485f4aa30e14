"""`permille account credential`: replaces an account's SMTP credential."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from permille.domain.values.errors import InvalidInput
from permille_cli.stack.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.terminal.options import AccountId, ShowSecret
from permille_cli.terminal.output import AsJson, emit_json, instant, out

if TYPE_CHECKING:
    from permille.domain.people.renewal import Renew
    from permille.domain.people.staff_commands import Enable
    from permille.usecases.senders.renew_credential import Renewed

LONGEST_GRACE = 720  # hours: 30 days


def credential(
    account_id: AccountId,
    grace: Annotated[
        int, typer.Option(metavar="HOURS", help="Hours for which the old credential still works; at most 720.")
    ] = 0,
    *,
    lost: Annotated[
        bool, typer.Option("--lost", help="The password of the last renewal was lost: replace that credential too.")
    ] = False,
    show_secret: ShowSecret = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Renew an account's SMTP credential.

    Use it when the password is lost, or was seen by somebody. The new one is shown once. The old one stops working at
    once, or after --grace hours. The owner is mailed, without the password. If the account is disabled, the new
    credential works once it is enabled. If the command was interrupted, repeat it.

    Examples:
        permille account credential good-bakery
        permille account credential good-bakery --grace 48

    JSON fields: account_id, sender, access_key_id, smtp (host, port, username, password), status,
    denied_by_hand, old_credential_works_until
    """
    from permille.domain.people.renewal import Renew

    if not 0 <= grace <= LONGEST_GRACE:
        raise InvalidInput(f"takes hours from 0 to {LONGEST_GRACE}", "grace")
    renew = Renew(by=stack.operator_arn(), grace=timedelta(hours=grace), lost=lost)
    _print(stack, _renewed(stack, account_id, renew), show_secret=show_secret, as_json=as_json)


def enable_with_new(stack: Stack, account_id: str, command: "Enable", *, show_secret: bool, as_json: bool) -> None:
    """Enables an account with a new credential. The old one never works again."""
    from permille.domain.people.renewal import Renew

    renewed = _renewed(stack, account_id, Renew(by=command.by, enable=command))
    _print(stack, renewed, show_secret=show_secret, as_json=as_json)


def _renewed(stack: Stack, account_id: str, renew: "Renew") -> "Renewed":
    from permille.usecases.senders.renew_credential import renew_credential

    return renew_credential(stack.renewing, stack.account(account_id).id, renew, stack.now())


def _print(stack: Stack, renewed: "Renewed", *, show_secret: bool, as_json: bool) -> None:
    from permille_cli.answers.credential_answer import CredentialAnswer

    account = renewed.account
    answer = CredentialAnswer(stack, account, renewed.key)
    until = account.old_key_works_until(account.after_last_decision(stack.now()))
    if as_json:
        about: dict[str, Any] = {"status": account.status, "denied_by_hand": account.denied_by_hand}
        emit_json({**answer.as_data(show_secret=show_secret), **about, **expiry_json(until)})
        return
    out.print(f"[bold]{account.id}[/] is {account.status}; its SMTP credential was renewed.")
    for line in answer.as_lines(show_secret=show_secret):
        out.print(line, soft_wrap=True)
    if not account.may_send:
        out.print("It works once the account is enabled.")
    if until:
        out.print(f"The old one works until {instant(until, account)}.")
    else:
        out.print("The old one stops working within seconds.")


def expiry_json(until: datetime | None) -> dict[str, str | None]:
    """`until`: when the old credential stops working; None if it has, or if there is none."""
    return {"old_credential_works_until": until.isoformat() if until else None}
