"""`permille account change`."""

from typing import Annotated

import typer

from permille_cli.stack.stack import DEFAULT_STACK, StackOption
from permille_cli.terminal.confirmation import Yes, confirm
from permille_cli.terminal.options import AcceptRisk, AccountId, Reason
from permille_cli.terminal.output import AsJson, emit_json, out

Names = list[str] | None


def change(
    account_id: AccountId,
    reason: Reason,
    owner_email: Annotated[str | None, typer.Option(help="New e-mail address of the owner.")] = None,
    owner_name: Annotated[str | None, typer.Option(help="New name of the owner, used in mails.")] = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="The owner's time zone, such as Europe/Vienna.")
    ] = None,
    add_identity: Annotated[Names, typer.Option(help="Domain or address to add. Repeatable.")] = None,
    remove_identity: Annotated[Names, typer.Option(help="Domain or address to remove. Repeatable.")] = None,
    add_sender: Annotated[Names, typer.Option(help="IAM user to adopt as a sender. Repeatable.")] = None,
    remove_sender: Annotated[Names, typer.Option(help="Sender to deactivate and remove. Repeatable.")] = None,
    accept_risk: AcceptRisk = None,
    *,
    yes: Yes = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Change an account's owner, identities or senders.

    Only what is named changes. A new owner address gets a new link, and earlier links become invalid. Mail that a
    removed sender has sent still counts for the account, and the sender cannot join another account.

    Examples:
        permille account change good-bakery --owner-email new@shop.example --reason "They sold the shop"
        permille account change good-bakery --add-identity bread.example --reason "A second domain"

    JSON fields: account_id, changed, in_sync, [warnings]
    """
    from permille.usecases.senders.change import Change, apply, plan
    from permille_cli.answers.changed_account import ChangedAccountAnswer
    from permille_cli.answers.identities_answer import confirm_shared

    wanted = Change(
        account_id=account_id,
        reason=reason,
        by=stack.operator_arn(),
        owner_email=owner_email,
        owner_name=owner_name,
        timezone=timezone,
        add_identities=tuple(add_identity or ()),
        remove_identities=tuple(remove_identity or ()),
        add_senders=tuple(add_sender or ()),
        remove_senders=tuple(remove_sender or ()),
        accept_risk=accept_risk,
    )
    planned = plan(stack.changing, wanted)
    confirm_shared(planned.shared, yes=yes, as_json=as_json)
    if planned.leaves_no_key:
        confirm(f"no sender that {account_id} keeps has a key to send with", yes=yes, as_json=as_json)
    answer = ChangedAccountAnswer(apply(stack.changing, wanted, planned, stack.now()), planned)
    if as_json:
        emit_json(answer.as_data())
    else:
        out.print(answer.as_text(), soft_wrap=True)
