"""The desk's pages about the whole stack: the platform's rates, the system, and logging out."""

from collections.abc import Mapping
from datetime import datetime

from aws_lambda_powertools.event_handler import Response

from permille.console.context import RequestContext
from permille.console.routing import new_router
from permille.console.site.context import SiteServices, context
from permille.console.site.desk_decisions import reset_breaker
from permille.console.site.desk_page import NO_FORM, Refusal, desk_page, form_again, limit_per_1000
from permille.console.site.logout import log_out
from permille.console.site.pages import redirect
from permille.domain.policy import ses_review
from permille.domain.values.errors import InvalidInput
from permille.domain.words import wording
from permille.usecases.views.platform import platform
from permille.usecases.views.system import system_state

router = new_router()


@router.post("/desk/logout")
def logout() -> Response[str]:
    """Logs staff out."""
    return log_out(context(router).session, framed=False)


@router.get("/desk/platform")
def platform_rates() -> Response[str]:
    """The rates of SES, and the accounts that contribute the most."""
    ctx = context(router)
    state = platform(ctx.services.desk, ctx.now)
    return desk_page("desk_platform", "Platform", ctx, state=state, ses=ses_review, limit=limit_per_1000(ctx))


@router.get("/desk/system")
def system() -> Response[str]:
    """Mode, policy, breaker, sweep, queues, and the system timeline."""
    return _system_page(context(router))


@router.post("/desk/system/breaker")
def breaker() -> Response[str]:
    """Closes the breaker."""
    ctx = context(router)
    try:
        reset_breaker(ctx.services.desk, ctx.request.form, ctx.session.name, ctx.now)
    except InvalidInput as error:
        return _system_page(ctx, error, form_again(ctx.request.form))
    return redirect("/desk/system?done=breaker")


def _system_page(
    ctx: RequestContext[SiteServices], refusal: Refusal | None = None, form: Mapping[str, str] = NO_FORM
) -> Response[str]:
    before = ctx.request.query.get("before", "")
    return desk_page(
        "desk_system",
        "System",
        ctx,
        refusal,
        state=system_state(ctx.services.desk, before, ctx.now),
        before=before,
        form=form,
        local_time=lambda text: wording.local(datetime.fromisoformat(text)),
    )
