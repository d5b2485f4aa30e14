"""What the pages of the owner's report show: the template variables, with the report in words."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from permille.console.site.provider_form import ProviderInput, provider_form
from permille.console.site.report_feedback import feedback_values
from permille.console.site.report_numbers import number_values
from permille.console.site.report_provider import provider_values
from permille.console.site.review_form import ReviewInput
from permille.console.site.review_section import review_values
from permille.console.site.spreadsheet import Separator
from permille.domain.account.account import Account
from permille.domain.timeline.kinds.verdicts import Disabled
from permille.domain.timeline.timeline import Entry
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally
from permille.domain.words import wording
from permille.reading import standing, staying_off
from permille.rendering.templates import Brand
from permille.usecases.login.access import GUIDE
from permille.usecases.views.report import OwnerReport, ReportRange
from permille.zones import shown_zone_of

SHOWN_ENTRIES = 10


@dataclass(frozen=True, slots=True)
class Refused:
    """The form of the report that was sent and refused.

    review, provider: the fields of that form
    why: why another form was refused
    """

    review: ReviewInput | None = None
    provider: ProviderInput | None = None
    why: str = ""


NOT_REFUSED = Refused()


def report_page(report: OwnerReport, brand: Brand, csrf: str, refused: Refused = NOT_REFUSED) -> dict[str, Any]:
    """The template variables of report.html.j2."""
    account = report.account
    form = provider_form(account, refused.provider, report.now)
    without_form = refused.provider.error if refused.provider and not form else ""
    return {
        **_shared_values(report),
        **_standing_values(report, brand),
        "review": review_values(report, brand, refused.review),
        "csrf": csrf,
        "wrong": refused.review.error if refused.review else refused.why or without_form,
        "monthly_mail": not account.monthly_mail.stopped,
        "provider_form": form,
        **provider_values(report, brand),
        **feedback_values(report),
        **timeline_values(report.account, report.entries[:SHOWN_ENTRIES], _earlier(report), brand, report.voided),
    }


def year_page(report: OwnerReport) -> dict[str, Any]:
    """The template variables of year.html.j2."""
    total = sum((period.tally for period in report.periods), Tally())
    return {
        **_shared_values(report),
        "year_line": f"{wording.times(total.complaints, 'complaint')} in {total.delivered:,} delivered e-mails.",
        "tone": standing.tone(report.account, report.verdict),
    }


def timeline_values(
    account: Account, entries: Sequence[Entry], earlier: str, brand: Brand, voided: Collection[str]
) -> dict[str, Any]:
    """The template variables of timeline.html.j2.

    earlier: the id of an entry before which there are more, else empty
    voided: the ids of the voided complaints
    """
    zone = shown_zone_of(account)
    shown = [{**_entry(entry, zone, brand), "gone": entry.id in voided} for entry in entries]
    return {"base": _base_path(account), "entries": shown, "earlier": earlier}


def _shared_values(report: OwnerReport) -> dict[str, Any]:
    """What report and year share: numbers, downloads and links."""
    return {
        "base": _base_path(report.account),
        "query": "" if report.range is ReportRange.WINDOW else "?range=year",
        "semicolons": f"?{'' if report.range is ReportRange.WINDOW else 'range=year&'}separator={Separator.SEMICOLON}",
        "guide_link": GUIDE,
        **number_values(report),
    }


def _base_path(account: Account) -> str:
    return f"/report/{account.id}"


def _standing_values(report: OwnerReport, brand: Brand) -> dict[str, Any]:
    """The template variables of standing.html.j2."""
    account, verdict = report.account, report.verdict
    smtp = f"Your {brand.platform} SMTP account"
    return {
        "status_line": standing.status_line(account, verdict, report.since, report.zone, smtp),
        "tone": standing.tone(account, verdict),
        "numbers": standing.numbers_line(account, verdict),
        "notes": list(_notes(report, brand)),
        "counted_from": wording.day(verdict.first_day),
        "counted_to": wording.day(verdict.last_day),
        "begun": _counted_since(report),
    }


def _notes(report: OwnerReport, brand: Brand) -> Iterator[str]:
    """The sentences below the numbers: why the account is off, why it is on although a rule is broken, and what small
    numbers mean."""
    notes = (
        _why_off(report),
        staying_off.by_hand_line(report.account, brand.platform),
        staying_off.stays_off_line(report.account, report.verdict, report.since, report.zone),
        standing.broken_line(report.account, report.verdict),
        standing.held_line(report.account),
        standing.exemption_line(report.account, report.now, report.zone),
        standing.still_on_line(report.account, report.verdict, report.now),
        standing.undecided_line(report.account, report.verdict, report.now),
        standing.few_line(report.account, report.verdict),
        "" if report.account.is_closed else standing.chance_line(report.verdict),
    )
    return (note for note in notes if note)


def _why_off(report: OwnerReport) -> str:
    """What the account was disabled for; empty where the numbers above say the same."""
    entry, counts = report.since, report.verdict.counts
    if entry is None or report.account.status not in (Status.DISABLED, Status.CLOSED):
        return ""
    facts = entry.in_zone(report.zone).facts
    if not isinstance(facts, Disabled):
        return facts.sentence()
    if not facts.burst and (facts.complaints, facts.delivered) == (counts.complaints, counts.delivered):
        return ""
    return f"It was disabled for this: {facts.sentence()}"


def _counted_since(report: OwnerReport) -> str:
    """When counting began anew; empty where that was before the window."""
    since = report.verdict.counted_since
    return wording.local(since.astimezone(report.zone)) if since else ""


def _entry(entry: Entry, zone: tzinfo, brand: Brand) -> dict[str, Any]:
    local = entry.in_zone(zone)
    return {
        "kind": entry.kind,
        "at": entry.at.isoformat(timespec="seconds"),
        "when": wording.local(local.at),
        "headline": local.headline(brand.platform),
        "sentence": local.sentence(),
    }


def _earlier(report: OwnerReport) -> str:
    """The id of the last entry that the report shows, where there are more."""
    more = report.entries[SHOWN_ENTRIES:]
    return report.entries[SHOWN_ENTRIES - 1].id if more else report.earlier
