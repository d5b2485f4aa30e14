"""`permille provider`: the third-party SMTP server that an owner's e-mails can go through."""

from typing import Annotated

import typer

from permille.domain.account.account import Account
from permille.domain.sending.smtp_server import LoginFailure, sentence, server
from permille.domain.values.errors import Failed
from permille.schema.route_schema import provider_json
from permille.usecases.decisions import providers
from permille_cli.stack.stack import DEFAULT_STACK, StackOption
from permille_cli.terminal import inputs
from permille_cli.terminal.options import AccountId
from permille_cli.terminal.output import AsJson, emit_json, instant, literal, out

app = typer.Typer(help="Third-party SMTP providers that owners connect.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def connect(
    account_id: AccountId,
    host: Annotated[str, typer.Option(help="The provider's SMTP server, as in smtp.example.com.")],
    port: Annotated[int, typer.Option(help="465 for TLS from the start, 587 for STARTTLS.")],
    user: Annotated[str, typer.Option(help="The user name there.")],
    *,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from stdin instead of asking for it.")
    ] = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Connect a provider, or another in its place, once a login with TLS has succeeded.

    The password is kept in Secrets Manager, and shown nowhere. Where the login fails, nothing is stored.
    """
    account = stack.account(account_id)
    asked = server(host, port, user, local=stack.is_local)
    password = inputs.password(from_stdin=password_stdin)
    connected = providers.connect(stack.providing, account, asked, password, stack.caller(), stack.now())
    if isinstance(connected, LoginFailure):
        raise Failed(f"nothing is stored: {sentence(connected, asked.host, asked.port)}")
    _tell(connected, as_json=as_json)


@app.command()
def show(account_id: AccountId, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Show an account's provider."""
    _tell(stack.account(account_id), as_json=as_json)


@app.command(name="test")
def try_again(account_id: AccountId, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Try the login again with the stored password. Exit 0 if it succeeds, 1 if not."""
    account = stack.account(account_id)
    trouble = providers.try_again(stack.providing, account)
    assert account.provider is not None  # else it was refused
    host, port = account.provider.host, account.provider.port
    said = sentence(trouble, host, port) if trouble else ""
    if as_json:
        fault = trouble.fault if trouble else None
        emit_json({"account_id": account.id, "works": trouble is None, "fault": fault, "why": said or None})
        raise typer.Exit(1 if trouble else 0)
    if trouble:
        raise Failed(said)
    out.print(f"The login at {literal(host)}:{port} succeeds.")


@app.command()
def disconnect(account_id: AccountId, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Forget an account's provider, and delete its password."""
    account = stack.account(account_id)
    _tell(providers.disconnect(stack.providing, account, stack.caller(), stack.now()), as_json=as_json)


def _tell(account: Account, *, as_json: bool) -> None:
    if as_json:
        emit_json({"account_id": account.id, "provider": provider_json(account)})
    elif account.provider:
        at = account.provider
        server = f"{literal(at.host)}:{at.port} as {literal(at.user)}"
        out.print(f"[bold]{account.id}[/] is connected to {server}", soft_wrap=True)
        since = instant(at.connected_at, account)
        out.print(f"since {since}; the password is in {literal(at.secret)}", soft_wrap=True)
    else:
        out.print(f"[bold]{account.id}[/] has no provider connected.")
