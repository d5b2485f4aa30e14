"""`permille provider`: the third-party SMTP relay of an account."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from permille.domain.values.errors import Failed
from permille_cli.stack.stack import DEFAULT_STACK, StackOption
from permille_cli.terminal import inputs
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.options import AccountId
from permille_cli.terminal.output import AsJson, emit_json, instant, literal, out

if TYPE_CHECKING:
    from datetime import datetime

    from permille.domain.account.account import Account
    from permille.domain.account.provider import Provider, ProviderRequest

app = Commands(
    help="""Manage the third-party SMTP providers of accounts.

While its own credential is deactivated, an account may send through another SMTP provider that its owner pays."""
)


@app.command()
def connect(
    account_id: AccountId,
    host: Annotated[str, typer.Option(help="The provider's SMTP server, such as smtp.example.com.")],
    port: Annotated[int, typer.Option(help="587 for STARTTLS, 465 for implicit TLS.")],
    username: Annotated[str, typer.Option(help="User name at the provider.")],
    *,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking for it.")
    ] = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Connect an SMTP provider to an account.

    A disabled account can then send through a third party; `permille route` tells the host platform so. The login is
    tested first, with TLS: if it fails, nothing is stored. The password is stored in Secrets Manager and never shown.
    An earlier provider is replaced.

    Example:
        permille provider connect good-bakery --host smtp.example.com --port 587 --username bakery

    JSON fields: account_id, provider (host, port, username, secret_arn, secret_version, connected_at), provider_request
    """
    from permille.domain.sending.smtp_server import LoginFailure, sentence, server
    from permille.usecases.decisions import providers

    account = stack.account(account_id)
    requested = server(host, port, username, local=stack.is_local)
    password = inputs.password(from_stdin=password_stdin)
    connected = providers.connect(stack.providing, account, requested, password, stack.operator_arn(), stack.now())
    if isinstance(connected, LoginFailure):
        raise Failed(f"nothing is stored: {sentence(connected, requested.host, requested.port)}")
    _print(connected, stack.now(), as_json=as_json)


@app.command()
def show(account_id: AccountId, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Show an account's provider, and a request for one.

    Its server, the user name, and the secret that holds the password. A request was made on the owner's page; it waits
    until the owner confirms it by the link in a mail, for three days at most.

    Example:
        permille provider show good-bakery

    JSON fields: account_id, provider (host, port, username, secret_arn, secret_version, connected_at), provider_request
    """
    _print(stack.account(account_id), stack.now(), as_json=as_json)


@app.command(name="test")
def check_login(account_id: AccountId, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Test the login with the stored password.

    Exits with 0 if it succeeds, and with 1 if not. It sends no mail.

    Example:
        permille provider test good-bakery

    JSON fields: account_id, works, failure, why
    """
    from permille.domain.sending.smtp_server import sentence
    from permille.usecases.decisions import providers

    account = stack.account(account_id)
    failure = providers.check_login(stack.providing, account)
    assert account.provider is not None  # else the use case refused
    host, port = account.provider.host, account.provider.port
    why = sentence(failure, host, port) if failure else ""
    if as_json:
        reason = failure.fault if failure else None
        emit_json({"account_id": account.id, "works": failure is None, "failure": reason, "why": why or None})
        raise typer.Exit(1 if failure else 0)
    if failure:
        raise Failed(why)
    out.print(f"The login at {literal(host)}:{port} succeeded.")


@app.command()
def disconnect(account_id: AccountId, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Disconnect an account's provider, withdraw a request for one, and delete the passwords.

    A disabled account has then no way to send. What was asked for on the owner's page and is not confirmed cannot be
    confirmed any more; `permille provider withdraw` withdraws that alone.

    Example:
        permille provider disconnect good-bakery

    JSON fields: account_id, provider, provider_request, disconnected, withdrawn
    """
    from permille.usecases.decisions import providers

    account = stack.account(account_id)
    done = providers.disconnect(stack.providing, account, stack.operator_arn(), stack.now())
    if as_json:
        what = {"disconnected": done.provider is not None, "withdrawn": done.request is not None}
        emit_json(_as_data(done.account) | what)
        return
    if done.provider:
        out.print(f"[bold]{account.id}[/] is disconnected from {_server(done.provider)}.", soft_wrap=True)
    if done.request:
        out.print(f"The request for {_server(done.request)} is withdrawn.", soft_wrap=True)
    out.print("The password is deleted." if done.provider or done.request else "A password that was left is deleted.")


@app.command()
def withdraw(account_id: AccountId, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Withdraw a request for a provider, and delete its password.

    What was asked for on the owner's page and is not confirmed cannot be confirmed any more. A provider that is
    connected stays so; `permille provider disconnect` disconnects it, too.

    Example:
        permille provider withdraw good-bakery

    JSON fields: account_id, provider (host, port, username, secret_arn, secret_version, connected_at), provider_request
    """
    from permille.usecases.decisions import providers

    account = stack.account(account_id)
    left = providers.withdraw(stack.providing, account, stack.operator_arn(), stack.now())
    asked = account.provider_request
    if asked and not as_json:
        out.print(f"The request for {_server(asked)} is withdrawn, and its password deleted.", soft_wrap=True)
    _print(left, stack.now(), as_json=as_json)


def _print(account: "Account", now: "datetime", *, as_json: bool) -> None:
    if as_json:
        emit_json(_as_data(account))
        return
    if account.provider:
        at = account.provider
        out.print(f"[bold]{account.id}[/] is connected to {_server(at)}", soft_wrap=True)
        since = instant(at.connected_at, account)
        out.print(f"since {since}; the password is in {literal(at.secret)}", soft_wrap=True)
    else:
        out.print(f"[bold]{account.id}[/] has no provider connected.")
    if asked := account.provider_request:
        from permille.reading.asked_provider import asked_line
        from permille.zones import shown_zone_of

        line = asked_line(asked, shown_zone_of(account), now)
        withdraws = f"`permille provider withdraw {account.id}` withdraws it."
        out.print(f"{literal(line)} {withdraws}", soft_wrap=True)


def _as_data(account: "Account") -> dict[str, Any]:
    from permille.schema.route_schema import provider_json

    asked = account.provider_request
    waiting = asked and {
        "host": asked.host,
        "port": asked.port,
        "username": asked.username,
        "requested_at": asked.requested_at.isoformat(),
        "expires_at": asked.expires_at.isoformat(),
    }
    return {"account_id": account.id, "provider": provider_json(account), "provider_request": waiting}


def _server(at: "Provider | ProviderRequest") -> str:
    return f"{literal(at.host)}:{at.port} as {literal(at.username)}"
