"""What machines are shown of an owner's report: shapes.py has what is in it of an account itself."""

from collections.abc import Mapping
from typing import Annotated, Any, cast

from typing_extensions import TypedDict

from permille.domain.people.review import Stage
from permille.domain.policy import policy
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally
from permille.reading import complaint_records, periods
from permille.reading import spans as drawn
from permille.schema import account_schema
from permille.schema.account_schema import Doc
from permille.usecases.views.report import OwnerReport, Range

Rate = Annotated[
    float | None,
    Doc(
        "Complaints for every 1,000 delivered, rounded up to two decimal places; null where no more was delivered than "
        "complained about."
    ),
]


OF_STAFF = ("by", "staff_reason")  # facts that no owner is shown


class CountsJson(TypedDict):
    delivered: int
    complaints: int
    bounces: Annotated[int, Doc("Permanent ones.")]


class VerdictJson(CountsJson):
    """What the policy says now."""

    decision: policy.Decision
    rule: Annotated[policy.Rule | None, Doc("The first one that is broken.")]
    per_1000: Rate
    allowance_left: Annotated[int, Doc(account_schema.ALLOWANCE)]
    limit_per_1000: int
    window_days: int
    first_day: Annotated[str, Doc("UTC.", "date")]
    last_day: Annotated[str, Doc("UTC.", "date")]
    policy: Annotated[str, Doc("The id of the policy that judges.")]


class EpochCountsJson(CountsJson):
    epoch: int


class WindowCountsJson(CountsJson):
    per_1000: Rate


class PeriodJson(CountsJson):
    """A send day, or a week of them, over all epochs."""

    first_day: Annotated[str, Doc("UTC.", "date")]
    last_day: Annotated[str, Doc("UTC.", "date")]
    by_epoch: list[EpochCountsJson]
    epoch: Annotated[int, Doc("The one in force when the period ended.")]
    window: Annotated[WindowCountsJson, Doc("The window that ends with the period, of that epoch.")]


class SpanJson(TypedDict):
    """How long the account had a status."""

    status: Status
    begins: Annotated[str, Doc("", "date-time")]
    ends: Annotated[str, Doc("", "date-time")]


class EpochJson(TypedDict):
    epoch: int
    begins: Annotated[str, Doc("", "date-time")]


class ComplaintJson(TypedDict):
    """One report of a recipient's mail company."""

    entry_id: str
    subject: str
    recipient: Annotated[str | None, Doc("Who it was, where that is certain; in its bare form.")]
    sent_at: Annotated[str, Doc("", "date-time")]
    reported_at: Annotated[str, Doc("", "date-time")]
    did: Annotated[str, Doc("What the recipient did, in plain words.")]
    counts: Annotated[complaint_records.CountState, Doc("Whether it counts towards the limit, and if not, why.")]
    why_not_counted: str | None
    epoch: int


class CampaignJson(TypedDict):
    """What was reported about the mails of one campaign; the worst campaign comes first."""

    campaign: Annotated[str, Doc("Its name, or else the subject.")]
    counting: Annotated[int, Doc("How many of the reports count.")]
    reports: list[ComplaintJson]


class BouncesJson(TypedDict):
    """What bounced of the mails of one campaign; the one with the most comes first."""

    campaign: Annotated[str, Doc("Its name, or else the subject.")]
    bounces: list[account_schema.BounceJson]


class ConnectedProviderJson(TypedDict):
    """The owner's third-party SMTP provider."""

    host: str
    port: int
    user: str
    connected_at: Annotated[str, Doc("", "date-time")]


class ReportJson(account_schema.StandingJson):
    """Everything that an owner's report shows. Who of the staff decided is not for owners."""

    at: Annotated[str, Doc("When it was made.", "date-time")]
    stage: Annotated[Stage, Doc("How far the way back has come.")]
    verdict: VerdictJson
    range: Range
    periods: Annotated[list[PeriodJson], Doc("Oldest first.")]
    spans: list[SpanJson]
    epochs: Annotated[list[EpochJson], Doc("Those that began within the range.")]
    campaigns: list[CampaignJson]
    complaints_not_listed: Annotated[int, Doc("Counted, but too many to be listed.")]
    bounces: list[BouncesJson]
    bounces_not_listed: Annotated[int, Doc("Counted, but too many to be listed, or before bounces were recorded.")]
    provider: ConnectedProviderJson | None
    timeline: Annotated[list[account_schema.EntryJson], Doc("For owners, the newest first.")]
    earlier: Annotated[str | None, Doc("The id of the oldest entry that was read, where there are earlier ones.")]


