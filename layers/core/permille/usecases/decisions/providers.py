"""Connects an account to a third-party SMTP provider. The login is checked first, then the password is stored, and then
the account is saved."""

from dataclasses import dataclass
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.account.provider import Provider, ProviderRequest
from permille.domain.people import provider_change
from permille.domain.people.owner_commands import ConnectProvider, DisconnectProvider, EndProviderRequest
from permille.domain.sending.smtp_server import FailureReason, LoginFailure, Password, Server
from permille.domain.values.errors import DecisionRefused
from permille.ports.accounts import Accounts, Policies
from permille.ports.history import Timeline
from permille.ports.providers import Secret, Secrets, SmtpLoginCheck
from permille.usecases.decisions.decisions import apply


@dataclass(frozen=True, slots=True)
class ProviderServices:
    """The dependencies of connecting providers.

    secrets: the passwords of connected providers
    requested: those of requests that no owner has confirmed
    """

    accounts: Accounts
    policies: Policies
    timeline: Timeline
    login_check: SmtpLoginCheck
    secrets: Secrets
    requested: Secrets


@dataclass(frozen=True, slots=True)
class Disconnection:
    """What a disconnection did.

    account: as it is now
    provider: that was connected
    request: that waited for the owner's confirmation
    """

    account: Account
    provider: Provider | None
    request: ProviderRequest | None


def connect(
    services: ProviderServices, account: Account, server: Server, password: Password, by: str, now: datetime
) -> Account | LoginFailure:
    """Connects the provider. Returns the account, or why the login failed: then nothing is stored. Raises
    DecisionRefused and NotFound. A run that is cut off leaves an unused version of the secret, which the next run
    replaces."""
    provider_change.check_connectable(account)
    if failure := services.login_check.check(server, password):
        return failure
    before = account.provider
    secret = services.secrets.put(account.id, server, password, _secret(before) if before else None)
    provider = Provider(server.host, server.port, server.username, secret.arn, secret.version, now)
    return apply(services, account.id, ConnectProvider(provider=provider, replaces=before, by=by), now)


def check_login(services: ProviderServices, account: Account) -> LoginFailure | None:
    """Checks the login of the connected provider with the stored password. Returns why it failed; None where it
    works."""
    provider = _connected(account)
    password = services.secrets.get(_secret(provider))
    if password is None:
        return LoginFailure(FailureReason.NO_PASSWORD)
    return services.login_check.check(Server(provider.host, provider.port, provider.username), password)


def disconnect(services: ProviderServices, account: Account, by: str, now: datetime) -> Disconnection:
    """Disconnects the provider, withdraws a request for one, and then deletes their passwords, also one that a run left
    behind. Raises DecisionRefused where there was nothing of it."""
    decided = apply(services, account.id, DisconnectProvider(by=by), now)
    if account.provider_request:
        services.requested.delete(account.id)
    deleted = services.secrets.delete(account.id)
    if not (deleted or account.provider or account.provider_request):
        raise DecisionRefused(f"{account.id} has no provider connected, and no request for one waits")
    return Disconnection(decided, account.provider, account.provider_request)


def withdraw(services: ProviderServices, account: Account, by: str, now: datetime) -> Account:
    """Withdraws the request that waits, and then deletes its password; returns the account, whose connected provider
    stays. Raises DecisionRefused where none waits."""
    if account.provider_request is None:
        raise DecisionRefused(f"no request for a provider of {account.id} waits")
    decided = apply(services, account.id, EndProviderRequest(version=account.provider_request.version, by=by), now)
    delete_requested(services.requested, decided)
    return decided


def delete_requested(requested: Secrets, decided: Account) -> bool:
    """Deletes the password of a request that is over, and returns whether there was one. Where another was asked for
    since, the password is that one's, and stays."""
    return not decided.provider_request and requested.delete(decided.id)


def _connected(account: Account) -> Provider:
    if account.provider is None:
        raise DecisionRefused(f"{account.id} has no provider connected")
    return account.provider


def _secret(provider: Provider) -> Secret:
    return Secret(provider.secret, provider.version)
