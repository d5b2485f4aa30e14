"""`permille account`: manages sending accounts. What one command alone needs is imported by it: most only look."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from permille.domain.account.account_search import AccountFilter
from permille.domain.values.errors import InvalidInput
from permille.domain.values.status import Status
from permille_cli.commands import account_change, account_decisions, credential, explain, note
from permille_cli.stack.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.terminal.confirmation import Yes
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.options import AcceptRisk, AccountId, ShowSecret
from permille_cli.terminal.output import AsJson, emit_json, instant, literal, out

if TYPE_CHECKING:
    from permille.domain.account.account import Account

app = Commands(
    help="""Manage sending accounts.

An account is one business that sends through SES, with an owner, the identities (domains or addresses) that it sends
from, and one SMTP credential, which Permille deactivates when the account breaks the rules."""
)


@app.command()
def add(
    account_id: Annotated[
        str, typer.Argument(metavar="ID", help="New id: lower-case letters, digits and hyphens, at most 54.")
    ],
    owner_email: Annotated[str, typer.Option(help="E-mail address of the owner.")],
    identity: Annotated[list[str], typer.Option(help="Domain or address that the account sends from. Repeatable.")],
    owner_name: Annotated[str, typer.Option(help="Name of the owner, used in mails.")] = "",
    timezone: Annotated[
        str, typer.Option(metavar="ZONE", help="The owner's time zone, such as Europe/Vienna.")
    ] = "UTC",
    sender: Annotated[
        list[str] | None, typer.Option(help="IAM user to adopt instead of making one. Repeatable.")
    ] = None,
    accept_risk: AcceptRisk = None,
    *,
    take_over: Annotated[
        bool,
        typer.Option("--take-over", help="Give adopted users a policy of their own instead of SES's console group."),
    ] = False,
    show_secret: ShowSecret = False,
    yes: Yes = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Add an account, and make its SMTP credential.

    Use it for each business that is to send. It makes the IAM user permille-ID, which may only send from the
    identities and through the stack's configuration set, and makes that set the default of each identity, so that all
    mail is counted. The credential is shown once. With --sender it adopts existing IAM users, which keep theirs.

    Examples:
        permille account add good-bakery --owner-email bea@good-bakery.example --identity good-bakery.example
        permille account add old-shop --owner-email o@shop.example --identity shop.example --sender ses-smtp-user.7

    JSON fields: account_id, sender, access_key_id, smtp (host, port, username, password), records_to_publish,
    forwarding_stopped
    """
    from permille.usecases.senders.add_account import add_account
    from permille.usecases.senders.new_account import NewAccount
    from permille.usecases.senders.shared_identities import shared_with_others
    from permille_cli.answers.added_account import AddedAccountAnswer
    from permille_cli.answers.identities_answer import confirm_shared

    if show_secret and sender:
        raise InvalidInput("an adopted user keeps its credential, so that there is no secret to show", "show_secret")
    new = NewAccount(
        account_id=account_id,
        owner_email=owner_email,
        owner_name=owner_name,
        timezone=timezone,
        identities=tuple(dict.fromkeys(identity)),
        adopted=tuple(dict.fromkeys(sender or [])),
        accept_risk=accept_risk,
        take_over=take_over,
        by=stack.operator_arn(),
    )
    shared = shared_with_others(stack.accounts, new.identities, new.account_id)
    confirm_shared(shared, yes=yes, as_json=as_json)
    added = AddedAccountAnswer(stack, add_account(stack.onboarding, new, stack.now()), shared)
    if as_json:
        emit_json(added.as_data(show_secret=show_secret))
    else:
        out.print(added.as_text(show_secret=show_secret), soft_wrap=True)


