"""Revocation of links and tokens: until when those that were issued are revoked."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from permille.domain.login.links import LINK_CLOCK_SKEW, SECOND, Claims
from permille.domain.values.errors import NotAuthenticated


def revoked_until(now: datetime, last: datetime | None) -> datetime:
    """The instant until which links have to be revoked, so that each link made by now is. `last`: the issue time of the
    last link, which can be ahead of the clock; None where there is none. In whole seconds, rounded up."""
    ceiling = now.astimezone(UTC).replace(microsecond=0) + (SECOND if now.microsecond else timedelta())
    return max(ceiling, last or ceiling)


def owners_revoked_until(now: datetime, before: datetime | None) -> datetime:
    """As `revoked_until` for owners' links, whose last issue time is not stored: it covers each clock that may have
    made one. `before`: until when links are revoked already; None where none are."""
    return revoked_until(now + LINK_CLOCK_SKEW, before + SECOND if before else None)


@dataclass(frozen=True, slots=True)
class Register:
    """Until when links for staff, or tokens for platforms, are revoked. None where the register holds nothing; then no
    link is valid.

    of_all: until when those of all holders are revoked
    of_name: until when those of one holder are
    last_issued: the issue time of the last one of all holders
    """

    of_all: datetime | None = None
    of_name: datetime | None = None
    last_issued: datetime | None = None

    @property
    def valid_since(self) -> datetime | None:
        """Links issued after this instant are valid; None where no link is."""
        return max(self.of_all, self.of_name) if self.of_all and self.of_name else None

    def initialized(self, now: datetime) -> "Register":
        """The register with all instants set. Where it lacks one, as after a loss of data, links made by now are
        revoked."""
        until = revoked_until(now, self.last_issued)
        return replace(self, of_all=self.of_all or until, of_name=self.of_name or until)

    def with_issued(self, claims: Claims) -> "Register":
        """The register after a link with these claims was made."""
        return replace(self, last_issued=max(self.last_issued or claims.issued_at, claims.issued_at))

    def with_revoked(self, now: datetime, name: str) -> "Register":
        """The register after all links made by now were revoked: those of `name`, or of all holders where it is empty.
        An earlier revocation that reaches further stays."""
        until = revoked_until(now, self.last_issued)
        if name:
            return replace(self, of_name=max(until, self.of_name or until))
        return replace(self, of_all=max(until, self.of_all or until))


def check_revoked(issued_at: datetime, valid_since: datetime | None) -> None:
    """Raises NotAuthenticated where the link was issued at the instant `valid_since`, or before it."""
    if valid_since and issued_at <= valid_since:
        raise NotAuthenticated("the link was revoked")
