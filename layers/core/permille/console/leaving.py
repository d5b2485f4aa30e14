"""Logging out: this browser forgets the session. The link itself lets in until it expires or is revoked."""

from aws_lambda_powertools.event_handler import Response

from permille.console.pages import redirect
from permille.console.sessions import LEFT, Session, no_cookie


def left(session: Session) -> Response[str]:
    response = redirect(LEFT, no_cookie(session))
    # not "cookies": those are all of the domain's, of other accounts and of other sites of the platform too
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
