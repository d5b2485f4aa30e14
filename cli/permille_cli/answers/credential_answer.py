"""An SMTP credential as the command that made it answers: it is shown this once."""

from dataclasses import dataclass
from typing import Any

from permille.domain.account.account import Account
from permille.ports.iam_users import AccessKey
from permille_cli.smtp_credential import smtp_password
from permille_cli.stack.stack import Stack
from permille_cli.terminal.output import literal


@dataclass(frozen=True, slots=True)
class CredentialAnswer:
    """`key`: None of an adopted sender, which keeps its credential, so that there is none to show."""

    stack: Stack
    account: Account
    key: AccessKey | None

    def as_data(self, *, show_secret: bool) -> dict[str, Any]:
        key = self.key
        host, _, port = self.stack["SmtpEndpoint"].rpartition(":")
        data: dict[str, Any] = {
            "account_id": self.account.id,
            "caller_identity": self.account.senders[0],
            "access_key_id": key.id if key else None,
            "smtp": {
                "host": host,
                "port": int(port),
                "username": key.id if key else None,
                "password": smtp_password(key.secret, self.stack["Region"]) if key else None,
            },
        }
        if show_secret and key:
            data["secret_access_key"] = key.secret
        return data

    def as_lines(self, *, show_secret: bool) -> list[str]:
        """Of a key."""
        data = self.as_data(show_secret=show_secret)
        lines = ["Its SMTP credential, shown this once; for some seconds, until SES knows it, a login answers 535:"]
        lines += [f"  {name:9}{literal(value)}" for name, value in data["smtp"].items()]
        secret = data.get("secret_access_key")
        return [*lines, f"  secret access key  {literal(secret)}"] if secret else lines
