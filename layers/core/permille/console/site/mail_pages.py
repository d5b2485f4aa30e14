"""Pages that links in mails lead to, for one thing each and without a login."""

from aws_lambda_powertools.event_handler import Response

from permille.console.routing import new_router
from permille.console.site.context import context
from permille.console.site.provider_form import open_request
from permille.domain.login import mail_links
from permille.domain.login.mail_links import Purpose
from permille.domain.people.owner_commands import SwitchMonthlyMail
from permille.domain.people.provider_request import is_confirmed
from permille.domain.values.errors import DecisionRefused, MalformedRequest
from permille.domain.words.wording import OWNER
from permille.observability import emit
from permille.usecases.decisions import decisions
from permille.usecases.login.mail_links import MONTHLY_MAIL, PROVIDER

router = new_router()


@router.get(MONTHLY_MAIL)
def monthly_mail() -> Response[str]:
    """A button that stops the monthly mail. Whether the link is ours is verified when it is pressed; a GET changes
    nothing, since mail scanners open links."""
    ctx = context(router)
    token = ctx.request.query.get("token", "")
    mail_links.check_times(mail_links.read(token, Purpose.STOP_MONTHLY_MAIL)[0], ctx.now)
    return ctx.services.pages.page("monthly_mail", framed=True, address=MONTHLY_MAIL, token=token, stopped=False)


@router.post(MONTHLY_MAIL)
def stop_monthly_mail() -> Response[str]:
    """Stops the monthly mail, for the page's button and for mail programs (RFC 8058). They send the token in the query,
    no cookie and no origin, and a body of their own, which is not read."""
    ctx = context(router)
    token = ctx.request.query.get("token", "")
    _, account = ctx.services.authenticator.mail_link(token, Purpose.STOP_MONTHLY_MAIL, ctx.now)
    decisions.apply(ctx.services, account.id, SwitchMonthlyMail(on=False, by=OWNER), ctx.now)
    return ctx.services.pages.page("monthly_mail", framed=True, address=MONTHLY_MAIL, token=token, stopped=True)


@router.get(PROVIDER)
def provider() -> Response[str]:
    """Asks whether the provider of a request is to be connected, or says that it is. A GET changes nothing, since mail
    scanners open links."""
    ctx = context(router)
    token = ctx.request.query.get("token", "")
    link, account = ctx.services.authenticator.mail_link(token, Purpose.CONFIRM_PROVIDER, ctx.now)
    request = account.provider_request
    is_open = request is not None and request.version == link.about
    values = open_request(account, ctx.now) if is_open else None
    said = "confirmed" if is_confirmed(account, link.about) else ""
    return ctx.services.pages.page("provider", framed=True, address=PROVIDER, token=token, request=values, said=said)


@router.post(PROVIDER)
def decide_on_provider() -> Response[str]:
    """Connects the provider of a request, or ends the request, as the button says. The token authenticates; once
    the request is not open any more, it changes nothing."""
    ctx = context(router)
    ctx.services.authenticator.check_origin(ctx.request)
    form, providers = ctx.request.form, ctx.services.providers
    said = {"confirm": "confirmed", "refuse": "refused"}.get(form.get("action", ""), "")
    if not said:
        raise MalformedRequest("the form does not say what to do")
    decide = providers.confirm if said == "confirmed" else providers.refuse
    try:
        decide(form.get("token", ""))
    except DecisionRefused as error:
        emit("provider_request.refused", why=str(error))
        said = ""
    return ctx.services.pages.page("provider", framed=True, address=PROVIDER, token="", request=None, said=said)
