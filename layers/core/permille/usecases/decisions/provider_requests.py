"""Connects a provider that an owner asks for on the page: the login is tried, the request waits for the owner's
confirmation by a link in a mail, and then the provider is connected. The function Providers alone does it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from permille.domain.account.account import Account
from permille.domain.account.provider import Provider, ProviderRequest
from permille.domain.login.mail_links import Purpose
from permille.domain.people.owner_commands import ConnectProvider, EndProviderRequest, RequestProvider, TryProvider
from permille.domain.people.provider_change import check_connectable
from permille.domain.people.provider_request import CONFIRM_WITHIN, is_confirmed, open_request
from permille.domain.sending.smtp_server import LoginFailure, Password, Server
from permille.domain.values.errors import DecisionRefused, ServiceError
from permille.domain.words.wording import OWNER
from permille.observability import emit
from permille.ports.accounts import Accounts, Policies
from permille.ports.history import Timeline
from permille.ports.login import TokenSigner
from permille.ports.providers import ListedSecrets, Secret, Secrets, SmtpLoginCheck
from permille.usecases.decisions.decisions import apply
from permille.usecases.decisions.providers import delete_requested
from permille.usecases.login.access import current_owner_of
from permille.usecases.login.mail_links import verify

SETTLED_AFTER = timedelta(hours=1)  # a secret without a request that is younger may be that of one being made


@dataclass(frozen=True, slots=True)
class RequestServices:
    """The dependencies of requests for providers.

    secrets: the passwords of connected providers
    requested: those of requests
    """

    accounts: Accounts
    policies: Policies
    timeline: Timeline
    signer: TokenSigner
    login_check: SmtpLoginCheck
    secrets: Secrets
    requested: ListedSecrets


def request(
    services: RequestServices, token: str, server: Server, password: Password, now: datetime
) -> LoginFailure | None:
    """Tries the login, and asks for the provider. Returns why the login failed: then nothing is stored. A run that is
    cut off leaves a secret that no request names, which clear() deletes. Raises NotAuthenticated and DecisionRefused.

    token: of the owner's session
    """
    account = current_owner_of(token, services.signer, services.accounts, now)
    apply(services, account.id, TryProvider(server=server, by=OWNER), now)
    if failure := services.login_check.check(server, password):
        return failure
    secret = services.requested.put(account.id, server, password, None)
    made = ProviderRequest(
        server.host, server.port, server.username, secret.arn, secret.version, now, now + CONFIRM_WITHIN
    )
    apply(services, account.id, RequestProvider(provider_request=made, by=OWNER), now)
    return None


def withdraw(services: RequestServices, token: str, now: datetime) -> None:
    """Withdraws the open request, if there is one, and deletes its password. `token`: of the owner's session. Raises
    NotAuthenticated."""
    account = current_owner_of(token, services.signer, services.accounts, now)
    if account.provider_request:
        version = account.provider_request.version
        _end(services, account.id, EndProviderRequest(version=version, by=OWNER), now)


def refuse(services: RequestServices, token: str, now: datetime) -> None:
    """Ends a request, and deletes its password. `token`: of the link in the mail about it. Raises NotAuthenticated, and
    DecisionRefused where the request is not open any more."""
    link, account = verify(token, Purpose.CONFIRM_PROVIDER, services.signer, services.accounts, now)
    version = open_request(account, link.about, now).version
    _end(services, account.id, EndProviderRequest(version=version, refused=True, by=OWNER), now)


def confirm(services: RequestServices, token: str, now: datetime) -> Account:
    """Connects the provider of a request, and returns the account; idempotent while that provider is connected.
    `token`: as in refuse(). Raises NotAuthenticated, and DecisionRefused where the request is not open any more. A run
    that is cut off can be repeated."""
    link, account = verify(token, Purpose.CONFIRM_PROVIDER, services.signer, services.accounts, now)
    check_connectable(account)  # before a password is stored
    if is_confirmed(account, link.about):
        return account
    requested = open_request(account, link.about, now)
    password = services.requested.get(Secret(requested.secret, requested.version))
    if password:
        return _connect(services, account, requested, password, now)
    current = services.accounts.get(account.id)  # another run may have connected it, and deleted the password
    if current and is_confirmed(current, link.about):
        return current
    raise DecisionRefused("the password of this request is gone; ask for the provider again")


def _connect(
    services: RequestServices, account: Account, requested: ProviderRequest, password: Password, now: datetime
) -> Account:
    """Connects the provider. Its password gets the version of the request's, so that several runs store one."""
    server, before = Server(requested.host, requested.port, requested.username), account.provider
    in_use = Secret(before.secret, before.version) if before else None
    secret = services.secrets.put(account.id, server, password, in_use, requested.version)
    provider = Provider(server.host, server.port, server.username, secret.arn, secret.version, now)
    command = ConnectProvider(provider=provider, replaces=before, request=requested.version, by=OWNER)
    connected = apply(services, account.id, command, now)
    delete_requested(services.requested, connected)
    return connected


def _end(services: RequestServices, account_id: str, command: EndProviderRequest, now: datetime) -> bool:
    """Ends the request, and returns whether its password was deleted."""
    return delete_requested(services.requested, apply(services, account_id, command, now))


def clear(services: RequestServices, now: datetime, in_time: Callable[[], bool]) -> int:
    """Ends the requests that have expired, and deletes passwords that no open request names. Returns how many secrets
    were deleted. An account that fails is tried again by the next run, and does not stop the others."""
    deleted = 0
    for account_id, written_at in services.requested.listed():
        if not in_time():
            break
        try:
            deleted += _clear(services, account_id, written_at, now)
        except ServiceError as error:
            emit("provider_request.not_cleared", account=account_id, why=str(error))
    emit("provider_requests.cleared", deleted=deleted)
    return deleted


def _clear(services: RequestServices, account_id: str, written_at: datetime, now: datetime) -> bool:
    account = services.accounts.get(account_id)
    current = account.provider_request if account else None
    if current and now < current.expires_at:
        return False
    if current:
        command = EndProviderRequest(version=current.version, expired=True, by=OWNER)
        return _end(services, account_id, command, now)
    return now - written_at >= SETTLED_AFTER and services.requested.delete(account_id)
