"""Ports of third-party SMTP providers: the login check and the secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from permille.domain.sending.smtp_server import LoginFailure, Password, Server


class SmtpLoginCheck(Protocol):
    def check(self, server: Server, password: Password) -> LoginFailure | None:
        """Logs in to an SMTP server over TLS with a verified certificate, sends nothing, and leaves; returns what went
        wrong, if anything. Nobody else is shown the password."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a password is kept: `arn` is the secret's, and `version` says which of its versions."""

    arn: str
    version: str


class Secrets(Protocol):
    """The passwords of providers: one secret for each account."""

    def put(self, account_id: str, server: Server, password: Password, keep: Secret | None) -> Secret:
        """Keeps a new version. The one to `keep`, which is in use, can be read until the next but one is kept, also
        where others were put after it that nobody uses."""

    def get(self, secret: Secret) -> Password | None:
        """None where it is gone."""

    def delete(self, account_id: str) -> bool:
        """At once, with all its versions; False where there was none. Can be repeated without harm."""
