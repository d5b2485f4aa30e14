"""The answer of `permille account add` and `permille account change` about identities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from permille.ports.identities import DnsRecord
from permille.schema.onboarding_schema import prepared_json
from permille.usecases.senders.identities import PreparedIdentities
from permille.usecases.senders.shared_identities import SharedIdentity
from permille_cli.terminal.confirmation import confirm
from permille_cli.terminal.output import literal

MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class IdentitiesAnswer:
    """The identities that were prepared.

    account_id: the account.
    prepared: what was made and changed in SES.
    below: identities below the account's domains that do not belong to it.
    shared: identities that other accounts have too.
    """

    account_id: str
    prepared: PreparedIdentities
    below: Sequence[str]
    shared: Sequence[SharedIdentity] = ()

    def as_data(self) -> dict[str, Any]:
        data = prepared_json(self.prepared, self.below, self.shared)
        return {name: value for name, value in data.items() if value}

    def as_lines(self) -> list[str]:
        """Rich markup."""
        prepared = self.prepared
        lines = []
        for identity, replaced in prepared.replaced_sets.items():
            note = f"The default configuration set of {identity} was {replaced}; now it is the stack's."
            lines += [f"[yellow]{literal(note)}[/]"]
        if stopped := [name for name in prepared.forwarding_stopped if name not in prepared.records]:
            names = literal(", ".join(stopped))
            lines += [f"SES no longer mails feedback about {names} to the sender: Permille mails the owner."]
        if records := dns_records(prepared.records):
            lines += ["SES verifies an identity once its DNS records are published:"]
            lines += [f"  {literal(record)}" for record in records]
        return [*lines, *(f"[yellow]{literal(line)}.[/]" for line in _some(self.shared)), *self._about_below()]

    def _about_below(self) -> list[str]:
        if not self.below:
            return []
        more = f" and {len(self.below) - MOST_NAMED} more" if len(self.below) > MOST_NAMED else ""
        names = f"{', '.join(self.below[:MOST_NAMED])}{more}"
        note = (
            f"SES has separate identities below the account's domains: {names}. Mail from them uses their default "
            "configuration sets: it is refused (554), or not counted. Add those that the account sends "
            f"from: permille account change {self.account_id} --add-identity {self.below[0]} --reason R"
        )
        return [f"[yellow]{literal(note)}[/]"]


def confirm_shared(shared: Sequence[SharedIdentity], *, yes: bool, as_json: bool) -> None:
    """Asks for confirmation if an identity also belongs to an account that is disabled, in trial or observed."""
    if unusual := [identity for identity in shared if identity.is_unusual]:
        confirm("; ".join(_some(unusual)), yes=yes, as_json=as_json)


def _some(shared: Sequence[SharedIdentity]) -> list[str]:
    more = [f"{len(shared) - MOST_NAMED} more are identities of other accounts"] * (len(shared) > MOST_NAMED)
    return [*map(str, shared[:MOST_NAMED]), *more]


def dns_records(records: Mapping[str, Sequence[DnsRecord]]) -> list[str]:
    """The DNS records to publish for new identities, as lines for people."""
    lines: list[str] = []
    for name, published in records.items():
        if "@" in name:
            lines += [f"(SES has written to {name}: follow the link in that mail)"]
        lines += [f"{record.name} CNAME {record.value}" for record in published]
    return lines
