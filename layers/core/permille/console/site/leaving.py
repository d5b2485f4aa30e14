"""Logging out: this browser forgets the session. The link itself lets in until it expires or is revoked."""

from aws_lambda_powertools.event_handler import Response

from permille.console.sessions import LEFT, Session, no_cookie
from permille.console.site.pages import redirect


def left(session: Session, *, framed: bool) -> Response[str]:
    """`framed`: as for the cookie that it deletes."""
    response = redirect(LEFT, no_cookie(session, framed=framed))
    # not "cookies": those are all of the domain's, of other accounts and of other sites of the platform too
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
