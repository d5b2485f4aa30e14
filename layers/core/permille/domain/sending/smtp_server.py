"""Third-party SMTP servers: what may be connected, and why a login fails."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from permille.domain.values.errors import InvalidInput

IMPLICIT_TLS: Final = (465, 2465)  # the session begins with TLS; on all others STARTTLS is demanded
PORTS: Final = (25, *IMPLICIT_TLS, 587, 2525, 2587)  # those of providers alone, so that nobody can scan ports
LONGEST_HOST, LONGEST_USERNAME, LONGEST_PASSWORD = 253, 320, 1000
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")


class Password:
    """A password that appears in no representation. Only `reveal` returns it: for the login and Secrets Manager."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        if not text:
            raise InvalidInput("the password is empty")
        if len(text) > LONGEST_PASSWORD or not text.isprintable():
            raise InvalidInput(f"a password has up to {LONGEST_PASSWORD:,} characters, all of them printable")
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Password(hidden)"

    def __reduce__(self) -> str:
        raise TypeError("a password is not written down")


@dataclass(frozen=True, slots=True)
class Server:
    """An SMTP server, and the user name of the login."""

    host: str
    port: int
    username: str


class FailureReason(StrEnum):
    """Why a login to a provider failed."""

    NO_HOST = "no_such_host"
    NOT_PUBLIC = "not_public"
    REFUSED = "connection_refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    NO_SMTP = "no_smtp"
    NO_TLS = "no_tls"
    TLS = "tls_failed"
    CERTIFICATE = "certificate"
    NO_AUTH = "no_auth"
    LOGIN = "login_refused"
    LATER = "try_later"
    NO_PASSWORD = "no_password"  # noqa: S105 - the name of a reason


@dataclass(frozen=True, slots=True)
class LoginFailure:
    """A failed login.

    fault: why it failed
    reply: the server's reply code, as in `535 5.7.8`, without its words; may be empty
    """

    fault: FailureReason
    reply: str = ""


_SENTENCES: Final = {
    FailureReason.NO_HOST: "there is no host {host}",
    FailureReason.NOT_PUBLIC: "{host} is not on the public internet",
    FailureReason.REFUSED: "{host} takes no connection on port {port}",
    FailureReason.UNREACHABLE: "{host} cannot be reached on port {port}",
    FailureReason.TIMEOUT: "{host} did not answer on port {port} in time",
    FailureReason.NO_SMTP: "what answers on port {port} of {host} does not speak SMTP as expected{reply}",
    FailureReason.NO_TLS: "{host} offers no TLS on port {port}, and a password is never sent in plain text",
    FailureReason.TLS: "TLS with {host} on port {port} failed; another port may be right (465, 587)",
    FailureReason.CERTIFICATE: "the certificate of {host} cannot be trusted: "
    "not for this name, over, or of an unknown issuer",
    FailureReason.NO_AUTH: "{host} offers no login on port {port} that can be used (PLAIN or LOGIN)",
    FailureReason.LOGIN: "{host} refused the user name or the password{reply}",
    FailureReason.LATER: "{host} cannot take the login now{reply}; try again later",
    FailureReason.NO_PASSWORD: "the stored password of {host} is gone; connect it again",
}


def sentence(failure: LoginFailure, host: str, port: int) -> str:
    """Why the login failed, on one line, without a full stop."""
    return _SENTENCES[failure.fault].format(host=host, port=port, reply=f" ({failure.reply})" if failure.reply else "")


def server(host: str, port: int, username: str, *, local: bool) -> Server:
    """Validates the server that the owner entered. Raises InvalidInput. `local`: on the embedded stack, where each port
    is allowed."""
    name = host.strip().rstrip(".").lower()
    if len(name) > LONGEST_HOST or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise InvalidInput(f"{host!r} is no host name; one looks like smtp.example.com", "host")
    if not (1 <= port <= 65535 if local else port in PORTS):
        raise InvalidInput(
            f"e-mail providers do not take mail on port {port}; theirs are {', '.join(map(str, sorted(PORTS)))}", "port"
        )
    if not username.strip() or len(username) > LONGEST_USERNAME or not username.isprintable():
        raise InvalidInput(f"a user name has up to {LONGEST_USERNAME} characters, all of them printable", "username")
    return Server(name, port, username)
