"""What is open to everybody, and the way in."""

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from permille.access import ENTER, GUIDE
from permille.console.pages import STYLES, redirect
from permille.console.routing import routes
from permille.console.sessions import cookie, home
from permille.console.world import asked

router = routes()


@router.get("/")
def start() -> Response[str]:
    return asked(router).world.pages.page("start", framed=True)


@router.get(ENTER)
def enter() -> Response[str]:
    """Whoever follows a link gets a cookie for it, and an address that shows nothing of it."""
    found = asked(router)
    session = found.world.doors.enter(found.request.query.get("token", ""), found.now)
    return redirect(home(session.claims), cookie(session, found.now))


@router.get(GUIDE)
def guide() -> Response[str]:
    return asked(router).world.pages.page("guide", framed=True)


@router.get(f"{GUIDE}.txt")
def guide_text() -> Response[str]:
    return asked(router).world.pages.guide_text()


@router.get(r"/<name>\.css")  # the dot of a plain one would be any sign, and /report/css this route
def style(name: str) -> Response[str]:
    if name not in STYLES:
        raise NotFoundError(name)
    return asked(router).world.pages.stylesheet(name)
