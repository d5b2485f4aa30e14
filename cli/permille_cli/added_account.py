"""What `permille account add` answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from permille.onboarding import AddedAccount
from permille_cli.output import literal
from permille_cli.shown_once import ShownOnce
from permille_cli.stack import Stack


@dataclass(frozen=True, slots=True)
class Answer:
    stack: Stack
    added: AddedAccount

    @property
    def _credential(self) -> ShownOnce:
        return ShownOnce(self.stack, self.added.account, self.added.key)

    def as_data(self, *, show_secret: bool) -> dict[str, Any]:
        account = self.added.account
        data = self._credential.as_data(show_secret=show_secret)
        if len(account.senders) > 1:
            data["caller_identities"] = list(account.senders)
        if records := records_of(self.added.dkim_tokens):
            data["records_to_publish"] = records
        if self.added.replaced_default_sets:
            data["replaced_default_sets"] = dict(self.added.replaced_default_sets)
        if self.added.forwarding_stopped:
            data["forwarding_stopped"] = list(self.added.forwarding_stopped)
        return data

    def as_text(self, *, show_secret: bool) -> str:
        """With Rich's markup."""
        account = self.added.account
        lines = [f"[bold]{account.id}[/] is active; its sender is {literal(', '.join(account.senders))}."]
        if self.added.key:
            lines += self._credential.as_lines(show_secret=show_secret)
        else:
            lines += ["It keeps the credentials that its sender has."]
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
