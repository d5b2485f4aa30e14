"""Creates login links, and authenticates by them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from permille.domain.account.account import Account
from permille.domain.login import links, revocation, tokens
from permille.domain.login.links import Claims, LinkRole
from permille.domain.values.errors import NotAuthenticated
from permille.domain.words.mail_text import ReportPart
from permille.ports.accounts import Accounts
from permille.ports.login import LinkRegister, TokenSigner

ENTER, NEW_LINK, GUIDE = "/enter", "/enter/new-link", "/guide"
PART = "to"  # the parameter of a login link that says where in the report it leads to


def make_token(signer: TokenSigner, claims: Claims) -> str:
    """A signed token with these claims."""
    part = tokens.signed_part(claims)
    return tokens.token(part, signer.sign(claims.role, part.encode()))


@dataclass(frozen=True, slots=True)
class Links:
    """The URLs of the console that people are given.

    base: the URL that all others begin with
    owners_last: how long an owner's link is valid, by default
    """

    signer: TokenSigner
    base: str
    owners_last: timedelta = links.DEFAULT_LIFETIME[LinkRole.OWNER]

    @property
    def guide(self) -> str:
        """The URL of the guide, which needs no login."""
        return self.base.rstrip("/") + GUIDE

    def owner(
        self, account: Account, now: datetime, lasts: timedelta | None = None, part: ReportPart = ReportPart.TOP
    ) -> str:
        """A new link for the owner of the account, which opens the report at `part`."""
        lasts = lasts or self.owners_last
        claims = links.new_claims(LinkRole.OWNER, account.id, now, lasts, valid_since=account.links_valid_since)
        return address(self.base, make_token(self.signer, claims), part)


def address(base: str, token: str, part: ReportPart = ReportPart.TOP) -> str:
    """The login link with this token. `part`: where in the report it leads to."""
    return f"{base.rstrip('/')}{ENTER}?token={token}{f'&{PART}={part}' if part else ''}"


def authenticate(
    token: str, signer: TokenSigner, accounts: Accounts, register: LinkRegister, now: datetime
) -> tuple[Claims, Account | None]:
    """Verifies a token: its times, signature and revocation. Returns its claims, and for an owner the account. Raises
    NotAuthenticated, and a ServiceError where that could not be checked."""
    claims, part, mac = tokens.read(token)
    links.check_times(claims, now)
    if not signer.verify(claims.role, part.encode(), mac):
        raise NotAuthenticated("the token is forged")
    if claims.role is not LinkRole.OWNER:
        valid_since = register.get(claims.role, claims.subject).valid_since
        if valid_since is None:
            raise NotAuthenticated("nothing is known of links of this name")
        revocation.check_revoked(claims.issued_at, valid_since)
        return claims, None
    account = accounts.get(claims.subject)
    if account is None:
        raise NotAuthenticated("there is no such account any more")
    revocation.check_revoked(claims.issued_at, account.links_valid_since)
    return claims, account


def current_owner_of(token: str, signer: TokenSigner, accounts: Accounts, now: datetime) -> Account:
    """The account of an owner's token that is valid now. Raises LinkExpired, and NotAuthenticated as owner_of()."""
    links.check_times(tokens.read(token)[0], now)
    return owner_of(token, signer, accounts)


def is_owners(token: str) -> bool:
    """Whether the token claims to be an owner's; nothing is verified. Raises NotAuthenticated where it is malformed."""
    return tokens.read(token)[0].role is LinkRole.OWNER


def owner_of(token: str, signer: TokenSigner, accounts: Accounts) -> Account:
    """The account of an owner's token, which may have expired. Raises NotAuthenticated where it is forged, not an
    owner's or revoked, or there is no such account."""
    claims, part, mac = tokens.read(token)
    if claims.role is not LinkRole.OWNER or not signer.verify(claims.role, part.encode(), mac):
        raise NotAuthenticated("the token is forged, or no owner's")
    account = accounts.get(claims.subject)
    if account is None:
        raise NotAuthenticated("there is no such account any more")
    revocation.check_revoked(claims.issued_at, account.links_valid_since)
    return account
