"""Ports of login: the register of links, and the keys that sign them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from permille.domain.login.links import LinkRole, Register
    from permille.domain.timeline.kinds.access import AccessRevoked, LinkMade
    from permille.domain.timeline.timeline import TimelineEntry


class LinkRegister(Protocol):
    """Until when links for staff, and tokens for platforms, are revoked."""

    def get(self, audience: LinkRole, name: str) -> Register:
        """Of all, and of that name where it is not empty; strongly consistent. What was written to another table, of
        which this one was restored, is not known: a backup knows of no revocation since."""

    def save(
        self,
        audience: LinkRole,
        name: str,
        read: Register,
        register: Register,
        entry: TimelineEntry[LinkMade | AccessRevoked],
    ) -> None:
        """Writes it, and the entry, in one transaction. Raises Conflict where it is not as it was read any more."""


class TokenSigner(Protocol):
    """HMAC-SHA-256, under a key for each audience."""

    def sign(self, audience: LinkRole, message: bytes) -> bytes: ...

    def verify(self, audience: LinkRole, message: bytes, mac: bytes) -> bool: ...
