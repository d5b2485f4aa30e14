"""Claims of signed login links and bearer tokens: what they grant, and how long they last.

revocation.py revokes them, tokens.py encodes them.
The MAC is made and verified by the port TokenSigner, which has the keys.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from permille.domain.values.account_id import ACCOUNT_ID
from permille.domain.values.errors import InvalidInput, LinkExpired, NotAuthenticated, Unavailable
from permille.domain.words.actors import identity_in_short

LINKS = "/links"  # the path of the function Access
MAX_ACCOUNT_PATTERNS = 20  # account patterns in one token
ALL_ACCOUNTS = "*"
SECOND = timedelta(seconds=1)


class LinkRole(StrEnum):
    """Whom a link or token authenticates: the owner of one account, a member of staff, or the host platform."""

    OWNER = "owner"
    STAFF = "staff"
    PLATFORM = "platform"


class Scope(StrEnum):
    """What a platform's token allows."""

    READ = "read"
    WRITE = "write"


DEFAULT_LIFETIME = {
    LinkRole.OWNER: timedelta(days=7),
    LinkRole.STAFF: timedelta(hours=12),
    LinkRole.PLATFORM: timedelta(days=365),
}
LONGEST_LIFETIME = {
    LinkRole.OWNER: timedelta(days=30),
    LinkRole.STAFF: timedelta(hours=24),
    LinkRole.PLATFORM: timedelta(days=366),
}
# Owners' links are made and revoked by several clocks, those of operators included. AWS rejects signed requests of a
# clock that is more than 5 minutes off, so that two clocks differ by 10 minutes at most.
LINK_CLOCK_SKEW = timedelta(minutes=10)
FURTHEST_AHEAD = 2 * LINK_CLOCK_SKEW  # a later instant comes from no valid clock


@dataclass(frozen=True, slots=True)
class Grant:
    """What a platform's token allows. Raises InvalidInput where it would allow nothing.

    scopes: one at least
    accounts: ids, or prefixes of ids followed by *; ALL_ACCOUNTS for all
    """

    scopes: frozenset[Scope]
    accounts: tuple[str, ...] = (ALL_ACCOUNTS,)

    def __post_init__(self) -> None:
        if not self.scopes:
            raise InvalidInput(f"takes one or both of {' and '.join(Scope)}", "scope")
        if not 1 <= len(self.accounts) <= MAX_ACCOUNT_PATTERNS:
            raise InvalidInput(
                f"takes 1 to {MAX_ACCOUNT_PATTERNS} accounts; shop-* is all whose ids begin so", "account"
            )
        if wrong := [text for text in self.accounts if text != ALL_ACCOUNTS and not _is_pattern(text)]:
            raise InvalidInput(f"takes an account's id, its beginning and a *, or * alone, not {wrong[0]!r}", "account")

    def covers(self, account_id: str) -> bool:
        """Whether it includes this account. An empty id stands for all accounts at once."""
        return any(
            account_id.startswith(pattern[:-1]) if pattern.endswith("*") else account_id == pattern
            for pattern in self.accounts
            if account_id or pattern == ALL_ACCOUNTS
        )


def _is_pattern(text: str) -> bool:
    return ACCOUNT_ID.fullmatch(text.removesuffix("*")) is not None


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of a link or token. Instants are in UTC and have whole seconds.

    role: whom it authenticates
    subject: of an owner's link the account's id, else the holder's name
    issued_at, expires_at: from when and until when it is valid
    by: the ARN of whoever made it; empty in owners' links
    grant: what a platform's token allows; None in links
    """

    role: LinkRole
    subject: str
    issued_at: datetime
    expires_at: datetime
    by: str = ""
    grant: Grant | None = None

    @property
    def maker(self) -> str:
        """`by` in short."""
        return identity_in_short(self.by)


def new_claims(
    role: LinkRole,
    subject: str,
    now: datetime,
    lasts: timedelta | None = None,
    *,
    valid_since: datetime | None = None,
    by: str = "",
    grant: Grant | None = None,
) -> Claims:
    """Makes the claims of a link that is made now.

    lasts: its lifetime; None for the default of its role
    valid_since: until when links were revoked. If need be, the link is issued a second after that, so that it is valid
    """
    second = now.astimezone(UTC).replace(microsecond=0)
    expires_at = second + timedelta(seconds=int((lasts or DEFAULT_LIFETIME[role]).total_seconds()))
    return Claims(role, subject, issue_time(now, valid_since), expires_at, by, grant)


def issue_time(now: datetime, valid_since: datetime | None) -> datetime:
    """The issue time of a link that is made now, in whole seconds. `valid_since`: as in new_claims()."""
    second = now.astimezone(UTC).replace(microsecond=0)
    return max(second, valid_since + SECOND) if valid_since else second


def check_lifetime(role: LinkRole, lasts: timedelta) -> timedelta:
    """Returns `lasts`. Raises InvalidInput where it is not more than 0, or exceeds the longest of the role."""
    longest = LONGEST_LIFETIME[role]
    if not timedelta() < lasts <= longest:
        most = f"{longest.days} days" if longest.days > 1 else f"{longest.total_seconds() // 3600:.0f} hours"
        raise InvalidInput(f"takes more than 0, and no more than {most}")
    return lasts


def check_issuable(claims: Claims, now: datetime) -> None:
    """Raises Unavailable where the issue time is so far ahead that check_times() would reject the link. Making and
    revoking links often moves it on, by a second each time; so does a clock that was ahead when they were made."""
    if claims.issued_at > now + FURTHEST_AHEAD:
        raise Unavailable(
            f"links for {claims.role} were made and revoked so often, or at a time that is still to come, that the "
            f"next can be made from {claims.issued_at - FURTHEST_AHEAD:%Y-%m-%d %H:%M:%S} UTC on; try again then"
        )


def check_times(claims: Claims, now: datetime) -> None:
    """Raises LinkExpired where the link has expired, and NotAuthenticated where it is issued in the future or lasts
    longer than any of its role may, even if its MAC is right."""
    if now >= claims.expires_at:
        raise LinkExpired("the link has expired")
    if claims.issued_at > now + FURTHEST_AHEAD:
        raise NotAuthenticated("the link is from the future")
    if claims.expires_at - claims.issued_at > LONGEST_LIFETIME[claims.role]:
        raise NotAuthenticated("the link lasts longer than it may")
