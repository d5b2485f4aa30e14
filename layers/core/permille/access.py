"""Links are made for people, and let them in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from permille.domain import links
from permille.domain.account import Account
from permille.domain.errors import NotAuthenticated
from permille.domain.links import Claims, For
from permille.ports import Accounts, Control, Macs

ENTER, GUIDE = "/enter", "/guide"


def make_token(macs: Macs, claims: Claims) -> str:
    part = links.signed_part(claims)
    return links.token(part, macs.make(claims.audience, part.encode()))


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses by which people are let in. `base`: what the console's addresses begin with."""

    macs: Macs
    base: str

    @property
    def guide(self) -> str:
        """Open to everybody."""
        return self.base.rstrip("/") + GUIDE

    def owner(self, account: Account, now: datetime, lasts: timedelta | None = None) -> str:
        return self._link(links.claims(For.OWNER, account.id, account.link_generation, now, lasts))

    def staff(self, name: str, generation: int, now: datetime, lasts: timedelta | None = None) -> str:
        return self._link(links.claims(For.STAFF, name, generation, now, lasts))

    def _link(self, claims: Claims) -> str:
        return f"{self.base.rstrip('/')}{ENTER}?token={make_token(self.macs, claims)}"


def admit(token: str, macs: Macs, accounts: Accounts, control: Control, now: datetime) -> tuple[Claims, Account | None]:
    """Who holds this token, and the account where it lets an owner in. Raises NotAuthenticated where nobody is let in,
    Unavailable where that could not be found out."""
    claims, part, mac = links.read(token)
    if now >= claims.expires_at:
        raise NotAuthenticated("the link has expired")
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
