"""The owner's form for a provider: asking for one, and withdrawing that."""

from aws_lambda_powertools.event_handler import Response

from permille.console.context import RequestContext
from permille.console.routing import new_router
from permille.console.site import provider_form
from permille.console.site.context import SiteServices, context
from permille.console.site.owner_pages import report_response
from permille.console.site.pages import redirect
from permille.console.site.report_page import Refused
from permille.domain.values.errors import DecisionRefused, InvalidInput, MalformedRequest

router = new_router()


@router.post("/report/<_id>/provider")
def provider(_id: str) -> Response[str]:
    """Asks for a provider, or withdraws that, and redirects to the report. Where that is refused, or the login fails,
    the report says why, and the form keeps its fields but the password."""
    ctx = context(router)
    match ctx.request.form.get("action"):
        case "request":
            return _request(ctx)
        case "withdraw":
            ctx.services.providers.withdraw(ctx.session.token)
            return _to_section(ctx)
        case _:
            raise MalformedRequest("the form does not say what to do")


def _request(ctx: RequestContext[SiteServices]) -> Response[str]:
    form = ctx.request.form
    fields = provider_form.parse(form)
    try:
        failure = ctx.services.providers.request(ctx.session.token, fields.server(), provider_form.password_in(form))
    except (DecisionRefused, InvalidInput) as error:
        return _refused(ctx, provider_form.with_errors(fields, error))
    return _refused(ctx, provider_form.with_errors(fields, failure)) if failure else _to_section(ctx)


def _refused(ctx: RequestContext[SiteServices], fields: provider_form.ProviderInput) -> Response[str]:
    current = ctx.services.accounts.get(ctx.account.id) or ctx.account
    return report_response(ctx, current, 422, Refused(provider=fields))


def _to_section(ctx: RequestContext[SiteServices]) -> Response[str]:
    return redirect(f"/report/{ctx.account.id}#provider")
