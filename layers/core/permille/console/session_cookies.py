"""The cookies that hold the tokens of sessions, one for staff and one for each account."""

from datetime import datetime

from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from permille.console.requests import Request
from permille.domain.login.links import Claims, LinkRole

STAFF_COOKIE = "__Host-staff"
_SAME_SITE = {LinkRole.OWNER: SameSite.LAX_MODE, LinkRole.STAFF: SameSite.STRICT_MODE}


def token_in_cookie(request: Request, role: LinkRole) -> str:
    """The token that the browser sent for the page; empty where it sent none."""
    return request.cookies.get(_name(role, request.path), "")


def home_page(claims: Claims) -> str:
    """The path of the page that a link leads to."""
    return f"/report/{claims.subject}" if claims.role is LinkRole.OWNER else "/desk"


def account_in(path: str) -> str:
    """The account that the path of an owner's page names."""
    return path.split("/")[2]


def session_cookie(claims: Claims, token: str, now: datetime, *, framed: bool) -> Cookie:
    """The cookie of a session, which expires with its link. `framed`: host platforms may show owners' pages in a
    frame."""
    return _cookie(claims, token, int((claims.expires_at - now).total_seconds()), framed=framed)


def expired_cookie(claims: Claims, *, framed: bool) -> Cookie:
    """A cookie that makes the browser delete the one of this session."""
    return _cookie(claims, "", 0, framed=framed)


def _name(role: LinkRole, path: str) -> str:
    """Each account has its own cookie, so that the pages of two accounts can be open at once."""
    return f"__Host-owner-{account_in(path)}" if role is LinkRole.OWNER else STAFF_COOKIE


def _cookie(claims: Claims, value: str, max_age: int, *, framed: bool) -> Cookie:
    """Browsers send the staff cookie with no request that another site starts. They send an owner's cookie where a link
    to the page is followed, and in frames if `framed`."""
    framed = framed and claims.role is LinkRole.OWNER
    return Cookie(
        name=_name(claims.role, home_page(claims)),
        value=value,
        path="/",
        secure=True,
        http_only=True,
        max_age=max_age,
        same_site=SameSite.NONE_MODE if framed else _SAME_SITE[claims.role],
        custom_attributes=["Partitioned"] if framed else None,
    )
