"""The form by which an owner asks for a provider: its fields, and the section of the report that has it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from permille.console.site.review_form import messages_of
from permille.domain.account.account import Account
from permille.domain.sending.smtp_server import (
    LONGEST_HOST,
    LONGEST_PASSWORD,
    LONGEST_USERNAME,
    PORTS,
    LoginFailure,
    Password,
    Server,
    sentence,
)
from permille.domain.values.errors import DecisionRefused, InvalidInput
from permille.domain.words import wording
from permille.zones import shown_zone_of

USUAL_PORT = "587"


@dataclass(frozen=True, slots=True)
class ProviderInput:
    """The fields as they were typed, and what is wrong with them. The password is not one of them: no page shows it.

    error: what is wrong, in one text; empty where nothing is
    wrong: messages by field
    """

    host: str = ""
    port: str = USUAL_PORT
    username: str = ""
    error: str = ""
    wrong: Mapping[str, str] = field(default_factory=dict)

    def server(self) -> Server:
        """The parsed fields. Raises InvalidInput. The function Providers validates the rest."""
        if not (self.port.isascii() and self.port.isdigit() and len(self.port) <= len("65535")):
            raise InvalidInput("choose one of the ports that the provider names", "port")
        return Server(self.host, int(self.port), self.username)


def parse(form: Mapping[str, str]) -> ProviderInput:
    """The fields of a form, without blanks around them."""
    host, port, username = (form.get(name, "").strip() for name in ("host", "port", "username"))
    return ProviderInput(host, port, username)


def password_in(form: Mapping[str, str]) -> Password:
    """The password as it was typed. Raises InvalidInput."""
    try:
        return Password(form.get("password", ""))
    except InvalidInput as error:
        raise InvalidInput(str(error), "password") from error


def with_errors(fields: ProviderInput, error: DecisionRefused | InvalidInput | LoginFailure) -> ProviderInput:
    """The same fields, with what is wrong."""
    if isinstance(error, LoginFailure):
        said = sentence(error, wording.plain(fields.host, LONGEST_HOST), int(fields.port))
        return replace(fields, error=f"{said}. Nothing was stored")
    text, wrong = messages_of(error)
    return replace(fields, error=text, wrong=wrong)


def provider_form(account: Account, fields: ProviderInput | None, now: datetime) -> dict[str, Any] | None:
    """The variables of provider_form.html.j2; None where the owner cannot ask for a provider."""
    if account.is_closed or account.owner_mail or open_request(account, now):
        return None
    shown = fields or ProviderInput()
    return {
        "host": shown.host,
        "port": shown.port,
        "username": shown.username,
        "error": shown.error,
        "wrong": shown.wrong,
        "ports": sorted(PORTS, key=lambda port: (str(port) != USUAL_PORT, port)),
        "longest": {"host": LONGEST_HOST, "username": LONGEST_USERNAME, "password": LONGEST_PASSWORD},
    }


def open_request(account: Account, now: datetime) -> dict[str, str] | None:
    """What the page says of the request that waits for the owner's confirmation; None where there is none."""
    request = account.provider_request
    if request is None or now >= request.expires_at:
        return None
    return {
        "host": wording.plain(request.host, LONGEST_HOST),
        "port": str(request.port),
        "username": wording.plain(request.username, LONGEST_USERNAME),
        "expires": wording.local(request.expires_at.astimezone(shown_zone_of(account))),
    }
