"""The owner's report as files: tables for spreadsheets, and JSON."""

import json
from collections.abc import Callable
from functools import partial

from aws_lambda_powertools.event_handler import Response

from permille.console.routing import new_router
from permille.console.site import spreadsheet
from permille.console.site.context import context
from permille.console.site.spreadsheet import Separator
from permille.schema.report_schema import report_json
from permille.usecases.views.report import OwnerReport, ReportRange, gather_report

router = new_router()


@router.get("/report/<_id>/report.csv")
def days(_id: str) -> Response[str]:
    """The counts of each day or week."""
    return _download("days", "csv", partial(spreadsheet.days, separator=_separator()))


@router.get("/report/<_id>/complaints.csv")
def complaints(_id: str) -> Response[str]:
    """The reports of recipients."""
    return _download("complaints", "csv", partial(spreadsheet.complaints, separator=_separator()))


@router.get("/report/<_id>/bounces.csv")
def bounces(_id: str) -> Response[str]:
    """The permanent bounces."""
    return _download("bounces", "csv", partial(spreadsheet.bounces, separator=_separator()))


@router.get("/report/<_id>/report.json")
def machine_readable(_id: str) -> Response[str]:
    """The whole report, as the API has it."""
    return _download("report", "json", _json_text)


def _json_text(report: OwnerReport) -> str:
    platform = context(router).services.pages.brand.platform
    return json.dumps(report_json(report, platform), ensure_ascii=False, indent=1)


def _separator() -> Separator:
    semicolon = context(router).request.query.get("separator") == Separator.SEMICOLON
    return Separator.SEMICOLON if semicolon else Separator.COMMA


def _download(name: str, extension: str, content_of: Callable[[OwnerReport], str]) -> Response[str]:
    """A file of the range that the query names: `bakery-days-2026-03-01.csv`."""
    ctx = context(router)
    shown = ReportRange.YEAR if ctx.request.query.get("range") == ReportRange.YEAR else ReportRange.WINDOW
    content = content_of(gather_report(ctx.services.reporting, ctx.account, ctx.now, shown))
    return ctx.services.pages.file(f"{ctx.account.id}-{name}-{ctx.now.date()}.{extension}", content)
