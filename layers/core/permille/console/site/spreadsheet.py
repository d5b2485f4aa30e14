"""The report as tables that a spreadsheet opens. What others wrote is never taken for a formula."""

import csv
import io
from collections.abc import Iterable, Iterator
from enum import StrEnum

from permille.domain.feedback.bounces import LONGEST_DIAGNOSTIC
from permille.domain.sending.suppression import Detailed
from permille.domain.values.tally import Tally
from permille.domain.words.formulas import marked
from permille.domain.words.wording import LONGEST_REASON, plain, rate
from permille.reading.periods import Period
from permille.usecases.views.report import OwnerReport

Cell = str | int
UTF8_BOM = "\ufeff"  # tells Excel that the file is UTF-8


class Separator(StrEnum):
    """What divides cells: an Excel in most of Europe wants a semicolon, and a decimal comma."""

    COMMA = "comma"
    SEMICOLON = "semicolon"

    @property
    def sign(self) -> str:
        return ";" if self is Separator.SEMICOLON else ","

    def decimal(self, number: str) -> str:
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
    "why_not",
    "epoch",
)

SUPPRESSIONS = ("address", "why", "since", "reason")
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


def days(report: OwnerReport, by: Separator) -> str:
    """A row for each period and each epoch with mail in it; the window's numbers stand in the epoch in force."""
    return _table(DAYS, (row for period in report.periods for row in _rows(period, by)), by)


def complaints(report: OwnerReport, by: Separator) -> str:
    """A row for each report, by campaign, as the page groups them."""
    return _table(
        COMPLAINTS,
        (
            (
                record.sent_at.isoformat(),
                record.reported_at.isoformat(),
                campaign.name,
                record.subject,
                record.recipient,
                record.did,
                record.counts.value,
                record.why_not,
                record.epoch,
            )
            for campaign in report.campaigns
            for record in campaign.records
        ),
        by,
    )


def bounces(report: OwnerReport, by: Separator) -> str:
    """A row for each bounce, by campaign, as the page groups them."""
    return _table(
        BOUNCES,
        (
            (
                details.sent_at.isoformat(),
                details.bounced_at.isoformat(),
                campaign.name,
                plain(details.subject),
                plain(record.recipient),
                details.why,
                details.status,
                plain(details.diagnostic, LONGEST_DIAGNOSTIC),
                details.epoch,
            )
            for campaign in report.bounces
            for record in campaign.records
            for details in [record.details]
        ),
        by,
    )


def suppressions(detailed: Iterable[Detailed], by: Separator) -> str:
    """A row for each address; `permille suppression import` takes it."""
    rows = ((one.suppression, plain(one.reason, LONGEST_REASON)) for one in detailed)
    listed = ((one.address, one.why.value, one.since.isoformat(), reason) for one, reason in rows)
    return _table(SUPPRESSIONS, listed, by)


def _rows(period: Period, by: Separator) -> Iterator[tuple[Cell, ...]]:
    tallies = dict(period.tallies)
    tallies.setdefault(period.epoch, Tally())
    window = period.window
    judged: tuple[Cell, ...] = (window.delivered, window.complaints, by.decimal(rate(window)))
    for epoch, tally in sorted(tallies.items()):
        counts = (tally.delivered, tally.complaints, tally.bounces)
        yield str(period.first), str(period.last), epoch, *counts, *(judged if epoch == period.epoch else ("", "", ""))


def _table(header: tuple[str, ...], rows: Iterable[tuple[Cell, ...]], by: Separator) -> str:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=by.sign, lineterminator="\r\n")  # RFC 4180
    writer.writerow(header)
    writer.writerows([marked(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return UTF8_BOM + written.getvalue()
