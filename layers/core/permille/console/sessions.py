"""Who is asking. What is under a door's prefix is for its audience alone; what is under none is for everybody."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from permille.console.requests import Request
from permille.domain.account.account import Account
from permille.domain.login import tokens
from permille.domain.login.links import Claims, Grant, LinkRole, Scope
from permille.domain.values.account_id import ACCOUNT_ID
from permille.domain.values.errors import MalformedRequest, NotAuthenticated, NotAuthorized, NotGranted, NotLoggedIn
from permille.domain.words.wording import OWNER
from permille.ports.accounts import Accounts
from permille.ports.login import LinkRegister, TokenSigner
from permille.usecases.login import access

Doors = Mapping[str, LinkRole]
PAGES: Doors = {"/report/": LinkRole.OWNER, "/desk": LinkRole.STAFF}
API: Doors = {"/api/v1/accounts": LinkRole.PLATFORM}
CSRF = "csrf"
LEFT = "/left"  # where whoever logs out is led to
_BEARER = "bearer "
_STAFF_COOKIE = "__Host-staff"
_SAME_SITE = {LinkRole.OWNER: SameSite.LAX_MODE, LinkRole.STAFF: SameSite.STRICT_MODE}


@dataclass(frozen=True, slots=True)
class Session:
    """Whom a link has let in. `account`: the owner's."""

    claims: Claims
    token: str
    account: Account | None = None

    @property
    def name(self) -> str:
        """As the timeline names who decided: of staff the name that the link was made for, which anybody can have
        chosen, and who made it, as AWS knew them."""
        match self.claims.audience:
            case LinkRole.OWNER:
                return OWNER
            case LinkRole.STAFF:
                return f"staff:{self.claims.subject} (link by {self.claims.maker})"
            case LinkRole.PLATFORM:
                return f"platform:{self.claims.subject}"

    @property
    def csrf(self) -> str:
        """What every form of this session carries, and no other's: made of the token, which no page shows."""
        return hmac.new(self.token.encode(), CSRF.encode(), sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Authenticator:
    """Authenticates requests. `authenticator`: of the function that it is for. `origin`: of the pages, where
    it is not the function URL's."""

    authenticator: Doors
    signer: TokenSigner
    accounts: Accounts
    register: LinkRegister
    origin: str = ""

    def enter(self, token: str, now: datetime) -> Session:
        """Lets in whoever followed a link. Raises NotAuthenticated, NotAuthorized where there is no door for them."""
        audience = tokens.read(token)[0].audience
        if audience not in self.authenticator.values():
            raise NotAuthorized(f"a link for {audience} opens nothing here")
        claims, account = access.authenticate(token, self.signer, self.accounts, self.register, now)
        return Session(claims, token, account)

    def staff_in(self, request: Request, now: datetime) -> Session | None:
        """Whose staff session the browser has; None where none is in force."""
        try:
            session = self.enter(request.cookies.get(_STAFF_COOKIE, ""), now)
        except NotAuthenticated:
            return None
        return session if session.claims.audience is LinkRole.STAFF else None

    def owner_of(self, token: str) -> Account:
        """Whose link it is, or was before it expired. Raises NotAuthenticated."""
        return access.owner_of(token, self.signer, self.accounts)

    def session(self, request: Request, now: datetime) -> Session | None:
        """Who is asking; None where everybody may. Raises NotAuthenticated where they are not let in, NotAuthorized
        where they are somebody else, or where a form was not sent by a page of ours."""
        audience = audience_of(request.path, self.authenticator)
        if audience is None:
            return None
        token, is_form = _token(request, audience), audience is not LinkRole.PLATFORM and request.changes_something
        if not token:
            raise NotLoggedIn("nothing was sent that says who is asking")
        _check_claims(tokens.read(token)[0], audience, request)
        if is_form:
            self.check_origin(request)
        session = self.enter(token, now)
        if is_form and not is_of(session, request):
            raise NotAuthorized("the form is not of this session")
        return session

    def check_origin(self, request: Request) -> None:
        """Raises NotAuthorized where the form was not sent by a page of ours."""
        if request.header("origin") != (self.origin or request.origin):
            raise NotAuthorized("the form comes from elsewhere")


def _check_claims(claims: Claims, audience: LinkRole, request: Request) -> None:
    """Before the token is verified: of one that would open nothing here KMS is not asked."""
    if claims.audience is not audience:
        raise NotAuthorized(f"a link for {claims.audience} opens nothing for {audience}")
    if audience is LinkRole.OWNER and claims.subject != account_in(request.path):
        raise NotAuthorized("the link is another account's")
    if claims.grant:
        _check_grant(claims.grant, request)


def _check_grant(grant: Grant, request: Request) -> None:
    """For every operation, by method and address. Raises NotGranted."""
    scope, account_id = Scope.WRITE if request.changes_something else Scope.READ, _account_of_api(request.path)
    if scope not in grant.scopes:
        raise NotGranted(f"This token has not the scope {scope}: permille link platform --scope {scope}.")
    if not grant.covers(account_id):
        which = f"the account {account_id}" if ACCOUNT_ID.fullmatch(account_id) else "what is at this address"
        raise NotGranted(f"This token is not for {which}: permille link platform --account ID.")


def is_of(session: Session, request: Request) -> bool:
    """Whether the form is of this session. Raises NotAuthorized where it is none."""
    try:
        given = request.form.get(CSRF, "")
    except MalformedRequest as error:
        raise NotAuthorized(str(error)) from error
    return hmac.compare_digest(given.encode(), session.csrf.encode())


def audience_of(path: str, authenticator: Doors) -> LinkRole | None:
    return next((audience for prefix, audience in authenticator.items() if path.startswith(prefix)), None)


def account_in(path: str) -> str:
    """The account that an owner's page is about."""
    return path.split("/")[2]


def _account_of_api(path: str) -> str:
    """The account that an address of the API is about; empty where it is about none."""
    return next(iter(path.split("/")[4:]), "")


def _token(request: Request, audience: LinkRole) -> str:
    if audience is not LinkRole.PLATFORM:
        return request.cookies.get(_cookie_name(audience, request.path), "")
    given = request.header("authorization")
    return given[len(_BEARER) :].strip() if given.lower().startswith(_BEARER) else ""


def _cookie_name(audience: LinkRole, path: str) -> str:
    """Each account has its own, so that pages of two accounts can be open at once."""
    return f"__Host-owner-{account_in(path)}" if audience is LinkRole.OWNER else _STAFF_COOKIE


def home(claims: Claims) -> str:
    """The page that a link leads to."""
    return f"/report/{claims.subject}" if claims.audience is LinkRole.OWNER else "/desk"


def cookie(session: Session, now: datetime, *, framed: bool) -> Cookie:
    """`framed`: as for `_cookie`."""
    return _cookie(session.claims, session.token, int((session.claims.expires_at - now).total_seconds()), framed=framed)


def no_cookie(session: Session, *, framed: bool) -> Cookie:
    """Which deletes the one of this session."""
    return _cookie(session.claims, "", 0, framed=framed)


def _cookie(claims: Claims, value: str, max_age: int, *, framed: bool) -> Cookie:
    """Staff's is sent with nothing that another site begins. Owners' is sent where a link to their page is followed
    too, and in a frame where host platforms may show one (`framed`)."""
    framed = framed and claims.audience is LinkRole.OWNER
    return Cookie(
        name=_cookie_name(claims.audience, home(claims)),
        value=value,
        path="/",
        secure=True,
        http_only=True,
        max_age=max_age,
        same_site=SameSite.NONE_MODE if framed else _SAME_SITE[claims.audience],
        custom_attributes=["Partitioned"] if framed else None,
    )
