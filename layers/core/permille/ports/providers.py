"""Ports of third-party SMTP providers: the login check and the secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from permille.domain.sending.smtp_server import LoginFailure, Password, Server


class SmtpLoginCheck(Protocol):
    """Checks a login to a third-party SMTP server."""

    def check(self, server: Server, password: Password) -> LoginFailure | None:
        """Logs in over TLS with a verified certificate, sends no mail, and disconnects. Returns what went wrong; None
        where the login worked. The password goes to nobody but the verified server."""


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a password is stored: the ARN of a secret, and the id of its version."""

    arn: str
    version: str


class Secrets(Protocol):
    """The passwords of providers, one secret for each account."""

    def put(self, account_id: str, server: Server, password: Password, keep: Secret | None) -> Secret:
        """Stores a new version, and returns it.

        keep: the version in use; it can be read until the version after the new one is stored, also where unused
            versions were stored since. None: there is none
        """

    def get(self, secret: Secret) -> Password | None:
        """The password; None where the version no longer exists."""

    def delete(self, account_id: str) -> bool:
        """Deletes the account's secret at once, with all versions; returns False where there was none. Idempotent."""
