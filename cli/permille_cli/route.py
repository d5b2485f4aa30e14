"""`permille route`: may an account send now, and through what."""

from datetime import datetime

from permille import shapes
from permille.domain.route import entries_needed_since, route
from permille_cli.output import AsJson, emit_json, instant, literal, out
from permille_cli.stack import DEFAULT_STACK, StackOption
from permille_cli.staff import AccountId


def show(account_id: AccountId, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Say whether an account may send now, and through what."""
    account = stack.account(account_id)
    entries = stack.timeline.since(account.id, entries_needed_since(account))
    answer = shapes.route(account, route(account, entries), stack["PlatformName"], stack["SmtpEndpoint"])
    if as_json:
        emit_json(answer)
        return
    through = f"sends through {literal(answer['host'])}:{answer['port']}" if answer["may_send"] else "may not send"
    as_user = f" as {literal(answer['user'])}" if answer["user"] else ""
    since = instant(datetime.fromisoformat(answer["since"]), account) if answer["since"] else "ever"
    out.print(f"[bold]{account.id}[/] {through}{as_user}, since {since}", soft_wrap=True)
    out.print(literal(answer["why"]), soft_wrap=True)
