"""What is open to everybody, and the way in."""

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from permille.console.context import RequestContext
from permille.console.routing import routes
from permille.console.sessions import LEFT, Session, cookie, home, is_of
from permille.console.site.context import SiteServices, context
from permille.console.site.pages import STYLES, redirect
from permille.console.site.refusals import CLOSED
from permille.domain.login.links import LinkRole
from permille.domain.people.owner_commands import RequestLink
from permille.domain.values.errors import DecisionRefused, LinkExpired, NotAuthenticated, NotFound
from permille.domain.words.wording import local
from permille.observability import emit
from permille.usecases.decisions import decisions
from permille.usecases.login.access import ENTER, GUIDE, NEW_LINK, is_owners

router = routes()


@router.get("/")
def start() -> Response[str]:
    return context(router).services.pages.page("start", framed=True)


@router.get(ENTER)
def enter() -> Response[str]:
    """An owner who follows a link gets a cookie for it, and an address that shows nothing of it. Staff are asked first
    whether it is they: whatever they decide is told under the link's name. An owner whose link has expired is offered
    a new one: whether it was ours is asked where that is wanted."""
    found = context(router)
    token = found.request.query.get("token", "")
    try:
        session = found.session = found.services.authenticator.enter(token, found.now)
    except LinkExpired:
        if not is_owners(token):
            raise
        return found.services.pages.page("expired", CLOSED.status, framed=True, address=NEW_LINK, token=token)
    return _asks(found, session) if session.claims.audience is LinkRole.STAFF else _let_in(found, session)


@router.post(ENTER)
def confirmed() -> Response[str]:
    """Whoever is in under another name is asked once more, by a form of that session: before, where the link was on a
    page of another site, the browser has sent no cookie of theirs."""
    found = context(router)
    found.services.authenticator.check_origin(found.request)
    session = found.session = found.services.authenticator.enter(found.request.form.get("token", ""), found.now)
    there = found.services.authenticator.staff_in(found.request, found.now)
    if there and session.claims.audience is LinkRole.STAFF and _who(there) != _who(session):
        return _let_in(found, session) if is_of(there, found.request) else _asks(found, session, there)
    return _let_in(found, session)


def _asks(found: RequestContext[SiteServices], session: Session, there: Session | None = None) -> Response[str]:
    until = local(session.claims.expires_at)
    return found.services.pages.page("enter", address=ENTER, session=session, there=there, until=until)


def _who(session: Session) -> tuple[str, str]:
    """The name, and who made the link, in full: what is shown of it is shorter."""
    return session.claims.subject, session.claims.by


def _let_in(found: RequestContext[SiteServices], session: Session) -> Response[str]:
    framed = bool(found.services.pages.frame_origins)
    return redirect(home(session.claims), cookie(session, found.now, framed=framed))


@router.get(LEFT)
def left() -> Response[str]:
    return context(router).services.pages.page("left", framed=True)


@router.post(NEW_LINK)
def new_link() -> Response[str]:
    """Mails the owner a new link. Whatever comes of it, the answer is the same: it tells nobody whether there is an
    account."""
    found = context(router)
    try:
        account = found.services.authenticator.owner_of(found.request.form.get("token", ""))
        decisions.apply(found.services, account.id, RequestLink(), found.now)
    except (NotAuthenticated, NotFound, DecisionRefused) as refused:
        emit("link.not_renewed", why=str(refused))
    return found.services.pages.page("new_link", framed=True)


@router.get(GUIDE)
def guide() -> Response[str]:
    return context(router).services.pages.page("guide", framed=True)


@router.get(f"{GUIDE}.txt")
def guide_text() -> Response[str]:
    return context(router).services.pages.guide_text()


@router.get(r"/<name>\.css")  # the dot of a plain one would be any sign, and /report/css this route
def style(name: str) -> Response[str]:
    if name not in STYLES:
        raise NotFoundError(name)
    return context(router).services.pages.stylesheet(name)
