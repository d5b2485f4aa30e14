"""Who may see what: whoever holds a link, or a token, is let in until it expires or is revoked. tokens.py has its form,
and the MAC is made and verified elsewhere, where the keys are."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from permille.domain.values.account_id import ACCOUNT_ID
from permille.domain.values.errors import InvalidInput, LinkExpired, NotAuthenticated, Unavailable

LINKS = "/links"  # the path of the function Access
MOST_ACCOUNTS = 20  # patterns of accounts in one token
ALL_ACCOUNTS = "*"
_SECOND = timedelta(seconds=1)


class LinkRole(StrEnum):
    """Whom a link lets in: the owner of one account, one of support's people, or the host platform."""

    OWNER = "owner"
    STAFF = "staff"
    PLATFORM = "platform"


class Scope(StrEnum):
    """What a platform's token lets it do."""

    READ = "read"
    WRITE = "write"


LASTS = {LinkRole.OWNER: timedelta(days=7), LinkRole.STAFF: timedelta(hours=12), LinkRole.PLATFORM: timedelta(days=365)}
LONGEST = {
    LinkRole.OWNER: timedelta(days=30),
    LinkRole.STAFF: timedelta(hours=24),
    LinkRole.PLATFORM: timedelta(days=366),
}
# Whoever revokes owners' links, or makes one by the command, does so by a clock of their own. AWS takes no signed
# request of a clock that is more than 5 minutes off, so that two are no more than 10 apart.
MAX_CLOCK_SKEW = timedelta(minutes=10)
FURTHEST_AHEAD = 2 * MAX_CLOCK_SKEW  # beyond it an instant is nobody's clock


@dataclass(frozen=True, slots=True)
class Grant:
    """What a platform's token opens. `accounts`: ids, or their beginnings followed by *; ALL_ACCOUNTS for all. Raises
    InvalidInput where it opens nothing."""

    scopes: frozenset[Scope]
    accounts: tuple[str, ...] = (ALL_ACCOUNTS,)

    def __post_init__(self) -> None:
        if not self.scopes:
            raise InvalidInput(f"takes one or both of {' and '.join(Scope)}", "scope")
        if not 1 <= len(self.accounts) <= MOST_ACCOUNTS:
            raise InvalidInput(f"takes 1 to {MOST_ACCOUNTS} accounts; shop-* is all whose ids begin so", "account")
        if wrong := [one for one in self.accounts if one != ALL_ACCOUNTS and not _is_pattern(one)]:
            raise InvalidInput(f"takes an account's id, its beginning and a *, or * alone, not {wrong[0]!r}", "account")

    def covers(self, account_id: str) -> bool:
        """Whether it is about this account; about none (an empty id) only where it is about all."""
        return any(
            account_id.startswith(one[:-1]) if one.endswith("*") else account_id == one
            for one in self.accounts
            if account_id or one == ALL_ACCOUNTS
        )


def _is_pattern(text: str) -> bool:
    return ACCOUNT_ID.fullmatch(text.removesuffix("*")) is not None


@dataclass(frozen=True, slots=True)
class Claims:
    """`subject`: the account's id, or the name of who is let in. `by`: who made it, as AWS knows them; of staff and
    platforms alone, as is `grant` of platforms. Instants in whole seconds, UTC."""

    audience: LinkRole
    subject: str
    issued_at: datetime
    expires_at: datetime
    by: str = ""
    grant: Grant | None = None

    @property
    def maker(self) -> str:
        """Who made it, in short: `assumed-role/Admin/eva`, `user/eva`. It is what the ARN has behind the account, but
        for a user's path: whoever makes users chooses it, and it may look like another ARN's end."""
        kind, *path = self.by.split(":", 5)[-1].split("/")
        return "/".join([kind, *(path[-1:] if kind == "user" else path)])


