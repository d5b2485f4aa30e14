"""What is open to everybody, and the way in."""

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from permille import decisions
from permille.access import ENTER, GUIDE, NEW_LINK, is_owners
from permille.console.pages import STYLES, redirect
from permille.console.refusals import CLOSED
from permille.console.routing import routes
from permille.console.sessions import cookie, home
from permille.console.world import asked
from permille.domain.commands import RequestLink
from permille.domain.errors import DecisionRefused, LinkExpired, NotAuthenticated, NotAuthorized, NotFound
from permille.domain.links import For
from permille.observability import record

router = routes()


@router.get("/")
def start() -> Response[str]:
    return asked(router).world.pages.page("start", framed=True)


@router.get(ENTER)
def enter() -> Response[str]:
    """Whoever follows a link gets a cookie for it, and an address that shows nothing of it. An owner whose link has
    expired is offered a new one: whether it was ours is asked where that is wanted."""
    found = asked(router)
    token = found.request.query.get("token", "")
    try:
        session = found.world.doors.enter(token, found.now)
    except LinkExpired:
        if not is_owners(token):
            raise
        return found.world.pages.page("expired", CLOSED.status, framed=True, address=NEW_LINK, token=token)
    if session.claims.audience is For.PLATFORM:
        raise NotAuthorized("a platform's token opens no page")
    return redirect(home(session.claims), cookie(session, found.now))


@router.post(NEW_LINK)
def new_link() -> Response[str]:
    """Mails the owner a new link. Whatever comes of it, the answer is the same: it tells nobody whether there is an
    account."""
    found = asked(router)
    try:
        account = found.world.doors.owner_of(found.request.form.get("token", ""))
        decisions.apply(found.world, account.id, RequestLink(), found.now)
    except (NotAuthenticated, NotFound, DecisionRefused) as refused:
        record("link.not_renewed", why=str(refused))
    return found.world.pages.page("new_link", framed=True)


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
