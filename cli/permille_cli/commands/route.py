"""`permille route`: whether an account may send now, and through what."""

from datetime import datetime

from permille_cli.stack.stack import DEFAULT_STACK, StackOption
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.options import AccountId
from permille_cli.terminal.output import AsJson, emit_json, instant, literal, out

app = Commands()


@app.command()
def show(account_id: AccountId, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Show whether an account may send now, and through what.

    Through SES, through its provider, or not at all; since when, and why. A host platform asks the JSON API for the
    same.

    Example:
        permille route good-bakery

    JSON fields: account_id, status, may_send, via, host, port, username, secret_arn, secret_version, since, why
    """
    from permille.schema.route_schema import route_json
    from permille.usecases.views.current_route import current_route

    account = stack.account(account_id)
    sending_route = current_route(stack.timeline, account)
    answer = route_json(account, sending_route, stack["PlatformName"], stack["SmtpEndpoint"])
    if as_json:
        emit_json(answer)
        return
    through = f"sends through {literal(answer['host'])}:{answer['port']}" if answer["may_send"] else "may not send"
    as_user = f" as {literal(answer['username'])}" if answer["username"] else ""
    since = instant(datetime.fromisoformat(answer["since"]), account) if answer["since"] else "ever"
    out.print(f"[bold]{account.id}[/] {through}{as_user}, since {since}", soft_wrap=True)
    out.print(literal(answer["why"]), soft_wrap=True)
