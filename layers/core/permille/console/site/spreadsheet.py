"""The report as CSV tables. Cells that others wrote are marked, so that no spreadsheet runs them as a formula."""

import csv
import io
from collections.abc import Iterable, Iterator
from enum import StrEnum

from permille.domain.feedback.bounces import LONGEST_DIAGNOSTIC, BounceRecord
from permille.domain.sending.suppression import Detailed
from permille.domain.values.tally import Tally
from permille.domain.words.formulas import marked
from permille.domain.words.wording import LONGEST_REASON, plain, rate
from permille.reading.complaint_records import ComplaintRecord
from permille.reading.periods import Period
from permille.usecases.views.report import OwnerReport

Cell = str | int
UTF8_BOM = "\ufeff"  # tells Excel that the file is UTF-8


class Separator(StrEnum):
    """The separator of cells. In most of Europe Excel needs a semicolon, and decimal commas."""

    COMMA = "comma"
    SEMICOLON = "semicolon"

    @property
    def sign(self) -> str:
        """The character itself."""
        return ";" if self is Separator.SEMICOLON else ","

    def decimal(self, number: str) -> str:
        """The number with the decimal sign that goes with the separator."""
        return number.replace(".", ",") if self is Separator.SEMICOLON else number


DAYS = (
    "first_day",
    "last_day",
    "epoch",
    "delivered",
    "complaints",
    "bounces",
    "window_delivered",
    "window_complaints",
    "window_per_1000",
)
COMPLAINTS = (
    "sent_at",
    "reported_at",
    "campaign",
    "subject",
    "recipient",
    "what_the_recipient_did",
    "counts",
    "why_not_counted",
    "epoch",
)
SUPPRESSIONS = ("address", "reason", "since", "why")
BOUNCES = (
    "sent_at",
    "bounced_at",
    "campaign",
    "subject",
    "recipient",
    "why",
    "status",
    "mail_server_said",
    "epoch",
)


def days(report: OwnerReport, separator: Separator) -> str:
    """A row for each period and epoch with mail. The numbers of the window are in the row of the current epoch."""
    return _table(DAYS, (row for period in report.periods for row in _day_rows(period, separator)), separator)


def complaints(report: OwnerReport, separator: Separator) -> str:
    """A row for each report, grouped by campaign as on the page."""
    rows = (_complaint_row(campaign.name, record) for campaign in report.campaigns for record in campaign.records)
    return _table(COMPLAINTS, rows, separator)


def bounces(report: OwnerReport, separator: Separator) -> str:
    """A row for each bounce, grouped by campaign as on the page."""
    rows = (_bounce_row(campaign.name, record) for campaign in report.bounces for record in campaign.records)
    return _table(BOUNCES, rows, separator)


def suppressions(detailed: Iterable[Detailed], separator: Separator) -> str:
    """A row for each suppressed address. `permille suppression import` reads the file."""
    return _table(SUPPRESSIONS, map(_suppression_row, detailed), separator)


def _day_rows(period: Period, separator: Separator) -> Iterator[tuple[Cell, ...]]:
    tallies = dict(period.tallies)
    tallies.setdefault(period.epoch, Tally())
    window = period.window
    of_window: tuple[Cell, ...] = (window.delivered, window.complaints, separator.decimal(rate(window)))
    for epoch, tally in sorted(tallies.items()):
        counts = (tally.delivered, tally.complaints, tally.bounces)
        last_cells = of_window if epoch == period.epoch else ("", "", "")
        yield str(period.first), str(period.last), epoch, *counts, *last_cells


def _complaint_row(campaign: str, record: ComplaintRecord) -> tuple[Cell, ...]:
    return (
        record.sent_at.isoformat(),
        record.reported_at.isoformat(),
        campaign,
        record.subject,
        record.recipient,
        record.did,
        record.counts.value,
        record.why_not,
        record.epoch,
    )


def _bounce_row(campaign: str, record: BounceRecord) -> tuple[Cell, ...]:
    details = record.details
    return (
        details.sent_at.isoformat(),
        details.bounced_at.isoformat(),
        campaign,
        plain(details.subject),
        plain(record.recipient),
        details.why,
        details.status,
        plain(details.diagnostic, LONGEST_DIAGNOSTIC),
        details.epoch,
    )


def _suppression_row(detailed: Detailed) -> tuple[Cell, ...]:
    suppression, why = detailed.suppression, plain(detailed.why, LONGEST_REASON)
    return suppression.address, suppression.reason.value, suppression.since.isoformat(), why


def _table(header: tuple[str, ...], rows: Iterable[tuple[Cell, ...]], separator: Separator) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator.sign, lineterminator="\r\n")  # RFC 4180
    writer.writerow(header)
    writer.writerows([marked(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return UTF8_BOM + text.getvalue()
