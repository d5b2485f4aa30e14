"""A new SMTP credential in an answer. It is shown only once."""

from dataclasses import dataclass
from typing import Any

from permille.domain.account.account import Account
from permille.ports.iam_users import AccessKey
from permille.schema.onboarding_schema import smtp_json
from permille_cli.stack.stack import Stack
from permille_cli.terminal.output import literal


@dataclass(frozen=True, slots=True)
class CredentialAnswer:
    """The credential of an account. `key`: None for an adopted sender, which keeps its credential."""

    stack: Stack
    account: Account
    key: AccessKey | None

    def as_data(self, *, show_secret: bool) -> dict[str, Any]:
        key = self.key
        data: dict[str, Any] = {
            "account_id": self.account.id,
            "sender": self.account.senders[0],
            "access_key_id": key.id if key else None,
            "smtp": smtp_json(self.stack["SmtpEndpoint"], self.stack["Region"], key),
        }
        if show_secret and key:
            data["secret_access_key"] = key.secret
        return data

    def as_lines(self, *, show_secret: bool) -> list[str]:
        """Rich markup. `key` must not be None."""
        data = self.as_data(show_secret=show_secret)
        lines = ["Its SMTP credential, shown only once. For some seconds SES may answer 535 to its login:"]
        lines += [f"  {name:9}{literal(value)}" for name, value in data["smtp"].items()]
        secret = data.get("secret_access_key")
        return [*lines, f"  secret access key  {literal(secret)}"] if secret else lines
