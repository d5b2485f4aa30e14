"""What is said to people where something cannot be done: a page, which says no more than who asks may know. What is
said to machines is in problems.py."""

from dataclasses import dataclass
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from permille.console.requests import Request
from permille.console.site.pages import Pages
from permille.domain.login import tokens
from permille.domain.login.links import LinkRole
from permille.domain.values.errors import DecisionRefused, NotLoggedIn, PermilleError
from permille.usecases.login.access import ENTER


@dataclass(frozen=True, slots=True)
class ErrorPage:
    status: HTTPStatus
    title: str
    detail: str


CLOSED = ErrorPage(
    HTTPStatus.UNAUTHORIZED,
    "This link does not open anything any more",
    "Links are good for a few days. Open the newest mail that you have got from us, or ask support for a new link.",
)
NO_COOKIE = ErrorPage(HTTPStatus.UNAUTHORIZED, "You are not logged in on this device", "Open your link once more.")
ELSEWHERE = ErrorPage(
    HTTPStatus.FORBIDDEN,
    "This page is not yours to open",
    "Open the link in your mail once more. If you have just sent a form: nothing was changed.",
)
MISSING = ErrorPage(HTTPStatus.NOT_FOUND, "There is no such page", "Open the link in your mail once more.")
BUSY = ErrorPage(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "This page cannot be shown right now",
    "Nothing is lost and nothing was changed. Try again in a minute.",
)
BROKEN = ErrorPage(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "Something went wrong here",
    "It was noted, and we have to mend it: trying again does not help.",
)
UNREADABLE = ErrorPage(HTTPStatus.BAD_REQUEST, "What was sent could not be read", "Go back, and try it once more.")

_REFUSALS = {one.status: one for one in (CLOSED, ELSEWHERE, MISSING, BUSY, BROKEN, UNREADABLE)}
# Staff get no mail with a link: whoever runs Permille makes theirs.
_FOR_STAFF = {
    HTTPStatus.UNAUTHORIZED: ErrorPage(
        HTTPStatus.UNAUTHORIZED,
        "You are not logged in",
        "Open your link again; if it is over or revoked, ask whoever runs Permille for another (permille link staff).",
    ),
    HTTPStatus.FORBIDDEN: ErrorPage(
        HTTPStatus.FORBIDDEN,
        "This cannot be done from here",
        "Open your link again. If you have just sent a form: nothing was changed.",
    ),
    HTTPStatus.NOT_FOUND: ErrorPage(
        HTTPStatus.NOT_FOUND, MISSING.title, "The account, or the page, is not on the desk."
    ),
}


def refusal_for(error: Exception) -> ErrorPage:
    """By the status of the error's class; what suits no account is told in its own words."""
    if isinstance(error, DecisionRefused):
        return ErrorPage(error.status, "This cannot be done", str(error))
    if isinstance(error, NotLoggedIn):
        return NO_COOKIE
    return _REFUSALS.get(error.status, UNREADABLE) if isinstance(error, PermilleError) else BROKEN


def said(pages: Pages, request: Request, refusal: ErrorPage) -> Response[str]:
    """As owners read it, or staff."""
    framed = not request.path.startswith("/desk")
    told = _FOR_STAFF.get(refusal.status, refusal) if _is_staffs(request) else refusal
    return pages.page("refusal", told.status, framed=framed, title=told.title, detail=told.detail)


def _is_staffs(request: Request) -> bool:
    """Whether it is about the desk, or a link to it, as that claims itself."""
    if request.path != ENTER:
        return request.path.startswith("/desk")
    try:
        given = request.form if request.changes_something else request.query
        return tokens.read(given.get("token", ""))[0].audience is LinkRole.STAFF
    except PermilleError:
        return False
