"""Decisions of support about an account: `permille account disable|enable|close|exempt|unexempt|owner-mail`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from permille.domain.values.errors import Failed, InvalidInput, ServiceError
from permille_cli.commands.credential import enable_with_new
from permille_cli.stack.stack import DEFAULT_STACK, StackOption
from permille_cli.terminal import inputs
from permille_cli.terminal.confirmation import Yes, confirm
from permille_cli.terminal.options import AccountId, MailedReason, Reason, ShowSecret, Until
from permille_cli.terminal.output import AsJson, emit_json, instant, literal, out

if TYPE_CHECKING:
    from permille.domain.account.account import Account
    from permille.usecases.senders.delete_users import DeletedUsers


def disable(
    account_id: AccountId, reason: MailedReason, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False
) -> None:
    """Disable an account, whatever the rules say.

    Use it for what no rule counts, such as fraud. Its SMTP credential is deactivated within seconds, and a scheduled
    trial is cancelled. The owner is mailed the reason, and can ask for a review.

    Example:
        permille account disable deals4u --reason "The list was bought"

    JSON fields: account_id, status, denied_by_hand, in_sync, epoch, owner_mail, exempt_until
    """
    from permille.domain.people.staff_commands import Disable

    _answer(stack.decide(account_id, Disable(reason=reason, by=stack.operator_arn())), as_json=as_json)


def enable(
    account_id: AccountId,
    reason: MailedReason,
    *,
    new_credential: Annotated[
        bool,
        typer.Option(
            "--new-credential", help="Also renew the SMTP credential, if the old one was stolen. It is shown once."
        ),
    ] = False,
    show_secret: ShowSecret = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Enable an account.

    Its SMTP credential works again within seconds, and a new epoch (counting period) begins: earlier complaints no
    longer count. If the sender of an active account was denied by hand, the deny is lifted, and counting goes on. The
    owner is mailed the reason. `permille review approve` allows a single day instead.

    Examples:
        permille account enable deals4u --reason "Cleaned the list"
        permille account enable deals4u --reason "The password was stolen" --new-credential

    JSON fields: account_id, status, denied_by_hand, [in_sync], [epoch], [owner_mail], [exempt_until],
    [sender], [access_key_id], [smtp], [old_credential_works_until]
    """
    from permille.domain.people.staff_commands import Enable

    command = Enable(reason=reason, by=stack.operator_arn())
    if show_secret and not new_credential:
        raise InvalidInput("goes with --new-credential: else there is no secret to show", "show_secret")
    if new_credential:
        enable_with_new(stack, account_id, command, show_secret=show_secret, as_json=as_json)
    else:
        _answer(stack.decide(account_id, command), as_json=as_json)


