"""Ports of third-party SMTP providers: the login check and the secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

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

    def put(
        self, account_id: str, server: Server, password: Password, keep: Secret | None, version: str = ""
    ) -> Secret:
        """Stores a new version, and returns it.

        keep: the version in use; it can be read until the version after the new one is stored, also where unused
            versions were stored since. None: there is none
        version: its id; the same password may be put in it again, which stores nothing new. Empty: AWS chooses one
        """

    def get(self, secret: Secret) -> Password | None:
        """The password; None where the version no longer exists."""

    def delete(self, account_id: str) -> bool:
        """Deletes the account's secret at once, with all versions; returns False where there was none. Idempotent."""


class ListedSecrets(Secrets, Protocol):
    """Passwords whose accounts can be listed."""

    def listed(self) -> Iterator[tuple[str, datetime]]:
        """Of each secret the id of its account, and when it was last written. Eventually consistent."""


class ProviderRequests(Protocol):
    """What owners' pages ask of the function Providers. Each operation raises NotAuthenticated, DecisionRefused,
    InvalidInput and Unavailable."""

    def request(self, token: str, server: Server, password: Password) -> LoginFailure | None:
        """Tries the login, and asks for the provider. Returns why the login failed; None where it worked. `token`: of
        the owner's session."""

    def withdraw(self, token: str) -> None:
        """Withdraws the open request. `token`: of the owner's session."""

    def confirm(self, token: str) -> None:
        """Connects the provider of a request. `token`: of the link in the mail about it."""

    def refuse(self, token: str) -> None:
        """Ends a request. `token`: as in confirm()."""
