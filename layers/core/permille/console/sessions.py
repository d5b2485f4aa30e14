"""Authentication of requests. A path under a protected prefix is for its role alone; all other paths are public."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from permille.console.requests import Request
from permille.console.session_cookies import STAFF_COOKIE, account_in, token_in_cookie
from permille.domain.account.account import Account
from permille.domain.login import tokens
from permille.domain.login.links import Claims, Grant, LinkRole, Scope
from permille.domain.login.mail_links import MailLink, Purpose
from permille.domain.values.account_id import ACCOUNT_ID
from permille.domain.values.errors import MalformedRequest, NotAuthenticated, NotAuthorized, NotGranted, NotLoggedIn
from permille.domain.words.wording import OWNER
from permille.ports.accounts import Accounts
from permille.ports.login import LinkRegister, TokenSigner
from permille.usecases.login import access
from permille.usecases.login.mail_links import verify

ProtectedPrefixes = Mapping[str, LinkRole]
PROTECTED_PAGES: ProtectedPrefixes = {"/report/": LinkRole.OWNER, "/desk": LinkRole.STAFF}
API_PREFIX = "/api/v1"
ACCOUNTS_OF_API = f"{API_PREFIX}/accounts"
PROTECTED_API: ProtectedPrefixes = {ACCOUNTS_OF_API: LinkRole.PLATFORM}
CSRF = "csrf"  # the form field of the CSRF token
_BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Session:
    """Who is logged in.

    claims: of the link or token
    token: the signed token itself
    account: the owner's account; None for staff and platforms
    """

    claims: Claims
    token: str
    account: Account | None = None

    @property
    def name(self) -> str:
        """How the timeline names who decided. The name of staff is that of the link, which its maker chose freely; so
        the maker is named too, as AWS authenticated them."""
        match self.claims.role:
            case LinkRole.OWNER:
                return OWNER
            case LinkRole.STAFF:
                return f"staff:{self.claims.subject} (link by {self.claims.maker})"
            case LinkRole.PLATFORM:
                return f"platform:{self.claims.subject}"

    @property
    def sender(self) -> str:
        """Whose idempotency keys the requests have."""
        return self.claims.subject

    @property
    def fields(self) -> dict[str, str]:
        """What the access log says of it."""
        return {
            "audience": self.claims.role,
            "principal": self.claims.subject,
            "by": self.claims.by,
            "account": self.account.id if self.account else "",
        }

    @property
    def csrf(self) -> str:
        """The CSRF token, which every form of this session has, and no other session's. It is derived from the session
        token, which no page shows."""
        return hmac.new(self.token.encode(), CSRF.encode(), sha256).hexdigest()

    def owns_form(self, request: Request) -> bool:
        """Whether the form has the CSRF token of this session. Raises NotAuthorized where the body is no form."""
        try:
            csrf = request.form.get(CSRF, "")
        except MalformedRequest as error:
            raise NotAuthorized(str(error)) from error
        return hmac.compare_digest(csrf.encode(), self.csrf.encode())


@dataclass(frozen=True, slots=True)
class Authenticator:
    """Authenticates the requests of one function.

    protected: the prefixes of paths that need authentication, and for whom
    signer: verifies tokens
    register: until when links are revoked
    origin: of the pages, where it is not the function URL's
    """

    protected: ProtectedPrefixes
    signer: TokenSigner
    accounts: Accounts
    register: LinkRegister
    origin: str = ""

    def log_in(self, token: str, now: datetime) -> Session:
        """The session of a link's token. Raises NotAuthenticated, and NotAuthorized where no path here is for its
        role."""
        role = tokens.read(token)[0].role
        if role not in self.protected.values():
            raise NotAuthorized(f"a link for {role} opens nothing here")
        claims, account = access.authenticate(token, self.signer, self.accounts, self.register, now)
        return Session(claims, token, account)

    def staff_session(self, request: Request, now: datetime) -> Session | None:
        """The staff session of the browser; None where it has no valid one."""
        try:
            session = self.log_in(request.cookies.get(STAFF_COOKIE, ""), now)
        except NotAuthenticated:
            return None
        return session if session.claims.role is LinkRole.STAFF else None

    def owner_of(self, token: str) -> Account:
        """The account of an owner's link, expired or not. Raises NotAuthenticated."""
        return access.owner_of(token, self.signer, self.accounts)

    def mail_link(self, token: str, purpose: Purpose, now: datetime) -> tuple[MailLink, Account]:
        """The claims of a link in a mail, and its account. Raises NotAuthenticated, LinkExpired."""
        return verify(token, purpose, self.signer, self.accounts, now)

    def session(self, request: Request, now: datetime) -> Session | None:
        """The session of a request; None on a public path. Raises NotAuthenticated, and NotAuthorized where the token
        is for something else, or a form was not sent by a page of this session."""
        role = role_of(request.path, self.protected)
        if role is None:
            return None
        token, is_form = _token(request, role), role is not LinkRole.PLATFORM and request.changes_something
        if not token:
            raise NotLoggedIn("the request has no token")
        _check_claims(tokens.read(token)[0], role, request)
        if is_form:
            self.check_origin(request)
        session = self.log_in(token, now)
        if is_form and not session.owns_form(request):
            raise NotAuthorized("the form is not of this session")
        return session

    def check_origin(self, request: Request) -> None:
        """Raises NotAuthorized where a form was not sent by a page of ours."""
        if request.header("origin") != (self.origin or request.origin):
            raise NotAuthorized("the form comes from another origin")


def role_of(path: str, protected: ProtectedPrefixes) -> LinkRole | None:
    """Who may open the path; None where everybody may."""
    return next((role for prefix, role in protected.items() if path.startswith(prefix)), None)


def _check_claims(claims: Claims, role: LinkRole, request: Request) -> None:
    """Checks the unverified claims first, so that KMS is not asked about a token that would be refused anyway."""
    if claims.role is not role:
        raise NotAuthorized(f"a link for {claims.role} opens nothing for {role}")
    if role is LinkRole.OWNER and claims.subject != account_in(request.path):
        raise NotAuthorized("the link is another account's")
    if claims.grant:
        _check_grant(claims.grant, request)


def _check_grant(grant: Grant, request: Request) -> None:
    """Checks scope and account of a platform's token by method and path. Raises NotGranted."""
    scope, account_id = Scope.WRITE if request.changes_something else Scope.READ, _account_in_api(request.path)
    if scope not in grant.scopes:
        raise NotGranted(
            f"this token lacks the scope {scope}: permille link platform --name NAME --scope read --scope write"
        )
    if not account_id and not grant.covers(account_id):
        raise NotGranted(
            "this token is for some accounts; here one for all is needed: permille link platform --name NAME"
        )
    if not grant.covers(account_id):
        which = f"the account {account_id}" if ACCOUNT_ID.fullmatch(account_id) else "what is at this address"
        raise NotGranted(f"this token is not for {which}: permille link platform --name NAME --account ID")


def _account_in_api(path: str) -> str:
    """The account that a path of the API names; empty where it names none."""
    return next(iter(path.split("/")[ACCOUNTS_OF_API.count("/") + 1 :]), "")


def _token(request: Request, role: LinkRole) -> str:
    if role is not LinkRole.PLATFORM:
        return token_in_cookie(request, role)
    authorization = request.header("authorization")
    return authorization[len(_BEARER) :].strip() if authorization.lower().startswith(_BEARER) else ""
