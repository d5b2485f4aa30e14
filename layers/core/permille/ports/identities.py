"""Ports of SES: identities, their default configuration sets, feedback forwarding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """A CNAME record by which SES verifies a domain."""

    name: str
    value: str


class DefaultSets(Protocol):
    """Identities of SES (domains and addresses), and their default configuration sets."""

    def default_set(self, identity: str) -> str | None:
        """The name of the default configuration set; empty where there is none, None where SES does not know the
        identity."""

    def set_default(self, identity: str, configuration_set: str) -> None:
        """Sets the default configuration set; empty: none. Idempotent."""

    def create(self, identity: str, configuration_set: str) -> Sequence[DnsRecord]:
        """Creates an identity with that default, and returns the records that verify a domain. Raises Conflict where
        SES knows it already."""

    def delete(self, identity: str, configuration_set: str) -> None:
        """Deletes the identity if it has that default, and leaves it otherwise. Idempotent."""


class Forwarding(Protocol):
    """Feedback forwarding: SES mails feedback to the sender's address."""

    def forwards(self, identity: str) -> bool:
        """Whether it is on for the identity."""

    def set_forwarding(self, identity: str, *, on: bool) -> None:
        """Switches it on or off. Idempotent."""


class Verification(Protocol):
    """Whether SES has verified identities: it sends from no other."""

    def records_left(self, identity: str) -> Sequence[DnsRecord] | None:
        """The records that verify a domain, none for an address; None where SES has verified the identity, or does not
        know it."""


class SesAccount(Protocol):
    """SES of the AWS account in its Region."""

    def in_sandbox(self) -> bool:
        """Whether SES sends to verified identities only."""

    def all(self) -> Iterator[str]:
        """The names of all identities, verified or not, in no order."""

    def has_set(self, configuration_set: str) -> bool:
        """Whether a configuration set of that name exists."""


class Identities(DefaultSets, Forwarding, Verification, SesAccount, Protocol):
    """All of SES's identities that adding, changing and closing accounts needs."""
