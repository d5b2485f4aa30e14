"""Connects an account to a third-party SMTP provider: the login is tried first, then the password is kept, and only
then does the account name it."""

from dataclasses import dataclass
from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.account.provider import Provider
from permille.domain.people import provider_change
from permille.domain.people.owner_commands import ConnectProvider, DisconnectProvider
from permille.domain.sending.smtp_server import FailureReason, LoginFailure, Password, Server
from permille.domain.values.errors import DecisionRefused
from permille.ports.accounts import Accounts, Policies
from permille.ports.history import Timeline
from permille.ports.providers import Secret, Secrets, SmtpLoginCheck
from permille.usecases.decisions.decisions import apply


@dataclass(frozen=True, slots=True)
class ProviderServices:
    """What providers needs of the outside."""

    accounts: Accounts
    policies: Policies
    timeline: Timeline
    login_check: SmtpLoginCheck
    secrets: Secrets


def connect(
    services: ProviderServices, account: Account, server: Server, password: Password, by: str, now: datetime
) -> Account | LoginFailure:
    """The account with its new provider, or what went wrong when the login was tried: then nothing is stored. Raises
    `DecisionRefused` where it may not, and NotFound where the account is gone. A run that is cut off leaves a version
    of the secret that nobody uses; the next one takes its place."""
    provider_change.check_connectable(account)
    if trouble := services.login_check.check(server, password):
        return trouble
    before = account.provider
    secret = services.secrets.put(account.id, server, password, _secret(before) if before else None)
    found = Provider(server.host, server.port, server.user, secret.arn, secret.version, now)
    return apply(services, account.id, ConnectProvider(provider=found, replaces=before, by=by), now)


def try_again(services: ProviderServices, account: Account) -> LoginFailure | None:
    """Tries the login of the connected provider again, with the stored password; what goes wrong, if anything."""
    found = _connected(account)
    password = services.secrets.get(_secret(found))
    if password is None:
        return LoginFailure(FailureReason.NO_PASSWORD)
    return services.login_check.check(Server(found.host, found.port, found.user), password)


def disconnect(services: ProviderServices, account: Account, by: str, now: datetime) -> Account:
    """The account forgets the provider, then its password is deleted, also one that a run left behind. Raises
    `DecisionRefused` where there was neither."""
    decided = apply(services, account.id, DisconnectProvider(by=by), now)
    deleted = services.secrets.delete(account.id)
    if not deleted:
        _connected(account)
    return decided


def _connected(account: Account) -> Provider:
    if account.provider is None:
        raise DecisionRefused(f"{account.id} has no provider connected")
    return account.provider


def _secret(found: Provider) -> Secret:
    return Secret(found.secret, found.version)
