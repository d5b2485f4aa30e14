"""What machines are shown of an owner's report: shapes.py has what is in it of an account itself."""

from collections.abc import Mapping
from typing import Annotated, Any, cast

from typing_extensions import TypedDict

from permille.domain.people.review import Stage
from permille.domain.policy import policy
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally
from permille.reading import cards, periods
from permille.reading import spans as drawn
from permille.schema import account_schema
from permille.schema.account_schema import Means
from permille.usecases.views.report import Range
from permille.usecases.views.report import Report as Shown

Rate = Annotated[
    float | None,
    Means(
        "Complaints for every 1,000 delivered, rounded up to two decimal places; null where no more was delivered than "
        "complained about."
    ),
]


OF_STAFF = ("by", "staff_reason")  # facts that no owner is shown


class Counts(TypedDict):
    delivered: int
    complaints: int
    bounces: Annotated[int, Means("Permanent ones.")]


class Verdict(Counts):
    """What the policy says now."""

    decision: policy.Decision
    rule: Annotated[policy.Rule | None, Means("The first one that is broken.")]
    per_1000: Rate
    allowance_left: Annotated[int, Means(account_schema.ALLOWANCE)]
    limit_per_1000: int
    window_days: int
    first_day: Annotated[str, Means("UTC.", "date")]
    last_day: Annotated[str, Means("UTC.", "date")]
    policy: Annotated[str, Means("The id of the policy that judges.")]


class EpochCounts(Counts):
    epoch: int


class WindowCounts(Counts):
    per_1000: Rate


class Period(Counts):
    """A send day, or a week of them, over all epochs."""

    first_day: Annotated[str, Means("UTC.", "date")]
    last_day: Annotated[str, Means("UTC.", "date")]
    by_epoch: list[EpochCounts]
    epoch: Annotated[int, Means("The one in force when the period ended.")]
    window: Annotated[WindowCounts, Means("The window that ends with the period, of that epoch.")]


class Span(TypedDict):
    """How long the account had a status."""

    status: Status
    begins: Annotated[str, Means("", "date-time")]
    ends: Annotated[str, Means("", "date-time")]


class Epoch(TypedDict):
    epoch: int
    begins: Annotated[str, Means("", "date-time")]


class Card(TypedDict):
    """One report of a recipient's mail company."""

    entry_id: str
    subject: str
    recipient: Annotated[str | None, Means("Who it was, where that is certain; in its bare form.")]
    sent_at: Annotated[str, Means("", "date-time")]
    reported_at: Annotated[str, Means("", "date-time")]
    did: Annotated[str, Means("What the recipient did, in plain words.")]
    counts: Annotated[cards.Counts, Means("Whether it counts towards the limit, and if not, why.")]
    why_not_counted: str | None
    epoch: int


class Campaign(TypedDict):
    """What was reported about the mails of one campaign; the worst campaign comes first."""

    campaign: Annotated[str, Means("Its name, or else the subject.")]
    counting: Annotated[int, Means("How many of the reports count.")]
    reports: list[Card]


class Bounces(TypedDict):
    """What bounced of the mails of one campaign; the one with the most comes first."""

    campaign: Annotated[str, Means("Its name, or else the subject.")]
    bounces: list[account_schema.Bounce]


class Connected(TypedDict):
    """The owner's third-party SMTP provider."""

    host: str
    port: int
    user: str
    connected_at: Annotated[str, Means("", "date-time")]


class Report(account_schema.Standing):
    """Everything that an owner's report shows. Who of the staff decided is not for owners."""

    at: Annotated[str, Means("When it was made.", "date-time")]
    stage: Annotated[Stage, Means("How far the way back has come.")]
    verdict: Verdict
    range: Range
    periods: Annotated[list[Period], Means("Oldest first.")]
    spans: list[Span]
    epochs: Annotated[list[Epoch], Means("Those that began within the range.")]
    campaigns: list[Campaign]
    complaints_not_listed: Annotated[int, Means("Counted, but too many to be listed.")]
    bounces: list[Bounces]
    bounces_not_listed: Annotated[int, Means("Counted, but too many to be listed, or of before their cards were kept.")]
    provider: Connected | None
    timeline: Annotated[list[account_schema.Entry], Means("For owners, the newest first.")]
    earlier: Annotated[str | None, Means("The id of the oldest entry that was read, where there are earlier ones.")]


def report(shown: Shown, platform: str) -> Report:
    connected = shown.account.provider
    whole: Report = {
        **account_schema.standing(shown.account),
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
            {"campaign": one.name, "bounces": [account_schema.bounce(card) for card in one.cards]}
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
        "timeline": [account_schema.entry(one, platform, shown.zone) for one in shown.entries],
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


def _verdict(found: policy.Verdict) -> Verdict:
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


def _counts(tally: Tally) -> Counts:
    return {"delivered": tally.delivered, "complaints": tally.complaints, "bounces": tally.bounces}


def _per_1000(tally: Tally) -> float | None:
    per_1000 = tally.per_1000()
    return None if per_1000 is None else float(per_1000)


def _period(shown: periods.Period) -> Period:
    return {
        **_counts(shown.tally),
        "first_day": str(shown.first),
        "last_day": str(shown.last),
        "by_epoch": [{"epoch": epoch, **_counts(tally)} for epoch, tally in shown.tallies],
        "epoch": shown.epoch,
        "window": {**_counts(shown.window), "per_1000": _per_1000(shown.window)},
    }


def _span(shown: drawn.Span) -> Span:
    return {"status": shown.status, "begins": shown.begins.isoformat(), "ends": shown.ends.isoformat()}


def _campaign(shown: cards.Campaign) -> Campaign:
    return {"campaign": shown.name, "counting": shown.counting, "reports": [_card(one) for one in shown.cards]}


def _card(shown: cards.Card) -> Card:
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
