"""The pages that errors become. They say no more than the reader may know. problems.py does the same for machines."""

from dataclasses import dataclass
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from permille.console.requests import Request
from permille.console.site.pages import Pages
from permille.domain.login import tokens
from permille.domain.login.links import LinkRole
from permille.domain.login.mail_links import LASTS, Purpose
from permille.domain.people.provider_request import CONFIRM_WITHIN
from permille.domain.values.errors import DecisionRefused, NotLoggedIn, PermilleError
from permille.usecases.login.access import ENTER
from permille.usecases.login.mail_links import MONTHLY_MAIL, PROVIDER


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What an error page says."""

    status: HTTPStatus
    title: str
    detail: str


LINK_INVALID = ErrorPage(
    HTTPStatus.UNAUTHORIZED,
    "This link does not open anything any more",
    "Links are good for a few days. Open the newest mail that you have got from us, or ask support for a new link.",
)
NOT_LOGGED_IN = ErrorPage(HTTPStatus.UNAUTHORIZED, "You are not logged in on this device", "Open your link once more.")
NOT_AUTHORIZED = ErrorPage(
    HTTPStatus.FORBIDDEN,
    "This page is not yours to open",
    "Open the link in your mail once more. If you have just sent a form: nothing was changed.",
)
NOT_FOUND = ErrorPage(HTTPStatus.NOT_FOUND, "There is no such page", "Open the link in your mail once more.")
UNAVAILABLE = ErrorPage(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "This page cannot be shown right now",
    "Nothing is lost and nothing was changed. Try again in a minute.",
)
FAILED = ErrorPage(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "Something went wrong here",
    "It was noted, and we have to mend it: trying again does not help.",
)
MALFORMED = ErrorPage(HTTPStatus.BAD_REQUEST, "What was sent could not be read", "Go back, and try it once more.")

# A link in a mail does one thing, and opens no report.
_OF_MAIL_LINKS = {
    MONTHLY_MAIL: ErrorPage(
        HTTPStatus.UNAUTHORIZED,
        "This link does not stop anything any more",
        f"Links that stop the monthly mail are good for {LASTS[Purpose.STOP_MONTHLY_MAIL].days} days, unless they are "
        "revoked. On your report you can stop it, too: open it by the newest mail that you have got from us.",
    ),
    PROVIDER: ErrorPage(
        HTTPStatus.UNAUTHORIZED,
        "This link does not confirm anything any more",
        f"Links that confirm a provider are good for {CONFIRM_WITHIN.days} days, unless they are revoked. On your "
        "report you can ask for it again: open it by the newest mail that you have got from us.",
    ),
}
_BY_STATUS = {page.status: page for page in (LINK_INVALID, NOT_AUTHORIZED, NOT_FOUND, UNAVAILABLE, FAILED, MALFORMED)}
# Staff get no mail with a link: the operator makes their links.
_FOR_STAFF = {
    HTTPStatus.UNAUTHORIZED: ErrorPage(
        HTTPStatus.UNAUTHORIZED,
        "You are not logged in",
        "Open your link again. If it has expired or was revoked, ask the operator of Permille for a new one (permille "
        "link staff).",
    ),
    HTTPStatus.FORBIDDEN: ErrorPage(
        HTTPStatus.FORBIDDEN,
        "This cannot be done from here",
        "Open your link again. If you have just sent a form: nothing was changed.",
    ),
    HTTPStatus.NOT_FOUND: ErrorPage(
        HTTPStatus.NOT_FOUND, NOT_FOUND.title, "The account, or the page, is not on the desk."
    ),
}


def error_page_for(error: Exception) -> ErrorPage:
    """The page for the status of the error's class; DecisionRefused is shown in its own words."""
    if isinstance(error, DecisionRefused):
        return ErrorPage(error.status, "This cannot be done", str(error))
    if isinstance(error, NotLoggedIn):
        return NOT_LOGGED_IN
    return _BY_STATUS.get(error.status, MALFORMED) if isinstance(error, PermilleError) else FAILED


def to_response(pages: Pages, request: Request, error: ErrorPage) -> Response[str]:
    """The error page in the words for owners or for staff."""
    framed = not request.path.startswith("/desk")
    page = _FOR_STAFF.get(error.status, error) if _is_for_staff(request) else error
    if page.status is HTTPStatus.UNAUTHORIZED:
        page = _OF_MAIL_LINKS.get(request.path, page)
    return pages.page("error", page.status, framed=framed, title=page.title, detail=page.detail)


def _is_for_staff(request: Request) -> bool:
    """Whether the request is for the desk, or for a link that claims to lead there."""
    if request.path != ENTER:
        return request.path.startswith("/desk")
    try:
        fields = request.form if request.changes_something else request.query
        return tokens.read(fields.get("token", ""))[0].role is LinkRole.STAFF
    except PermilleError:
        return False
