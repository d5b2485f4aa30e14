"""The JSON shape of an owner's report, which the API and the owner's download share."""

from collections.abc import Mapping
from typing import Annotated, Any, cast

from typing_extensions import TypedDict

from permille.domain.account.account import Account
from permille.domain.people.review import ReviewStage
from permille.domain.values.status import Status
from permille.reading.spans import Span
from permille.schema.campaign_schema import BouncedCampaignJson, CampaignJson, bounced_campaign_json, campaign_json
from permille.schema.doc import Doc
from permille.schema.entry_schema import EntryJson, entry_json
from permille.schema.report_counts_schema import PeriodJson, VerdictJson, period_json, verdict_json
from permille.schema.review_schema import StandingJson, standing_json
from permille.usecases.views.report import OwnerReport, ReportRange

STAFF_FACTS = ("by", "staff_reason")  # facts that owners must not see


class SpanJson(TypedDict):
    """A time in which the account had one status."""

    status: Annotated[Status, Doc("The status in that time.")]
    begins_at: Annotated[str, Doc("When the time begins.", "date-time")]
    ends_at: Annotated[str, Doc("When the time ends.", "date-time")]


class EpochJson(TypedDict):
    """A counting period."""

    epoch: Annotated[int, Doc("Its number.")]
    begins_at: Annotated[str, Doc("When it begins.", "date-time")]


class ConnectedProviderJson(TypedDict):
    """The owner's third-party SMTP provider, without its secret."""

    host: str
    port: int
    username: Annotated[str, Doc("User name at the provider.")]
    connected_at: Annotated[str, Doc("When the provider was connected.", "date-time")]


class ReportJson(StandingJson):
    """Everything that the owner's report shows. It does not say who of the staff decided."""

    at: Annotated[str, Doc("When the report was made.", "date-time")]
    stage: Annotated[ReviewStage, Doc("What the owner can do to get the SMTP account back.")]
    verdict: Annotated[VerdictJson, Doc("The verdict of the policy in force.")]
    range: Annotated[ReportRange, Doc("The time that the report covers.")]
    periods: Annotated[list[PeriodJson], Doc("Counts of each day or week, oldest first.")]
    spans: Annotated[list[SpanJson], Doc("The times within the range in which the account was not active.")]
    epochs: Annotated[list[EpochJson], Doc("The counting periods that began within the range.")]
    campaigns: Annotated[
        list[CampaignJson], Doc("Reports by campaign; the campaign with the most that count is first.")
    ]
    complaints_not_listed: Annotated[int, Doc("Complaints that count and are not listed, because there are too many.")]
    bounced_campaigns: Annotated[
        list[BouncedCampaignJson], Doc("Bounces by campaign; the campaign with the most is first.")
    ]
    bounces_not_listed: Annotated[
        int, Doc("Bounces that count and are not listed: there are too many, or their records have expired.")
    ]
    provider: Annotated[ConnectedProviderJson | None, Doc("The provider that the owner connected.")]
    timeline: Annotated[list[EntryJson], Doc("Entries that owners may see, newest first.")]
    earlier: Annotated[str | None, Doc("Id of the oldest entry that was read; null where there are no earlier ones.")]


def report_json(report: OwnerReport, platform: str) -> ReportJson:
    """The report for its owner. `platform`: its name, for the words of the entries."""
    entries = [entry_json(entry, platform, report.zone) for entry in report.entries]
    return {
        **_owners_standing_json(report.account),
        "at": report.now.isoformat(),
        "stage": report.stage,
        "verdict": verdict_json(report.verdict),
        "range": report.range,
        "periods": [period_json(period) for period in report.periods],
        "spans": [_span_json(span) for span in report.spans],
        "epochs": [{"epoch": number, "begins_at": begins_at.isoformat()} for number, begins_at in report.epochs],
        "campaigns": [campaign_json(campaign) for campaign in report.campaigns],
        "complaints_not_listed": report.unlisted,
        "bounced_campaigns": [bounced_campaign_json(campaign) for campaign in report.bounces],
        "bounces_not_listed": report.unlisted_bounces,
        "provider": _connected_provider_json(report.account),
        "timeline": [{**entry, "facts": _owners_facts(entry["facts"])} for entry in entries],
        "earlier": report.earlier or None,
    }


def _owners_standing_json(account: Account) -> StandingJson:
    standing = standing_json(account)
    if standing["review"]:
        standing["review"]["decided_by"] = None
    return standing


def _owners_facts(facts: dict[str, Any]) -> dict[str, Any]:
    return cast("dict[str, Any]", _without_staff_facts(facts))


def _without_staff_facts(value: Any) -> Any:
    """The value without STAFF_FACTS, at any depth."""
    if isinstance(value, Mapping):
        return {name: _without_staff_facts(inner) for name, inner in value.items() if name not in STAFF_FACTS}
    return [_without_staff_facts(item) for item in value] if isinstance(value, list) else value


def _span_json(span: Span) -> SpanJson:
    return {"status": span.status, "begins_at": span.begins_at.isoformat(), "ends_at": span.ends_at.isoformat()}


def _connected_provider_json(account: Account) -> ConnectedProviderJson | None:
    provider = account.provider
    if provider is None:
        return None
    return {
        "host": provider.host,
        "port": provider.port,
        "username": provider.username,
        "connected_at": provider.connected_at.isoformat(),
    }
