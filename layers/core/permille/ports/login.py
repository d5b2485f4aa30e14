"""Ports of login: the register of links, and the keys that sign them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from permille.domain.login.links import LinkRole
    from permille.domain.login.revocation import Register
    from permille.domain.timeline.kinds.access import AccessRevoked, LinkMade
    from permille.domain.timeline.timeline import TimelineEntry


class LinkRegister(Protocol):
    """The revocation list: until which instant links for staff, and tokens for platforms, are revoked."""

    def get(self, role: LinkRole, name: str) -> Register:
        """What is revoked for all of the role, and for `name` where it is not empty. Strongly consistent. What was
        written to another table is not read: a table that is restored from a backup lacks later revocations."""

    def save(
        self,
        role: LinkRole,
        name: str,
        read: Register,
        register: Register,
        entry: TimelineEntry[LinkMade | AccessRevoked],
    ) -> None:
        """Writes the register and the entry in one transaction. Raises Conflict where it is no longer as in `read`."""


class TokenSigner(Protocol):
    """HMAC-SHA-256, under a key for each role."""

    def sign(self, role: LinkRole, message: bytes) -> bytes:
        """The MAC of the message."""

    def verify(self, role: LinkRole, message: bytes, mac: bytes) -> bool:
        """Whether `mac` is the MAC of the message under the role's key."""