def claims(
    audience: LinkRole,
    subject: str,
    now: datetime,
    lasts: timedelta | None = None,
    *,
    valid_since: datetime | None = None,
    by: str = "",
    grant: Grant | None = None,
) -> Claims:
    """Of a link that is made now, and lasts as long as those of its audience do if nothing else is said. What was
    revoked until `valid_since` does not revoke it: if need be it is issued a second later."""
    second = now.astimezone(UTC).replace(microsecond=0)
    expires_at = second + timedelta(seconds=int((lasts or LASTS[audience]).total_seconds()))
    issued_at = max(second, valid_since + _SECOND) if valid_since else second
    return Claims(audience, subject, issued_at, expires_at, by, grant)


def revoked_until(now: datetime, last: datetime | None) -> datetime:
    """The instant until which links are revoked that were made by now, and those that were made or revoked before at
    `last`, as it stands in them; in whole seconds."""
    ceiling = now.astimezone(UTC).replace(microsecond=0) + (_SECOND if now.microsecond else timedelta())
    return max(ceiling, last or ceiling)


def owners_revoked_until(now: datetime, before: datetime | None) -> datetime:
    """As `revoked_until` of links of which nobody knows when the last was made: all that any clock can have made by
    now. `before`: until when links were revoked before."""
    return revoked_until(now + MAX_CLOCK_SKEW, before + _SECOND if before else None)


@dataclass(frozen=True, slots=True)
class Register:
    """Until when links for staff, or tokens for platforms, are revoked: those of all, those of one name; and when the
    last of all was made, as it stands in it. None where nothing is known: then no link is in force."""

    of_all: datetime | None = None
    of_name: datetime | None = None
    last_issued: datetime | None = None

    @property
    def valid_since(self) -> datetime | None:
        """Only a link that was made after it is in force; None where none is."""
        return max(self.of_all, self.of_name) if self.of_all and self.of_name else None

    def opened(self, now: datetime) -> "Register":
        """Where nothing is known, as after a loss, all that was made until now is revoked."""
        until = revoked_until(now, self.last_issued)
        return replace(self, of_all=self.of_all or until, of_name=self.of_name or until)

    def issuing(self, made: Claims) -> "Register":
        return replace(self, last_issued=max(self.last_issued or made.issued_at, made.issued_at))

    def revoking(self, now: datetime, name: str) -> "Register":
        """Of one name, or of all where it is empty: whatever was made by now. No revocation shortens another."""
        until = revoked_until(now, self.last_issued)
        if name:
            return replace(self, of_name=max(until, self.of_name or until))
        return replace(self, of_all=max(until, self.of_all or until))


def check_lasts(audience: LinkRole, lasts: timedelta) -> timedelta:
    """Raises InvalidInput where no link of the audience lasts so long."""
    longest = LONGEST[audience]
    if not timedelta() < lasts <= longest:
        most = f"{longest.days} days" if longest.days > 1 else f"{longest.total_seconds() // 3600:.0f} hours"
        raise InvalidInput(f"takes more than 0, and no more than {most}")
    return lasts


def check_issuable(made: Claims, now: datetime) -> None:
    """Raises Unavailable where links were made and revoked so often, a second later each time, that no door would let
    in with the next one yet, and a revocation could not tell it from a wrong clock's."""
    if made.issued_at > now + FURTHEST_AHEAD:
        raise Unavailable(
            f"links for {made.audience} were made and revoked so often that the next can be made from "
            f"{made.issued_at - FURTHEST_AHEAD:%H:%M:%S} UTC on; try again then"
        )


def check_times(found: Claims, now: datetime) -> None:
    """Raises NotAuthenticated where the link has expired, is from the future, or lasts longer than any of its audience:
    whoever made it, and with whatever key."""
    if now >= found.expires_at:
        raise LinkExpired("the link has expired")
    if found.issued_at > now + FURTHEST_AHEAD:
        raise NotAuthenticated("the link is from the future")
    if found.expires_at - found.issued_at > LONGEST[found.audience]:
        raise NotAuthenticated("the link lasts longer than it may")


def check_revoked(found: Claims, valid_since: datetime | None) -> None:
    """Raises NotAuthenticated where the link was made before that instant, or at it."""
    if valid_since and found.issued_at <= valid_since:
        raise NotAuthenticated("the link was revoked")
