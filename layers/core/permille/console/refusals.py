"""What is said to people where something cannot be done: a page, which says no more than who asks may know. What is
said to machines is in problems.py."""

from dataclasses import dataclass
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from permille.console.pages import Pages
from permille.console.requests import Request, WrongForm
from permille.console.sessions import Forbidden
from permille.desk_ports import WrongPosition
from permille.domain.links import NoEntry
from permille.domain.staff import Refused
from permille.errors import Unavailable


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
BROKEN = Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here", "It was noted. Try again later.")
UNREADABLE = Refusal(HTTPStatus.BAD_REQUEST, "What was sent could not be read", "Go back, and try it once more.")


def refusal_for(error: Exception) -> Refusal:
    match error:
        case Forbidden():
            return ELSEWHERE
        case NoEntry():
            return CLOSED
        case Unavailable():
            return BUSY
        case WrongForm() | WrongPosition():
            return UNREADABLE
        case Refused():
            return Refusal(HTTPStatus.CONFLICT, "This cannot be done", str(error))
        case _:
            return BROKEN


def said(pages: Pages, request: Request, refusal: Refusal) -> Response[str]:
    framed = not request.path.startswith("/desk")
    return pages.page("refusal", refusal.status, framed=framed, title=refusal.title, detail=refusal.detail)
