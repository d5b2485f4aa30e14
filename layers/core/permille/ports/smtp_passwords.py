"""Ports of where the passwords of new SMTP credentials are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from permille.domain.sending.smtp_server import Password, Server


class SmtpPasswords(Protocol):
    """A store of SMTP credentials of accounts, which the operator hands out."""

    def key_of(self, account_id: str) -> str:
        """The access key whose password is stored for the account, which is its SMTP user name; empty where there is
        none."""

    def put(self, account_id: str, server: Server, password: Password) -> None:
        """Stores the credential; it is durable before this returns. Raises Failed or a ServiceError where it may not
        be stored."""
