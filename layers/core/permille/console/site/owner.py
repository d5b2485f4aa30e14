"""The owner's report: to be read, to be taken along, and with the form that asks for the SMTP account back."""

import json
from collections.abc import Callable, Mapping
from functools import partial

from aws_lambda_powertools.event_handler import Response

from permille.console.context import RequestContext
from permille.console.routing import routes
from permille.console.site import report_page, review_form, spreadsheet
from permille.console.site.context import SiteServices, context
from permille.console.site.leaving import left
from permille.console.site.pages import redirect
from permille.console.site.review_form import Typed
from permille.console.site.spreadsheet import Separator
from permille.domain.account.account import Account
from permille.domain.people.decisions import AnswerRead
from permille.domain.people.owner_commands import AmendReview, RequestReview, WithdrawReview
from permille.domain.timeline.kinds.corrections import voided
from permille.domain.values.errors import DecisionRefused, InvalidInput, MalformedRequest
from permille.schema.report_schema import report_json
from permille.usecases.decisions import decisions
from permille.usecases.views.report import OwnerReport, Range, earlier_entries, gather_report

EARLIER_ENTRIES = 50  # on a page of the timeline
LONGEST_ID = 100

router = routes()


@router.get("/report/<_id>")
def report(_id: str) -> Response[str]:
    found = context(router)
    return _page(found, found.owned)


@router.post("/report/<_id>/leave")
def leave(_id: str) -> Response[str]:
    found = context(router)
    return left(found.known, framed=bool(found.services.pages.frame_origins))


@router.get("/report/<_id>/year")
def year(_id: str) -> Response[str]:
    found = context(router)
    shown = _gathered(found, found.owned, Range.YEAR)
    pages = found.services.pages
    return pages.page("year", framed=True, **report_page.year_page(shown))


@router.get("/report/<_id>/timeline")
def timeline(_id: str) -> Response[str]:
    found = context(router)
    before = found.request.query.get("before", "")[:LONGEST_ID]
    told = earlier_entries(found.services.timeline, found.owned.id, EARLIER_ENTRIES, before)
    pages = found.services.pages
    shown = report_page.timeline_shown(found.owned, told.items, told.next, pages.brand, voided(told.items))
    return pages.page("timeline", framed=True, **shown)


@router.get("/report/<_id>/report.csv")
def days(_id: str) -> Response[str]:
    return _file("days", "csv", partial(spreadsheet.days, by=_separator()))


@router.get("/report/<_id>/complaints.csv")
def complaints(_id: str) -> Response[str]:
    return _file("complaints", "csv", partial(spreadsheet.complaints, by=_separator()))


@router.get("/report/<_id>/bounces.csv")
def bounces(_id: str) -> Response[str]:
    return _file("bounces", "csv", partial(spreadsheet.bounces, by=_separator()))


@router.get("/report/<_id>/report.json")
def machine_readable(_id: str) -> Response[str]:
    return _file("report", "json", _as_json)


def _as_json(shown: OwnerReport) -> str:
    platform = context(router).services.pages.brand.platform
    return json.dumps(report_json(shown, platform), ensure_ascii=False, indent=1)


@router.post("/report/<_id>/review")
def ask(_id: str) -> Response[str]:
    """The request is made, changed or withdrawn, and the report shows it; or it says what is wrong, and keeps what was
    typed."""
    found = context(router)
    account_id, form = found.owned.id, found.request.form
    sent, read = review_form.typed(form), _read(form)
    try:
        decisions.apply(
            found.services, account_id, _command(form["action"], sent, found.known.name), found.now, read=read
        )
    except (DecisionRefused, InvalidInput) as why:
        now_is = found.services.accounts.get(account_id) or found.owned
        return _page(found, now_is, 422, review_form.refused(sent, why))
    return redirect(f"/report/{account_id}#review")


def _read(form: Mapping[str, str]) -> AnswerRead | None:
    """Nobody withdraws a request that was answered since they opened the page. Raises MalformedRequest where the form
    does not say what to do."""
    match form.get("action"):
        case "request" | "amend":
            return None
        case "withdraw" if form.get("read"):
            return AnswerRead(form["read"])
        case "withdraw":
            raise MalformedRequest("the form does not say what it is about")
        case _:
            raise MalformedRequest("the form does not say what to do")


def _command(action: str, sent: Typed, by: str) -> RequestReview | AmendReview | WithdrawReview:
    """Raises InvalidInput."""
    if action == "withdraw":
        return WithdrawReview(by=by)
    return (RequestReview if action == "request" else AmendReview)(**sent.wish(), by=by)


def _page(
    found: RequestContext[SiteServices], account: Account, status: int = 200, typed: Typed | None = None
) -> Response[str]:
    pages = found.services.pages
    shown = report_page.report_page(_gathered(found, account), pages.brand, found.known.csrf, typed)
    return pages.page("report", status, framed=True, **shown)


def _gathered(found: RequestContext[SiteServices], account: Account, shown: Range = Range.WINDOW) -> OwnerReport:
    return gather_report(found.services.reporting, account, found.now, shown)


def _separator() -> Separator:
    asked_for = context(router).request.query.get("separator")
    return Separator.SEMICOLON if asked_for == Separator.SEMICOLON else Separator.COMMA


def _file(name: str, form: str, content: Callable[[OwnerReport], str]) -> Response[str]:
    found = context(router)
    shown = Range.YEAR if found.request.query.get("range") == Range.YEAR else Range.WINDOW
    written = content(_gathered(found, found.owned, shown))
    return found.services.pages.file(f"{found.owned.id}-{name}-{found.now.date()}.{form}", written)
