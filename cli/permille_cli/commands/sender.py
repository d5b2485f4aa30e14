"""`permille sender`: IAM users and roles whose mail belongs to no account."""

from typing import Annotated

import typer

from permille.domain.values.errors import Conflict, InvalidInput
from permille_cli.commands.sender_find import find
from permille_cli.stack.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.terminal.confirmation import Yes, confirm
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.output import AsJson, emit_json, literal, out

app = Commands(
    help="""Manage senders that belong to no account.

IAM users or roles that send the platform's own mail, which counts for no account; and IAM users that are no
account's yet."""
)

app.command()(find)


@app.command()
def ignore(
    name: Annotated[str, typer.Argument(metavar="NAME", help="IAM user or role that sends the platform's own mail.")],
    reason: Annotated[str, typer.Option(help="Reason, recorded on the system timeline.")],
    *,
    yes: Yes = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Ignore feedback about the platform's own mail.

    Feedback about mail of a sender that belongs to no account is quarantined, with an alarm. Ignored, it is dropped
    with a metric, and counts for no account.

    Example:
        permille sender ignore platform-mail --reason "Our own newsletter"

    JSON fields: sender, reason, by
    """
    from permille.domain.people.system_commands import IgnoreSender
    from permille.domain.timeline.kinds.system import SenderIgnored
    from permille.domain.timeline.timeline import system_entry

    command = IgnoreSender(sender=name, reason=reason, by=stack.operator_arn())
    sender = command.sender
    exists = yes or _exists(stack, sender)
    confirm(f"IAM has neither a user nor a role named {sender}", yes=exists, as_json=as_json)
    facts = SenderIgnored(sender=sender, reason=command.reason, by=command.by)
    try:
        stack.accounts.ignore_sender(system_entry(stack.now(), facts))
    except Conflict as conflict:
        owner = stack.accounts.owner_of(sender)
        if not owner:
            raise
        raise InvalidInput(
            f"{sender} is a sender of the account {owner}, so feedback about its mail counts for that account"
        ) from conflict
    if as_json:
        emit_json({"sender": sender, "reason": facts.reason, "by": facts.by})
    else:
        out.print(f"Feedback about mail of {literal(sender)} is dropped from now on.")


def _exists(stack: Stack, name: str) -> bool:
    """Whether IAM has a user or role of exactly this name. A sender of an account need not exist."""
    if stack.accounts.owner_of(name):
        return True
    user = stack.iam_users.find(name)
    return bool(user and user.name == name) or stack.iam_users.has_role(name)


@app.command()
def unignore(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Ignored IAM user or role.")],
    reason: Annotated[str, typer.Option(help="Reason, recorded on the system timeline.")],
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Stop ignoring a sender.

    Feedback about its mail is quarantined until the sender belongs to an account.

    Example:
        permille sender unignore platform-mail --reason "It becomes an account"

    JSON fields: sender, reason, by
    """
    from permille.domain.people.system_commands import UnignoreSender
    from permille.domain.timeline.kinds.system import SenderUnignored
    from permille.domain.timeline.timeline import system_entry

    command = UnignoreSender(sender=name, reason=reason, by=stack.operator_arn())
    sender = command.sender
    facts = SenderUnignored(sender=sender, reason=command.reason, by=command.by)
    try:
        stack.accounts.unignore_sender(system_entry(stack.now(), facts))
    except Conflict as conflict:
        if any(ignored_sender.name == sender for ignored_sender in stack.accounts.ignored()):
            raise
        raise InvalidInput(f"{sender} is not ignored; see `permille sender list`") from conflict
    if as_json:
        emit_json({"sender": sender, "reason": facts.reason, "by": facts.by})
    else:
        out.print(f"Feedback about mail of {literal(sender)} is no longer dropped.")


@app.command(name="list")
def list_ignored(*, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """List the ignored senders, each with the reason.

    Senders of accounts are in `permille account list`.

    Example:
        permille sender list

    JSON fields: ignored (sender, reason)
    """
    ignored = sorted(stack.accounts.ignored(), key=lambda ignored_sender: ignored_sender.name)
    if as_json:
        emit_json(
            {
                "ignored": [
                    {"sender": ignored_sender.name, "reason": ignored_sender.ignored} for ignored_sender in ignored
                ]
            }
        )
        return
    for ignored_sender in ignored:
        out.print(f"[bold]{literal(ignored_sender.name)}[/]  {literal(ignored_sender.ignored)}", soft_wrap=True)
    if not ignored:
        out.print("No sender is ignored.")
