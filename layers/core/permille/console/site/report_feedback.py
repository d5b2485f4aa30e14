"""Complaints and bounces by campaign, as the owner's report shows them."""

from collections.abc import Mapping, Sequence
from typing import Any

from permille.domain.feedback.bounces import BouncedCampaign, BounceRecord
from permille.domain.words import wording
from permille.reading.complaint_records import Campaign, ComplaintRecord, CountState, advice
from permille.usecases.views.report import OwnerReport

SHOWN_CAMPAIGNS = 6
SHOWN_BOUNCES = 3  # campaigns with bounces
SHOWN_RECORDS = 3  # of one campaign
LONGEST_DIAGNOSTIC = 70
_WHY_NOT: Mapping[CountState, str] = {
    CountState.YES: "",
    CountState.OLD: "Too old to count towards the limit.",
    CountState.EARLIER_EPOCH: "Not counted any more: counting has begun anew since.",
    CountState.VOIDED: "Not counted any more: support took it back.",
}


def feedback_values(report: OwnerReport) -> dict[str, Any]:
    """The template variables of campaigns.html.j2 and bounces.html.j2."""
    return {
        "campaigns": [_campaign(campaign) for campaign in report.campaigns[:SHOWN_CAMPAIGNS]],
        "unnamed": any(not record.recipient for campaign in report.campaigns for record in campaign.records),
        "more_campaigns": _more_campaigns(report.campaigns[SHOWN_CAMPAIGNS:]),
        "unlisted": _unlisted(report.unlisted, listed=bool(report.campaigns)),
        "bounces": [_bounced_campaign(campaign) for campaign in report.bounces[:SHOWN_BOUNCES]],
        "more_bounces": _more_bounces(report.bounces[SHOWN_BOUNCES:]),
        "unlisted_bounces": _unlisted_bounces(report),
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
    parts = [f"{wording.times(campaign.counting, 'complaint')} {'counts' if campaign.counting == 1 else 'count'}"]
    parts += [f"{wording.times(others, 'report')} {'does' if others == 1 else 'do'} not"] if others else []
    return ", ".join(parts if campaign.counting else parts[1:]) + ("" if campaign.counting else " count")


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


def _more_campaigns(campaigns: Sequence[Campaign]) -> str:
    if not campaigns:
        return ""
    reports = sum(len(campaign.records) for campaign in campaigns)
    return f"{wording.times(reports, 'report')} about {wording.times(len(campaigns), 'more campaign')}"


def _unlisted(count: int, *, listed: bool) -> str:
    if not count:
        return ""
    is_counted = f"{'is' if count == 1 else 'are'} counted"
    if not listed:
        return f"{wording.times(count, 'complaint')} {is_counted} and not listed here."
    return f"{wording.times(count, 'complaint')} of earlier days {is_counted} too."


def _bounced_campaign(campaign: BouncedCampaign) -> dict[str, Any]:
    records = campaign.records
    return {
        "name": campaign.name,
        "count": f"{wording.times(len(records), 'e-mail')} bounced",
        "records": [_bounce(record) for record in records[:SHOWN_RECORDS]],
        "more": max(0, len(records) - SHOWN_RECORDS),
    }


def _bounce(record: BounceRecord) -> dict[str, str]:
    details = record.details
    return {
        "who": wording.plain(record.recipient) or "A recipient",
        "why": details.why_with_code,
        "sent": wording.day(details.sent_at),
        "bounced": wording.day(details.bounced_at),
        "diagnostic": wording.plain(details.diagnostic, LONGEST_DIAGNOSTIC),
    }


def _more_bounces(campaigns: Sequence[BouncedCampaign]) -> str:
    if not campaigns:
        return ""
    bounces = sum(len(campaign.records) for campaign in campaigns)
    return f"{wording.times(bounces, 'bounce')} of {wording.times(len(campaigns), 'more campaign')}"


def _unlisted_bounces(report: OwnerReport) -> str:
    count, more = report.unlisted_bounces, " more" if report.bounces else ""
    if not count:
        return ""
    return f"{count:,}{more} {'bounce is' if count == 1 else 'bounces are'} counted and not listed here."
