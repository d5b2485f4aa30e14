"""Logging out: the browser deletes the session's cookie. The link itself stays valid until it expires or is revoked."""

from aws_lambda_powertools.event_handler import Response

from permille.console.session_cookies import expired_cookie
from permille.console.sessions import Session
from permille.console.site.pages import redirect

LOGGED_OUT = "/logged-out"


def log_out(session: Session, *, framed: bool) -> Response[str]:
    """Redirects to LOGGED_OUT. `framed`: as the cookie was set."""
    response = redirect(LOGGED_OUT, expired_cookie(session.claims, framed=framed))
    # Not "cookies": that would delete all cookies of the domain, of other accounts and of the platform's other sites.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