def report_json(shown: OwnerReport, platform: str) -> ReportJson:
    connected = shown.account.provider
    whole: ReportJson = {
        **account_schema.standing_json(shown.account),
        "at": shown.now.isoformat(),
        "stage": shown.stage,
        "verdict": _verdict(shown.verdict),
        "range": shown.range,
        "periods": [_period(one) for one in shown.periods],
        "spans": [_span(one) for one in shown.spans],
        "epochs": [{"epoch": number, "begins": at.isoformat()} for number, at in shown.epochs],
        "campaigns": [_campaign(one) for one in shown.campaigns],
        "complaints_not_listed": shown.unlisted,
        "bounces": [
            {"campaign": one.name, "bounces": [account_schema.bounce_json(record) for record in one.records]}
            for one in shown.bounces
        ],
        "bounces_not_listed": shown.unlisted_bounces,
        "provider": {
            "host": connected.host,
            "port": connected.port,
            "user": connected.user,
            "connected_at": connected.connected_at.isoformat(),
        }
        if connected
        else None,
        "timeline": [account_schema.entry_json(one, platform, shown.zone) for one in shown.entries],
        "earlier": shown.earlier or None,
    }
    if whole["review"]:
        whole["review"]["decided_by"] = None
    for one in whole["timeline"]:
        one["facts"] = cast("dict[str, Any]", _for_owners(one["facts"]))
    return whole


def _for_owners(shown: Any) -> Any:
    """Without who of the staff it was, and what they say to one another, at any depth."""
    if isinstance(shown, Mapping):
        return {name: _for_owners(value) for name, value in shown.items() if name not in OF_STAFF}
    return [_for_owners(one) for one in shown] if isinstance(shown, list) else shown


def _verdict(found: policy.Verdict) -> VerdictJson:
    return {
        **_counts(found.counts),
        "decision": found.decision,
        "rule": found.rule,
        "per_1000": _per_1000(found.counts),
        "allowance_left": found.allowance_left,
        "limit_per_1000": found.policy.complaint_ratio.limit_per_1000,
        "window_days": found.policy.window_days,
        "first_day": str(found.first_day),
        "last_day": str(found.last_day),
        "policy": found.policy.id,
    }


def _counts(tally: Tally) -> CountsJson:
    return {"delivered": tally.delivered, "complaints": tally.complaints, "bounces": tally.bounces}


def _per_1000(tally: Tally) -> float | None:
    per_1000 = tally.per_1000()
    return None if per_1000 is None else float(per_1000)


def _period(shown: periods.Period) -> PeriodJson:
    return {
        **_counts(shown.tally),
        "first_day": str(shown.first),
        "last_day": str(shown.last),
        "by_epoch": [{"epoch": epoch, **_counts(tally)} for epoch, tally in shown.tallies],
        "epoch": shown.epoch,
        "window": {**_counts(shown.window), "per_1000": _per_1000(shown.window)},
    }


def _span(shown: drawn.Span) -> SpanJson:
    return {"status": shown.status, "begins": shown.begins.isoformat(), "ends": shown.ends.isoformat()}


def _campaign(shown: complaint_records.Campaign) -> CampaignJson:
    return {"campaign": shown.name, "counting": shown.counting, "reports": [_report(one) for one in shown.records]}


def _report(shown: complaint_records.ComplaintRecord) -> ComplaintJson:
    return {
        "entry_id": shown.entry_id,
        "subject": shown.subject,
        "recipient": shown.recipient or None,
        "sent_at": shown.sent_at.isoformat(),
        "reported_at": shown.reported_at.isoformat(),
        "did": shown.did,
        "counts": shown.counts,
        "why_not_counted": shown.why_not or None,
        "epoch": shown.epoch,
    }