@app.command(name="list")
def list_accounts(
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="Part of an id, owner's address or name, identity or sender.")
    ] = "",
    status: Annotated[list[Status] | None, typer.Option(help="Only accounts of this status. Repeatable.")] = None,
    only: Annotated[AccountFilter | None, typer.Option(help="Only accounts in this state, as at the desk.")] = None,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """List accounts: all, or those that match.

    Each with its status, its owner's address and its senders. Accounts that wait for something have it in brackets.
    --only lists those that are held, wait for support (review), are on trial, exempt, were switched off within seven
    days and are off (off_this_week), or may send and are allowed no more complaints (near_limit).

    Examples:
        permille account list
        permille account list flowers --status disabled
        permille account list --only near_limit

    JSON fields: accounts (account_id, status, denied_by_hand, review, trial, owner_email, owner_name, timezone,
    owner_mail, may_send, in_sync, epoch, strikes, would_disable, hold_reason, exempt_until, provider, senders)
    """
    from permille.domain.account.account_search import AccountSearch, folded
    from permille_cli.answers.account_standing import status_text

    search, now = AccountSearch(folded(text), only), stack.now()
    every = stack.accounts.all()
    matching = (
        account for account in every if (not status or account.status in status) and search.matches(account, now)
    )
    accounts = sorted(matching, key=lambda account: account.id)
    if as_json:
        emit_json({"accounts": [_list_item(account) for account in accounts]})
        return
    if not accounts:
        out.print("No account matches." if text or status or only else "There is no account yet.")
        return
    from rich.table import Table

    from permille_cli.terminal.tables import whole

    table = Table("account", "status", "owner", "senders", box=None, pad_edge=False)
    for account in accounts:
        table.add_row(
            account.id, status_text(account, now), literal(account.owner_email), literal(", ".join(account.senders))
        )
    out.print(whole(table), crop=False)


def _list_item(account: "Account") -> dict[str, Any]:
    """As the JSON API lists it, with its senders."""
    from permille.schema.account_schema import account_summary_json

    return {**account_summary_json(account), "senders": list(account.senders)}


@app.command()
def show(account_id: AccountId, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Show an account's status, counts and SMTP credential.

    The first thing to look at when an owner calls; `permille account explain` says why. The credential's state is read
    from IAM.

    Example:
        permille account show good-bakery

    JSON fields: account_id, status, denied_by_hand, review, trial, owner_email, owner_name, timezone, owner_mail,
    may_send, in_sync, epoch, strikes, would_disable, hold_reason, exempt_until, window (days, first_day, last_day,
    delivered, complaints, bounces), limit_per_1000, allowance_left, policy, provider, old_credential_works_until,
    identities, senders (sender, exists, agrees, denied, denied_by_hand, keys), risks_accepted, is_complete
    """
    account = stack.account(account_id)
    now = account.after_last_decision(stack.now())
    verdict = stack.verdict(account, now).verdict
    senders = [_sender(stack, account, sender) for sender in account.senders]
    until = account.old_key_works_until(now)
    if as_json:
        from permille.schema.account_schema import account_json

        named = {"identities": list(account.identities), "senders": senders}
        named |= {"risks_accepted": dict(account.risks_accepted)}
        named |= {"is_complete": not account.adding_run}
        emit_json({**account_json(account, verdict), **credential.expiry_json(until), **named})
    else:
        from permille_cli.answers.account_standing import print_standing

        print_standing(account, verdict, senders, now)
        if account.adding_run:
            out.print("Adding it was cut off: repeat the import, or the request, that adds it.")
        if until:
            out.print(f"The credential was renewed; the old one works until {instant(until, account)}.")


for command in (
    account_decisions.disable,
    account_decisions.enable,
    credential.credential,
    account_decisions.close,
    account_change.change,
    account_decisions.exempt,
    account_decisions.unexempt,
    account_decisions.owner_mail,
    note.note,
    explain.explain,
):
    app.command()(command)


def _sender(stack: Stack, account: "Account", sender: str) -> dict[str, Any]:
    """A sender's keys and deny group, read from IAM now."""
    from permille.domain.account.credential import changes
    from permille.domain.account.denial import is_denied_by_hand

    state = stack.switch.state_of(sender)
    keys = sorted(state.keys.items()) if state else []
    deactivated = account.may_reactivate(account.credential.deactivated.get(sender, frozenset()))
    by_hand = state is not None and is_denied_by_hand(account, state)
    return {
        "sender": sender,
        "exists": state is not None,
        "agrees": state is None or by_hand or not changes(state, deactivated, may_send=account.status.may_send),
        "denied": state is not None and state.denied,
        "denied_by_hand": by_hand,
        "keys": [{"access_key_id": key, "status": status} for key, status in keys],
    }
