"""The numbers of the owner's report: the graph, the table, and the graph in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from permille.console.site.graph import draw
from permille.console.site.graph_geometry import NARROW, WIDE, Graph, Size
from permille.console.site.graph_scales import short_date
from permille.console.site.svg_paths import bar_path, line_path, mark_path
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally
from permille.domain.words import wording
from permille.reading.periods import Period
from permille.usecases.views.report import OwnerReport, ReportRange

SPAN_LABELS: Mapping[Status, str] = {
    Status.DISABLED: "SMTP account off",
    Status.TRIAL: "trial day",
    Status.OBSERVING: "waiting for late complaints",
    Status.CLOSED: "closed",
}


def number_values(report: OwnerReport) -> dict[str, Any]:
    """The template variables of graph.html.j2 and drawing.html.j2."""
    graphs = {name: _graph(report, size) for name, size in (("wide", WIDE), ("narrow", NARROW))}
    first, last = (wording.day(day) for day in (report.periods[0].first, report.periods[-1].last))
    unit = "day" if report.range is ReportRange.WINDOW else "week"
    return {
        "unit": unit,
        "window_days": report.verdict.policy.window_days,
        "graphs": graphs.items(),
        "bar_path": bar_path,
        "line_path": line_path,
        "mark_path": mark_path,
        "has_complaints": any(period.tally.complaints > 0 for period in report.periods),
        "is_clipped": graphs["wide"].is_clipped,
        "graph_heading": f"What you sent, {unit} by {unit}",
        "graph_title": f"Delivered e-mails and complaints by {unit} of sending, {first} to {last}",
        "graph_words": _in_words(report),
        "shaded": list(dict.fromkeys(span.status for span in report.spans)),
        "span_labels": SPAN_LABELS,
        "epochs": report.epochs,
        "rows": list(_rows(report.periods)),
    }


def _graph(report: OwnerReport, size: Size) -> Graph:
    return draw(report.periods, report.spans, report.epochs, _limit(report), size)


def _limit(report: OwnerReport) -> int:
    return report.verdict.policy.complaint_ratio.limit_per_1000


def _in_words(report: OwnerReport) -> str:
    """The graph for readers who do not see it."""
    highest = max(report.periods, key=lambda period: period.tally.delivered)
    with_complaints = sum(period.tally.complaints > 0 for period in report.periods)
    total = sum((period.tally for period in report.periods), Tally())
    words = (
        f"{total.delivered:,} e-mails were delivered, at most {highest.tally.delivered:,} in one bar "
        f"({wording.day(highest.first)}). {wording.times(total.complaints, 'complaint')}, below {with_complaints} of "
        f"{len(report.periods)} bars."
    )
    if rate := wording.rate(report.periods[-1].window):
        words += f" The line ends at {rate} per 1,000; the limit is {_limit(report)}."
    spans = (
        f" {SPAN_LABELS[span.status]}: {wording.day(span.begins_at)} to {wording.day(span.ends_at)}."
        for span in report.spans
    )
    return words + "".join(spans)


def _rows(periods: Sequence[Period]) -> Iterator[dict[str, str]]:
    """The table's rows, newest first. Between two epochs a row says that counting began anew."""
    for index in reversed(range(len(periods))):
        period, tally = periods[index], periods[index].tally
        yield {
            "day": f"{short_date(period.first)} {period.first.year}",
            "delivered": f"{tally.delivered:,}",
            "complaints": f"{tally.complaints:,}",
            "bounces": f"{tally.bounces:,}",
            "rate": wording.rate(period.window) or "–",
            "begun": "",
        }
        if index > 0 and periods[index - 1].epoch != period.epoch:
            yield {"begun": "Counting began anew"}
