"""Links are made for people, and let them in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from permille.domain.account.account import Account
from permille.domain.login import links, tokens
from permille.domain.login.links import Claims, LinkRole
from permille.domain.values.errors import NotAuthenticated
from permille.ports.accounts import Accounts
from permille.ports.login import LinkRegister, TokenSigner

ENTER, NEW_LINK, GUIDE = "/enter", "/enter/new-link", "/guide"


def make_token(signer: TokenSigner, claims: Claims) -> str:
    part = tokens.signed_part(claims)
    return tokens.token(part, signer.sign(claims.audience, part.encode()))


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses by which people are let in. `base`: what the console's addresses begin with; `owners_last`: how
    long an owner's link does where nothing else is said."""

    signer: TokenSigner
    base: str
    owners_last: timedelta = links.DEFAULT_LIFETIME[LinkRole.OWNER]

    @property
    def guide(self) -> str:
        """Open to everybody."""
        return self.base.rstrip("/") + GUIDE

    def owner(self, account: Account, now: datetime, lasts: timedelta | None = None) -> str:
        lasts = lasts or self.owners_last
        claims = links.claims(LinkRole.OWNER, account.id, now, lasts, valid_since=account.links_valid_since)
        return address(self.base, make_token(self.signer, claims))


def address(base: str, token: str) -> str:
    """The link that lets in whoever holds the token."""
    return f"{base.rstrip('/')}{ENTER}?token={token}"


def authenticate(
    token: str, signer: TokenSigner, accounts: Accounts, register: LinkRegister, now: datetime
) -> tuple[Claims, Account | None]:
    """Who holds this token, and the account where it lets an owner in. Raises NotAuthenticated where nobody is let in,
    Unavailable where that could not be found out."""
    claims, part, mac = tokens.read(token)
    links.check_times(claims, now)
    if not signer.verify(claims.audience, part.encode(), mac):
        raise NotAuthenticated("the token is forged")
    if claims.audience is not LinkRole.OWNER:
        valid_since = register.get(claims.audience, claims.subject).valid_since
        if valid_since is None:
            raise NotAuthenticated("nothing is known of links of this name")
        links.check_revoked(claims, valid_since)
        return claims, None
    account = accounts.get(claims.subject)
    if account is None:
        raise NotAuthenticated("there is no such account any more")
    links.check_revoked(claims, account.links_valid_since)
    return claims, account


def is_owners(token: str) -> bool:
    """Whether that is what it claims. Raises NotAuthenticated where it is no token of our kind."""
    return tokens.read(token)[0].audience is LinkRole.OWNER


def owner_of(token: str, signer: TokenSigner, accounts: Accounts) -> Account:
    """The account that this link was made for, also where it has expired since. Raises NotAuthenticated where it is no
    owner's, was revoked, or the account is gone."""
    claims, part, mac = tokens.read(token)
    if claims.audience is not LinkRole.OWNER or not signer.verify(claims.audience, part.encode(), mac):
        raise NotAuthenticated("the token is forged, or no owner's")
    account = accounts.get(claims.subject)
    if account is None:
        raise NotAuthenticated("there is no such account any more")
    links.check_revoked(claims, account.links_valid_since)
    return account
