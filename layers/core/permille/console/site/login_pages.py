"""Logging in by a link, and asking for a new one."""

from aws_lambda_powertools.event_handler import Response

from permille.console.context import RequestContext
from permille.console.routing import new_router
from permille.console.session_cookies import home_page, session_cookie
from permille.console.sessions import Session
from permille.console.site.context import SiteServices, context
from permille.console.site.error_pages import LINK_INVALID
from permille.console.site.pages import redirect
from permille.domain.login.links import LinkRole
from permille.domain.people.owner_commands import RequestLink
from permille.domain.values.errors import DecisionRefused, LinkExpired, NotAuthenticated, NotFound
from permille.domain.words.mail_text import ReportPart
from permille.domain.words.wording import local
from permille.observability import emit
from permille.usecases.decisions import decisions
from permille.usecases.login.access import ENTER, NEW_LINK, PART, is_owners

router = new_router()


@router.get(ENTER)
def enter() -> Response[str]:
    """Logs an owner in, by a cookie and a redirect to an address without the token. Staff confirm first who they are,
    since the timeline names them by the link. Where an owner's link has expired, the page offers a new one; whether the
    link was ours is verified when that is asked for."""
    ctx = context(router)
    token = ctx.request.query.get("token", "")
    try:
        session = ctx.optional_session = ctx.services.authenticator.log_in(token, ctx.now)
    except LinkExpired:
        if not is_owners(token):
            raise
        return ctx.services.pages.page("expired", LINK_INVALID.status, framed=True, address=NEW_LINK, token=token)
    return _confirmation_page(ctx, session) if session.claims.role is LinkRole.STAFF else _logged_in(ctx, session)


@router.post(ENTER)
def confirm() -> Response[str]:
    """Logs staff in. Who is logged in under another name confirms once more, by a form of the session that they have:
    if they followed the link on another site, the browser sent no cookie with the first request."""
    ctx = context(router)
    ctx.services.authenticator.check_origin(ctx.request)
    session = ctx.services.authenticator.log_in(ctx.request.form.get("token", ""), ctx.now)
    ctx.optional_session = session
    current = ctx.services.authenticator.staff_session(ctx.request, ctx.now)
    if current and session.claims.role is LinkRole.STAFF and _identity(current) != _identity(session):
        confirmed = current.owns_form(ctx.request)
        return _logged_in(ctx, session) if confirmed else _confirmation_page(ctx, session, current)
    return _logged_in(ctx, session)


@router.post(NEW_LINK)
def new_link() -> Response[str]:
    """Mails the owner a new link. The page is the same whatever happens, so that nobody learns which accounts there
    are."""
    ctx = context(router)
    try:
        account = ctx.services.authenticator.owner_of(ctx.request.form.get("token", ""))
        decisions.apply(ctx.services, account.id, RequestLink(), ctx.now)
    except (NotAuthenticated, NotFound, DecisionRefused) as error:
        emit("link.not_renewed", why=str(error))
    return ctx.services.pages.page("new_link", framed=True)


def _confirmation_page(
    ctx: RequestContext[SiteServices], session: Session, current: Session | None = None
) -> Response[str]:
    until = local(session.claims.expires_at)
    return ctx.services.pages.page("login", address=ENTER, session=session, current=current, until=until)


def _identity(session: Session) -> tuple[str, str]:
    """The name, and the full ARN of the link's maker, which pages show shortened."""
    return session.claims.subject, session.claims.by


def _logged_in(ctx: RequestContext[SiteServices], session: Session) -> Response[str]:
    """Redirects an owner to the part of the report that the link names, if there is one of that name."""
    claims, framed = session.claims, bool(ctx.services.pages.frame_origins)
    part = ctx.request.query.get(PART, "")
    at = f"#{part}" if part and part in list(ReportPart) and claims.role is LinkRole.OWNER else ""
    return redirect(home_page(claims) + at, session_cookie(claims, session.token, ctx.now, framed=framed))
