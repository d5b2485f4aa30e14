"""The pages that need no login."""

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from permille.console.routing import new_router
from permille.console.site.context import context
from permille.console.site.logout import LOGGED_OUT
from permille.console.site.pages import STYLES
from permille.usecases.login.access import GUIDE

router = new_router()


@router.get("/")
def start() -> Response[str]:
    """The page at the root, for visitors without a link."""
    return context(router).services.pages.page("start", framed=True)


@router.get(LOGGED_OUT)
def logged_out() -> Response[str]:
    """The page after logging out."""
    return context(router).services.pages.page("logged_out", framed=True)


@router.get(GUIDE)
def guide() -> Response[str]:
    """The guide to mail that nobody complains about."""
    return context(router).services.pages.page("guide", framed=True)


@router.get(f"{GUIDE}.txt")
def guide_text() -> Response[str]:
    """The guide as plain text."""
    return context(router).services.pages.guide_text()


@router.get(r"/<name>\.css")  # the dot is escaped: it would match any character, and /report/css this route
def style(name: str) -> Response[str]:
    """A stylesheet."""
    if name not in STYLES:
        raise NotFoundError(name)
    return context(router).services.pages.stylesheet(name)