def close(
    account_id: AccountId,
    reason: MailedReason,
    *,
    yes: Yes = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Close an account for good, and delete its IAM user.

    A closed account can never be enabled again, and its id cannot be reused; its history stays. An adopted IAM user is
    deactivated and kept. If the command was interrupted, repeat it: what is left is deleted, and the reason is not
    mailed again.

    Example:
        permille account close good-bakery --reason "They left the platform"

    JSON fields: account_id, status, denied_by_hand, in_sync, epoch, owner_mail, exempt_until, deleted_senders,
    kept_senders
    """
    from permille.domain.people.staff_commands import Close
    from permille.usecases.provisioning.close_account import closing_is_final
    from permille.usecases.senders.delete_users import delete_users

    account, onboarding = stack.account(account_id), stack.onboarding
    if not account.is_closed:
        command = Close(reason=reason, by=stack.operator_arn())
        confirm(
            closing_is_final(account),
            yes=yes,
            as_json=as_json,
        )
        account = stack.decide(account_id, command)
    try:
        removed = delete_users(onboarding, account)
    except ServiceError as error:
        raise Failed(
            f"{account.id} is closed, but its IAM user is not deleted yet; repeat the command: {error}"
        ) from error
    if as_json:
        emit_json({**_as_data(account), "deleted_senders": list(removed.gone), "kept_senders": list(removed.kept)})
        return
    _print_closed(account, removed)


def _print_closed(account: "Account", removed: "DeletedUsers") -> None:
    if removed.kept:
        _print(account)
    else:
        _print_status(account)
    for name in removed.gone:
        done = "was deleted already" if name in removed.before else "is deleted"
        out.print(f"The IAM user {literal(name)} {done}.")
    for name in removed.kept:
        out.print(f"The IAM user {literal(name)} was not made by Permille: it is deactivated and kept.")


def exempt(
    account_id: AccountId,
    reason: Reason,
    until: Until,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Exempt an account from the rules until a date.

    Until then no rule disables it. Complaints are still counted, and the owner is still told of them. Use it for a
    sender whose complaints have an explanation, such as a wrong list of one day.

    Example:
        permille account exempt good-bakery --until 2026-12-31 --reason "A test of the complaint button"

    JSON fields: account_id, status, denied_by_hand, in_sync, epoch, owner_mail, exempt_until
    """
    from permille.domain.people.staff_commands import Exempt

    end, before = inputs.end(until), stack.account(account_id)
    former = before.exemption if before.exempt_at(stack.now()) else None
    account = stack.decide(account_id, Exempt(until=end, reason=reason, by=stack.operator_arn()))
    _answer(account, as_json=as_json)
    if former and not as_json:
        why = literal(former.reason)
        out.print(f"Instead of the exemption until {instant(former.until, account)}: {why}", soft_wrap=True)


def unexempt(
    account_id: AccountId, reason: Reason, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False
) -> None:
    """End an account's exemption.

    The account is judged by the rules again, within a minute.

    Example:
        permille account unexempt good-bakery --reason "The test is over"

    JSON fields: account_id, status, denied_by_hand, in_sync, epoch, owner_mail, exempt_until
    """
    from permille.domain.people.staff_commands import Unexempt

    _answer(stack.decide(account_id, Unexempt(reason=reason, by=stack.operator_arn())), as_json=as_json)


def owner_mail(
    account_id: AccountId,
    *,
    reset: Annotated[bool, typer.Option("--reset", help="Send mail to the owner again.")] = False,
    reason: Annotated[str, typer.Option(help="Reason for --reset, recorded on the account's timeline.")] = "",
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Show whether mail to the owner is stopped; --reset resumes it.

    Permille stops mailing an owner after a permanent bounce or a complaint. `permille account change --owner-email`
    sets another address, which resumes mail too.

    Examples:
        permille account owner-mail good-bakery
        permille account owner-mail good-bakery --reset --reason "The mailbox works again"

    JSON fields: account_id, owner_mail, [owner_email], [status], [denied_by_hand], [in_sync], [epoch], [exempt_until]
    """
    from permille.domain.people.staff_commands import ResetOwnerMail
    from permille.domain.words import wording

    if reset:
        _answer(stack.decide(account_id, ResetOwnerMail(reason=reason, by=stack.operator_arn())), as_json=as_json)
        return
    account = stack.account(account_id)
    if as_json:
        emit_json(
            {"account_id": account.id, "owner_email": account.owner_email, "owner_mail": account.owner_mail or None}
        )
    else:
        fate = (
            f"a mail to it {wording.FATES[account.owner_mail]}; no more mail is sent"
            if account.owner_mail
            else "mail to it is sent"
        )
        out.print(f"{literal(account.owner_email)}: {fate}")


def _answer(account: "Account", *, as_json: bool) -> None:
    if as_json:
        emit_json(_as_data(account))
    else:
        _print(account)


def _as_data(account: "Account") -> dict[str, Any]:
    return {
        "account_id": account.id,
        "status": account.status,
        "denied_by_hand": account.denied_by_hand,
        "in_sync": account.in_sync,
        "epoch": account.epoch,
        "owner_mail": account.owner_mail or None,
        "exempt_until": account.exemption.until.isoformat() if account.exemption else None,
    }


def _print(account: "Account") -> None:
    _print_status(account)
    if not account.in_sync:
        out.print("The SMTP credential changes within seconds; `permille account show` shows it.")


def _print_status(account: "Account") -> None:
    from permille.domain.words import wording

    exemption = account.exemption
    exempt = f", exempt until {instant(exemption.until, account)}" if exemption else ""
    by_hand = f", {wording.BY_HAND}" if account.denied_by_hand else ""
    out.print(f"[bold]{account.id}[/] is {account.status}{by_hand}{exempt}.")
