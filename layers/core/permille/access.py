"""Links are made for people, and let them in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from permille.domain import links
from permille.domain.account import Account
from permille.domain.errors import LinkExpired, NotAuthenticated
from permille.domain.links import Claims, For
from permille.ports import Accounts, Control, Macs

ENTER, NEW_LINK, GUIDE = "/enter", "/enter/new-link", "/guide"


def make_token(macs: Macs, claims: Claims) -> str:
    part = links.signed_part(claims)
    return links.token(part, macs.make(claims.audience, part.encode()))


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses by which people are let in. `base`: what the console's addresses begin with; `owners_last`: how
    long an owner's link does where nothing else is said."""

    macs: Macs
    base: str
    owners_last: timedelta = links.LASTS[For.OWNER]

    @property
    def guide(self) -> str:
        """Open to everybody."""
        return self.base.rstrip("/") + GUIDE

    def owner(self, account: Account, now: datetime, lasts: timedelta | None = None) -> str:
        return self._link(links.claims(For.OWNER, account.id, account.link_generation, now, lasts or self.owners_last))

    def staff(self, name: str, generation: int, now: datetime, lasts: timedelta | None = None) -> str:
        return self._link(links.claims(For.STAFF, name, generation, now, lasts))

    def _link(self, claims: Claims) -> str:
        return f"{self.base.rstrip('/')}{ENTER}?token={make_token(self.macs, claims)}"


def admit(token: str, macs: Macs, accounts: Accounts, control: Control, now: datetime) -> tuple[Claims, Account | None]:
    """Who holds this token, and the account where it lets an owner in. Raises NotAuthenticated where nobody is let in,
    Unavailable where that could not be found out."""
    claims, part, mac = links.read(token)
    if now >= claims.expires_at:
        raise LinkExpired("the link has expired")
    if not macs.verifies(claims.audience, part.encode(), mac):
        raise NotAuthenticated("the token is forged")
    if claims.audience is not For.OWNER:
        links.check(claims, control.link_generation(claims.audience), now)
        return claims, None
    account = accounts.get(claims.subject)
    if account is None:
        raise NotAuthenticated("there is no such account any more")
    links.check(claims, account.link_generation, now)
    return claims, account


def is_owners(token: str) -> bool:
    """Whether that is what it claims. Raises NotAuthenticated where it is no token of our kind."""
    return links.read(token)[0].audience is For.OWNER


def owner_of(token: str, macs: Macs, accounts: Accounts) -> Account:
    """The account that this link was made for, also where it has expired since. Raises NotAuthenticated where it is no
    owner's, was revoked, or the account is gone."""
    claims, part, mac = links.read(token)
    if claims.audience is not For.OWNER or not macs.verifies(claims.audience, part.encode(), mac):
        raise NotAuthenticated("the token is forged, or no owner's")
    account = accounts.get(claims.subject)
    if account is None or claims.generation != account.link_generation:
        raise NotAuthenticated("the link was revoked, or its account is gone")
    return account
