"""What is said to people where something cannot be done: a page, which says no more than who asks may know. What is
said to machines is in problems.py."""

from dataclasses import dataclass
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from permille.console.pages import Pages
from permille.console.requests import Request
from permille.domain.errors import DecisionRefused, PermilleError


@dataclass(frozen=True, slots=True)
class Refusal:
    status: HTTPStatus
    title: str
    detail: str


CLOSED = Refusal(
    HTTPStatus.UNAUTHORIZED,
    "This link does not open anything any more",
    "Links are good for a few days. Open the newest mail that you have got from us, or ask support for a new link.",
)
ELSEWHERE = Refusal(
    HTTPStatus.FORBIDDEN,
    "This page is not yours to open",
    "Open the link in your mail once more. If you have just sent a form: nothing was changed.",
)
MISSING = Refusal(HTTPStatus.NOT_FOUND, "There is no such page", "Open the link in your mail once more.")
BUSY = Refusal(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "This page cannot be shown right now",
    "Nothing is lost and nothing was changed. Try again in a minute.",
)
BROKEN = Refusal(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "Something went wrong here",
    "It was noted, and we have to mend it: trying again does not help.",
)
UNREADABLE = Refusal(HTTPStatus.BAD_REQUEST, "What was sent could not be read", "Go back, and try it once more.")


_REFUSALS = {one.status: one for one in (CLOSED, ELSEWHERE, MISSING, BUSY, BROKEN, UNREADABLE)}


def refusal_for(error: Exception) -> Refusal:
    """By the status of the error's class; what suits no account is told in its own words."""
    if isinstance(error, DecisionRefused):
        return Refusal(error.status, "This cannot be done", str(error))
    return _REFUSALS.get(error.status, UNREADABLE) if isinstance(error, PermilleError) else BROKEN


def said(pages: Pages, request: Request, refusal: Refusal) -> Response[str]:
    framed = not request.path.startswith("/desk")
    return pages.page("refusal", refusal.status, framed=framed, title=refusal.title, detail=refusal.detail)
