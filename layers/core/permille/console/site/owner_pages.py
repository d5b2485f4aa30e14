"""The owner's report and its parts, the review form, and logging out."""

from collections.abc import Mapping

from aws_lambda_powertools.event_handler import Response

from permille.console.context import RequestContext
from permille.console.routing import new_router
from permille.console.site import report_page, review_form
from permille.console.site.context import SiteServices, context
from permille.console.site.logout import log_out
from permille.console.site.pages import redirect
from permille.console.site.report_page import NOT_REFUSED, Refused
from permille.console.site.review_form import ReviewInput
from permille.domain.account.account import Account
from permille.domain.people.owner_commands import AmendReview, RequestReview, SwitchMonthlyMail, WithdrawReview
from permille.domain.people.read_before import AnswerRead
from permille.domain.timeline.kinds.corrections import voided
from permille.domain.values.errors import DecisionRefused, InvalidInput, MalformedRequest
from permille.usecases.decisions import decisions
from permille.usecases.views.report import ReportRange, earlier_entries, gather_report

EARLIER_ENTRIES = 50  # on a page of the timeline
LONGEST_ID = 100

router = new_router()


@router.get("/report/<_id>")
def report(_id: str) -> Response[str]:
    """The report."""
    ctx = context(router)
    return report_response(ctx, ctx.account)


@router.post("/report/<_id>/logout")
def logout(_id: str) -> Response[str]:
    """Logs the owner out of this account's pages."""
    ctx = context(router)
    return log_out(ctx.session, framed=bool(ctx.services.pages.frame_origins))


@router.get("/report/<_id>/year")
def year(_id: str) -> Response[str]:
    """The numbers of a year, by week."""
    ctx = context(router)
    year_report = gather_report(ctx.services.reporting, ctx.account, ctx.now, ReportRange.YEAR)
    return ctx.services.pages.page("year", framed=True, **report_page.year_page(year_report))


@router.get("/report/<_id>/timeline")
def timeline(_id: str) -> Response[str]:
    """The entries of the timeline before the one that the query names."""
    ctx = context(router)
    before = ctx.request.query.get("before", "")[:LONGEST_ID]
    page = earlier_entries(ctx.services.timeline, ctx.account.id, EARLIER_ENTRIES, before)
    values = report_page.timeline_values(
        ctx.account, page.items, page.next, ctx.services.pages.brand, voided(page.items)
    )
    return ctx.services.pages.page("timeline", framed=True, **values)


@router.post("/report/<_id>/review")
def review(_id: str) -> Response[str]:
    """Makes, changes or withdraws the review request, and redirects to the report. Where that is refused, the report
    says why, and the form keeps its fields."""
    ctx = context(router)
    account_id, form = ctx.account.id, ctx.request.form
    fields, read = review_form.parse(form), _answer_read(form)
    try:
        command = _command(form["action"], fields, ctx.session.name)
        decisions.apply(ctx.services, account_id, command, ctx.now, read=read)
    except (DecisionRefused, InvalidInput) as error:
        current = ctx.services.accounts.get(account_id) or ctx.account
        return report_response(ctx, current, 422, Refused(review=review_form.with_errors(fields, error)))
    return redirect(f"/report/{account_id}#review")


@router.post("/report/<_id>/monthly-mail")
def switch_monthly_mail(_id: str) -> Response[str]:
    """Stops the monthly mail, or resumes it, and redirects to the report."""
    ctx = context(router)
    action = ctx.request.form.get("action")
    if action not in ("stop", "resume"):
        raise MalformedRequest("the form does not say what to do")
    command = SwitchMonthlyMail(on=action == "resume", by=ctx.session.name)
    try:
        decisions.apply(ctx.services, ctx.account.id, command, ctx.now)
    except DecisionRefused as error:
        return report_response(ctx, ctx.account, 422, Refused(why=str(error)))
    return redirect(f"/report/{ctx.account.id}#mails")


def _answer_read(form: Mapping[str, str]) -> AnswerRead | None:
    """The answer of support that a withdrawal is conditional on: nobody withdraws a request that was answered since the
    page was opened. None for other actions. Raises MalformedRequest."""
    match form.get("action"):
        case "request" | "amend":
            return None
        case "withdraw" if form.get("read"):
            return AnswerRead(form["read"])
        case "withdraw":
            raise MalformedRequest("the form does not say which answer was read")
        case _:
            raise MalformedRequest("the form does not say what to do")


def _command(action: str, fields: ReviewInput, by: str) -> RequestReview | AmendReview | WithdrawReview:
    """Raises InvalidInput."""
    if action == "withdraw":
        return WithdrawReview(by=by)
    return (RequestReview if action == "request" else AmendReview)(**fields.request(), by=by)


def report_response(
    ctx: RequestContext[SiteServices], account: Account, status: int = 200, refused: Refused = NOT_REFUSED
) -> Response[str]:
    """The report. `refused`: the form that was sent, where it was refused."""
    pages = ctx.services.pages
    gathered = gather_report(ctx.services.reporting, account, ctx.now)
    return pages.page(
        "report", status, framed=True, **report_page.report_page(gathered, pages.brand, ctx.session.csrf, refused)
    )
