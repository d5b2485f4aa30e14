"""The JSON shapes of what an account sends through: its provider, and the route that is in use."""

from typing import Annotated

from typing_extensions import TypedDict

from permille.domain.account.account import Account
from permille.domain.sending.route import Route, Via
from permille.domain.values.status import Status
from permille.schema.doc import Doc


class ProviderJson(TypedDict):
    """The owner's third-party SMTP provider. The password is in Secrets Manager, never here."""

    host: str
    port: int
    username: Annotated[str, Doc("User name at the provider.")]
    secret_arn: Annotated[str, Doc("ARN of the secret that holds the password.")]
    secret_version: Annotated[str, Doc("Version of the secret.")]
    connected_at: Annotated[str, Doc("When the provider was connected.", "date-time")]


class RouteJson(TypedDict):
    """Whether the account may send now, and through which SMTP server."""

    account_id: str
    status: Annotated[Status, Doc("Status of the account.")]
    may_send: Annotated[bool, Doc("Whether the account may send now, through either.")]
    via: Annotated[Via | None, Doc("Amazon SES or the provider; null while the account may not send.")]
    host: Annotated[str | None, Doc("Host of the SMTP server.")]
    port: Annotated[int | None, Doc("Port of the SMTP server.")]
    username: Annotated[str | None, Doc("User name at the provider; null for Amazon SES.")]
    secret_arn: Annotated[str | None, Doc("ARN of the secret that holds the provider's password.")]
    secret_version: Annotated[str | None, Doc("Version of the secret.")]
    since: Annotated[str | None, Doc("When the route became what it is; null where that is not known.")]
    why: Annotated[str, Doc("The reason for people; empty where it is not known.")]


def provider_json(account: Account) -> ProviderJson | None:
    """The account's provider; None where none is connected."""
    provider = account.provider
    if provider is None:
        return None
    return {
        "host": provider.host,
        "port": provider.port,
        "username": provider.username,
        "secret_arn": provider.secret,
        "secret_version": provider.version,
        "connected_at": provider.connected_at.isoformat(),
    }


def route_json(account: Account, route: Route, platform: str, smtp_endpoint: str) -> RouteJson:
    """The route of the account. `smtp_endpoint`: HOST:PORT of the SMTP interface of SES."""
    host, _, port = smtp_endpoint.rpartition(":")
    is_ses = route.via is Via.SES
    provider = provider_json(account) if route.via is Via.PROVIDER else None
    return {
        "account_id": account.id,
        "status": account.status,
        "may_send": route.may_send,
        "via": route.via,
        "host": host if is_ses else provider and provider["host"],
        "port": int(port) if is_ses else provider and provider["port"],
        "username": provider and provider["username"],
        "secret_arn": provider and provider["secret_arn"],
        "secret_version": provider and provider["secret_version"],
        "since": route.since_entry.at.isoformat() if route.since_entry else None,
        "why": route.why(platform),
    }
