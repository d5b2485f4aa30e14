"""What the pages of the owner's report show: the report in words, ready to be put into the templates."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from permille.console.site import review_form
from permille.console.site.graph import NARROW, WIDE, Graph, draw, outline, path, pills, short_date
from permille.console.site.review_form import Typed
from permille.console.site.spreadsheet import Separator
from permille.domain.account.account import Account
from permille.domain.feedback import bounces
from permille.domain.sending.smtp_server import LONGEST_HOST, LONGEST_USER
from permille.domain.timeline.kinds.verdicts import Disabled
from permille.domain.timeline.timeline import Entry
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally
from permille.domain.words import wording
from permille.reading import standing
from permille.reading.complaint_records import Campaign, ComplaintRecord, CountState, advice
from permille.reading.periods import Period
from permille.rendering.templates import Brand
from permille.usecases.login.access import GUIDE
from permille.usecases.views.report import OwnerReport, Range
from permille.zones import shown_zone_of

SHOWN_ENTRIES = 10
SHOWN_CAMPAIGNS = 6
SHOWN_BOUNCES = 3  # campaigns with bounces
SHOWN_RECORDS = 3  # of one campaign
LONGEST_DIAGNOSTIC = 70
SHADES: Mapping[Status, str] = {
    Status.DISABLED: "SMTP account off",
    Status.TRIAL: "trial day",
    Status.OBSERVING: "waiting for late complaints",
    Status.CLOSED: "closed",
}
_WHY_NOT: Mapping[CountState, str] = {
    CountState.YES: "",
    CountState.OLD: "Too old to count towards the limit.",
    CountState.EARLIER_EPOCH: "Not counted any more: counting has begun anew since.",
    CountState.VOIDED: "Not counted any more: support took it back.",
}


def report_page(report: OwnerReport, brand: Brand, csrf: str, typed: Typed | None = None) -> dict[str, Any]:
    """`typed`: what the owner has just sent, where it was refused."""
    account, verdict = report.account, report.verdict
    return {
        **_common(report),
        "status_line": standing.status_line(account, verdict, report.since, report.zone, _smtp(brand)),
        "tone": standing.tone(account, verdict),
        "numbers": standing.numbers_line(account, verdict),
        "notes": list(_notes(report, brand)),
        "counted_from": wording.day(verdict.first_day),
        "counted_to": wording.day(verdict.last_day),
        "begun": _begun(report),
        "review": review_form.shown(report, brand, typed),
        "csrf": csrf,
        "wrong": typed.error if typed else "",
        "provider": _provider(report.account),
        "campaigns": [_campaign(one) for one in report.campaigns[:SHOWN_CAMPAIGNS]],
        "more_campaigns": _more_campaigns(report.campaigns[SHOWN_CAMPAIGNS:]),
        "unlisted": _unlisted(report.unlisted),
        "bounces": [_bounces(one) for one in report.bounces[:SHOWN_BOUNCES]],
        "more_bounces": _more_bounces(report.bounces[SHOWN_BOUNCES:]),
        "unlisted_bounces": _unlisted_bounces(report),
        **timeline_shown(report.account, report.entries[:SHOWN_ENTRIES], _earlier(report), brand, report.voided),
    }


def year_page(report: OwnerReport) -> dict[str, Any]:
    total = sum((one.tally for one in report.periods), Tally())
    return {
        **_common(report),
        "year_line": f"{wording.times(total.complaints, 'complaint')} in {total.delivered:,} delivered e-mails.",
        "tone": standing.tone(report.account, report.verdict),
    }


def timeline_shown(
    account: Account, entries: Sequence[Entry], earlier: str, brand: Brand, gone: Collection[str]
) -> dict[str, Any]:
    """`gone`: the entries of complaints that were taken back."""
    zone = shown_zone_of(account)
    shown = [{**_entry(one, zone, brand), "gone": one.id in gone} for one in entries]
    return {"base": _base(account.id), "entries": shown, "earlier": earlier}


def _base(account_id: str) -> str:
    return f"/report/{account_id}"


def _smtp(brand: Brand) -> str:
    return f"Your {brand.platform} SMTP account"


def _notes(report: OwnerReport, brand: Brand) -> Iterator[str]:
    """The sentences below the numbers: why the account is off, what spares it, and what small numbers say."""
    notes = (
        _why_off(report),
        standing.by_hand_line(report.account, brand.platform),
        standing.stays_off_line(report.account, report.verdict, report.since, report.zone),
        standing.broken_line(report.account, report.verdict),
        standing.spared_line(report.account, report.now, report.zone),
        standing.still_on_line(report.account, report.verdict, report.now),
        standing.luck_line(report.verdict),
    )
    return (note for note in notes if note)


def _why_off(report: OwnerReport) -> str:
    """What the account was disabled for, where the numbers above are not the very same."""
    entry, counts = report.since, report.verdict.counts
    if entry is None or report.account.status not in (Status.DISABLED, Status.CLOSED):
        return ""
    facts = entry.in_zone(report.zone).facts
    if not isinstance(facts, Disabled):
        return facts.sentence()
    if not facts.burst and (facts.complaints, facts.delivered) == (counts.complaints, counts.delivered):
        return ""
    return f"It was disabled for this: {facts.sentence()}"


def _begun(report: OwnerReport) -> str:
    """When the epoch began, where that lies in the window."""
    starts = [at for number, at in report.epochs if number == report.account.epoch]
    if not starts or starts[0].date() < report.verdict.first_day:
        return ""
    return wording.local(starts[0].astimezone(report.zone))


# ---------------------------------------------------------------- the graph and its table


def _common(report: OwnerReport) -> dict[str, Any]:
    graphs = {name: _drawing(report, size) for name, size in (("wide", WIDE), ("narrow", NARROW))}
    first, last = (wording.day(day) for day in (report.periods[0].first, report.periods[-1].last))
    unit = "day" if report.range is Range.WINDOW else "week"
    shaded = dict.fromkeys(span.status for span in report.spans)
    return {
        "base": _base(report.account.id),
        "query": "" if report.range is Range.WINDOW else "?range=year",
        "semicolons": f"?{'' if report.range is Range.WINDOW else 'range=year&'}separator={Separator.SEMICOLON}",
        "unit": unit,
        "window_days": report.verdict.policy.window_days,
        "graphs": graphs.items(),
        "outline": outline,
        "path": path,
        "pills": pills,
        "is_cut": graphs["wide"].is_cut,
        "graph_heading": f"What you sent, {unit} by {unit}",
        "graph_title": f"Delivered e-mails and complaints by {unit} of sending, {first} to {last}",
        "graph_words": _in_words(report),
        "shaded": list(shaded),
        "shade_words": SHADES,
        "epochs": report.epochs,
        "rows": list(_rows(report.periods)),
        "guide_link": GUIDE,
    }


def _drawing(report: OwnerReport, size: Any) -> Graph:
    limit = report.verdict.policy.complaint_ratio.limit_per_1000
    return draw(report.periods, report.spans, report.epochs, limit, size)


def _in_words(report: OwnerReport) -> str:
    """The result, for whoever does not see the graph."""
    best = max(report.periods, key=lambda one: one.tally.delivered)
    complained = sum(one.tally.complaints > 0 for one in report.periods)
    total = sum((one.tally for one in report.periods), Tally())
    said = (
        f"{total.delivered:,} e-mails were delivered, at most {best.tally.delivered:,} in one bar "
        f"({wording.day(best.first)}). {wording.times(total.complaints, 'complaint')}, below {complained} of "
        f"{len(report.periods)} bars."
    )
    window = report.periods[-1].window
    if rate := wording.rate(window):
        said += f" The line ends at {rate} per 1,000; the limit is {_limit(report)}."
    spans = (
        f" {SHADES[span.status]}: {wording.day(span.begins)} to {wording.day(span.ends)}." for span in report.spans
    )
    return said + "".join(spans)


def _limit(report: OwnerReport) -> int:
    return report.verdict.policy.complaint_ratio.limit_per_1000


def _rows(periods: list[Period]) -> Iterator[dict[str, str]]:
    """Newest first. Where the epoch is another one than in the row below, counting began anew."""
    for place in reversed(range(len(periods))):
        one = periods[place]
        anew = place > 0 and periods[place - 1].epoch != one.epoch
        tally = one.tally
        yield {
            "day": f"{short_date(one.first)} {one.first.year}",
            "delivered": f"{tally.delivered:,}",
            "complaints": f"{tally.complaints:,}",
            "bounces": f"{tally.bounces:,}",
            "rate": wording.rate(one.window) or "–",
            "begun": "",
        }
        if anew:
            yield {"begun": "Counting began anew"}


# ---------------------------------------------------------------- the provider, and complaints


def _provider(account: Account) -> dict[str, str] | None:
    found = account.provider
    if found is None:
        return None
    return {
        "line": _USED if account.denied_by_hand else _PROVIDER_LINES[account.status],
        "host": wording.plain(found.host, LONGEST_HOST),
        "port": str(found.port),
        "user": wording.plain(found.user, LONGEST_USER),
        "connected": wording.day(found.connected_at),
    }


_WAITS = "It is connected, and your e-mails go through it whenever your SMTP account is off."
_USED = "Your e-mails go through it while your SMTP account is off. They count complaints as well."
_PROVIDER_LINES: Mapping[Status, str] = {
    Status.ACTIVE: _WAITS,
    Status.TRIAL: _WAITS,
    Status.DISABLED: _USED,
    Status.OBSERVING: _USED,
    Status.CLOSED: "It is connected, and nothing goes through it: the account is closed.",
}


def _campaign(campaign: Campaign) -> dict[str, Any]:
    records = campaign.records
    return {
        "name": campaign.name,
        "count": _count(campaign),
        "counting": campaign.counting,
        "records": [_report(record, campaign.name) for record in records[:SHOWN_RECORDS]],
        "more": max(0, len(records) - SHOWN_RECORDS),
        "advice": advice(campaign),
    }


def _count(campaign: Campaign) -> str:
    """`3 complaints count, 1 report does not`"""
    others = len(campaign.records) - campaign.counting
    said = [f"{wording.times(campaign.counting, 'complaint')} {'counts' if campaign.counting == 1 else 'count'}"]
    said += [f"{wording.times(others, 'report')} {'does' if others == 1 else 'do'} not"] if others else []
    return ", ".join(said if campaign.counting else said[1:]) + ("" if campaign.counting else " count")


def _report(record: ComplaintRecord, campaign: str) -> dict[str, Any]:
    return {
        "gone": record.counts is CountState.VOIDED,
        "who": record.recipient or "A recipient",
        "did": record.did,
        "subject": "" if campaign.startswith(record.subject.rstrip("…")) else record.subject,
        "sent": wording.day(record.sent_at),
        "reported": wording.day(record.reported_at),
        "why_not": f"Not counted: {record.why_not}." if record.why_not else _WHY_NOT[record.counts],
    }


def _more_campaigns(rest: list[Campaign]) -> str:
    reports = sum(len(campaign.records) for campaign in rest)
    return f"{wording.times(reports, 'report')} about {wording.times(len(rest), 'more campaign')}" if rest else ""


def _unlisted(count: int) -> str:
    return (
        f"{wording.times(count, 'complaint')} of earlier days {'is' if count == 1 else 'are'} counted too."
        if count
        else ""
    )


def _bounces(campaign: bounces.BouncedCampaign) -> dict[str, Any]:
    records = campaign.records
    return {
        "name": campaign.name,
        "count": f"{wording.times(len(records), 'e-mail')} bounced",
        "records": [_bounce(record) for record in records[:SHOWN_RECORDS]],
        "more": max(0, len(records) - SHOWN_RECORDS),
    }


def _bounce(record: bounces.BounceRecord) -> dict[str, str]:
    details = record.details
    return {
        "who": wording.plain(record.recipient) or "A recipient",
        "why": details.why_with_code,
        "sent": wording.day(details.sent_at),
        "bounced": wording.day(details.bounced_at),
        "said": wording.plain(details.diagnostic, LONGEST_DIAGNOSTIC),
    }


def _more_bounces(rest: list[bounces.BouncedCampaign]) -> str:
    number = sum(len(campaign.records) for campaign in rest)
    return f"{wording.times(number, 'bounce')} of {wording.times(len(rest), 'more campaign')}" if rest else ""


def _unlisted_bounces(report: OwnerReport) -> str:
    count, more = report.unlisted_bounces, " more" if report.bounces else ""
    return (
        f"{count:,}{more} {'bounce is' if count == 1 else 'bounces are'} counted and not listed here." if count else ""
    )


# ---------------------------------------------------------------- the timeline


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
    """Where the timeline goes on that the report shows the beginning of."""
    more = report.entries[SHOWN_ENTRIES:]
    return report.entries[SHOWN_ENTRIES - 1].id if more else report.earlier
