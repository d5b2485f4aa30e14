"""`permille sender`: IAM identities that belong to no account."""

from typing import Annotated

import typer

from permille.domain.people.system_commands import IgnoreSender, UnignoreSender
from permille.domain.timeline.kinds.system import SenderIgnored, SenderUnignored
from permille.domain.timeline.timeline import system_entry
from permille.domain.values.errors import Conflict, InvalidInput
from permille_cli.stack.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.terminal.confirmation import Yes, ask
from permille_cli.terminal.output import AsJson, emit_json, literal, out

app = typer.Typer(help="IAM identities that belong to no account.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def ignore(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="An IAM user or role that sends the platform's own mail.")
    ],
    reason: Annotated[str, typer.Option(help="Why its mail is nobody's to answer for.")],
    *,
    yes: Yes = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Count feedback about the platform's own mail for nobody: it is dropped, with a metric."""
    command = IgnoreSender(sender=name, reason=reason, by=stack.caller())
    sender = command.sender
    is_meant = yes or _is_known(stack, sender)
    ask(f"IAM has neither a user nor a role named {sender}", yes=is_meant, as_json=as_json)
    facts = SenderIgnored(sender=sender, reason=command.reason, by=command.by)
    try:
        stack.accounts.ignore_sender(system_entry(stack.now(), facts))
    except Conflict as conflict:
        owner = stack.accounts.owner_of(sender)
        if not owner:
            raise
        raise InvalidInput(
            f"{sender} is a sender of the account {owner}: its mail is that account's to answer for"
        ) from conflict
    if as_json:
        emit_json({"caller_identity": sender, "ignored": facts.reason, "by": facts.by})
    else:
        out.print(f"Feedback about mail that {literal(sender)} sends is dropped from now on.")


def _is_known(stack: Stack, name: str) -> bool:
    """To IAM, in this very spelling: SES names whoever sends as IAM does. An account's sender need not exist."""
    if stack.accounts.owner_of(name):
        return True
    user = stack.iam_users.find(name)
    return bool(user and user.name == name) or stack.iam_users.has_role(name)


@app.command()
def unignore(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An IAM user or role that is ignored.")],
    reason: Annotated[str, typer.Option(help="Why its mail is not dropped any more.")],
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Stop dropping feedback about mail that an IAM user or role sends: it is quarantined until an account has it."""
    command = UnignoreSender(sender=name, reason=reason, by=stack.caller())
    sender = command.sender
    facts = SenderUnignored(sender=sender, reason=command.reason, by=command.by)
    try:
        stack.accounts.unignore_sender(system_entry(stack.now(), facts))
    except Conflict as conflict:
        if any(one.caller == sender for one in stack.accounts.ignored()):
            raise
        raise InvalidInput(f"{sender} is not ignored; `permille sender list` names who is") from conflict
    if as_json:
        emit_json({"caller_identity": sender, "unignored": facts.reason, "by": facts.by})
    else:
        out.print(f"Feedback about mail that {literal(sender)} sends is dropped no more.")


@app.command(name="list")
def list_ignored(*, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """List the IAM users and roles that are ignored, each with the reason."""
    ignored = sorted(stack.accounts.ignored(), key=lambda one: one.caller)
    if as_json:
        emit_json({"ignored": [{"caller_identity": one.caller, "reason": one.ignored} for one in ignored]})
        return
    for one in ignored:
        out.print(f"[bold]{literal(one.caller)}[/]  {literal(one.ignored)}", soft_wrap=True)
    if not ignored:
        out.print("Nobody is ignored.")
