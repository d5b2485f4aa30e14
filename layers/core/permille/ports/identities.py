"""Ports of SES: identities, their default configuration sets, feedback forwarding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """A CNAME record, by which SES verifies a domain."""

    name: str
    value: str


class DefaultSets(Protocol):
    """The domains and addresses that SES lets the platform send from, with their default configuration sets."""

    def default_set(self, identity: str) -> str | None:
        """Its default configuration set, empty where it has none; None where SES does not know the identity."""

    def set_default(self, identity: str, configuration_set: str) -> None:
        """Empty: from now on it has none."""

    def create(self, identity: str, configuration_set: str) -> Sequence[DnsRecord]:
        """Creates it with that default, and returns what has to be published to verify a domain. Raises Conflict where
        SES knows it already."""

    def delete(self, identity: str, configuration_set: str) -> None:
        """Deletes one that has that default; leaves any other. Can be repeated without harm."""


class Forwarding(Protocol):
    def forwards(self, identity: str) -> bool:
        """Whether SES mails the feedback about its mail to whoever sent it."""

    def set_forwarding(self, identity: str, *, on: bool) -> None: ...


class SesAccount(Protocol):
    """SES as the AWS account has it in its Region."""

    def in_sandbox(self) -> bool:
        """Whether it sends to verified identities alone."""

    def all(self) -> Iterator[str]:
        """The identities that it knows, verified or not, in no order."""

    def has_set(self, configuration_set: str) -> bool:
        """Whether it knows a configuration set of that name."""


class Identities(DefaultSets, Forwarding, SesAccount, Protocol):
    pass
