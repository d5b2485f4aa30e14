"""What `permille account add` answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from permille.onboarding import AddedAccount
from permille_cli.output import literal
from permille_cli.smtp_credential import smtp_password
from permille_cli.stack import Stack


@dataclass(frozen=True, slots=True)
class Answer:
    """An adopted sender keeps its credential, so there is none to show."""

    stack: Stack
    added: AddedAccount

    def as_data(self, *, show_secret: bool) -> dict[str, Any]:
        account, key = self.added.account, self.added.key
        host, _, port = self.stack["SmtpEndpoint"].rpartition(":")
        data: dict[str, Any] = {
            "account_id": account.id,
            "caller_identity": account.senders[0],
            "access_key_id": key.id if key else None,
            "smtp": {
                "host": host,
                "port": int(port),
                "username": key.id if key else None,
                "password": smtp_password(key.secret, self.stack["Region"]) if key else None,
            },
        }
        if len(account.senders) > 1:
            data["caller_identities"] = list(account.senders)
        if records := records_of(self.added.dkim_tokens):
            data["records_to_publish"] = records
        if self.added.replaced_default_sets:
            data["replaced_default_sets"] = dict(self.added.replaced_default_sets)
        if self.added.forwarding_stopped:
            data["forwarding_stopped"] = list(self.added.forwarding_stopped)
        if show_secret and key:
            data["secret_access_key"] = key.secret
        return data

    def as_text(self, *, show_secret: bool) -> str:
        """With Rich's markup."""
        data = self.as_data(show_secret=show_secret)
        account = self.added.account
        lines = [f"[bold]{account.id}[/] is active; its sender is {literal(', '.join(account.senders))}."]
        if self.added.key:
            lines += ["Its SMTP credential, shown this once:"]
            lines += [f"  {name:9}{literal(value)}" for name, value in data["smtp"].items()]
        else:
            lines += ["It keeps the credentials that its sender has."]
        if "secret_access_key" in data:
            lines += [f"  secret access key  {literal(data['secret_access_key'])}"]
        for identity, replaced in self.added.replaced_default_sets.items():
            told = f"The default configuration set of {identity} was {replaced}; it is ours now."
            lines += [f"[yellow]{literal(told)}[/]"]
        if stopped := [name for name in self.added.forwarding_stopped if name not in self.added.dkim_tokens]:
            names = literal(", ".join(stopped))
            lines += [f"SES mailed feedback about {names} to the sender; that is off now: Permille tells the owner."]
        if records := records_of(self.added.dkim_tokens):
            lines += ["SES verifies an identity once its DNS records are published:"]
            lines += [f"  {literal(record)}" for record in records]
        return "\n".join(lines)


def records_of(dkim_tokens: Mapping[str, Sequence[str]]) -> list[str]:
    """What has to be published for identities that were made."""
    records: list[str] = []
    for name, tokens in dkim_tokens.items():
        if "@" in name:
            records += [f"(SES has written to {name}: follow the link in that mail)"]
        records += [f"{token}._domainkey.{name} CNAME {token}.dkim.amazonses.com" for token in tokens]
    return records
