"""The JSON shapes of the report's numbers: the verdict, and the counts of each period."""

from typing import Annotated

from typing_extensions import TypedDict

from permille.domain.policy.verdict import Decision, Rule, Verdict
from permille.domain.values.tally import Tally
from permille.reading.periods import Period
from permille.schema.account_schema import ALLOWANCE, LIMIT, POLICY, SEND_DAY
from permille.schema.doc import Doc

Rate = Annotated[
    float | None,
    Doc(
        "Complaints for every 1,000 delivered, rounded up to two decimals; null unless more was delivered than "
        "complained about."
    ),
]


class CountsJson(TypedDict):
    """Counts of deliveries, complaints and permanent bounces."""

    delivered: int
    complaints: int
    bounces: Annotated[int, Doc("Permanent bounces.")]


class VerdictJson(CountsJson):
    """What the policy in force says of the counts of the rolling window."""

    decision: Annotated[Decision, Doc("Whether the rules are kept.")]
    rule: Annotated[Rule | None, Doc("The first rule that is broken.")]
    per_1000: Rate
    allowance_left: Annotated[int, Doc(ALLOWANCE)]
    limit_per_1000: Annotated[int, Doc(LIMIT)]
    window_days: Annotated[int, Doc("Length of the window in days.")]
    first_day: Annotated[str, Doc(SEND_DAY, "date")]
    last_day: Annotated[str, Doc(SEND_DAY, "date")]
    policy: Annotated[str, Doc(POLICY)]


class EpochCountsJson(CountsJson):
    """Counts of one epoch."""

    epoch: int


class WindowCountsJson(CountsJson):
    """Counts of a rolling window, with the complaint rate."""

    per_1000: Rate


class PeriodJson(CountsJson):
    """Counts of a send day, or of a week of send days, over all epochs."""

    first_day: Annotated[str, Doc(SEND_DAY, "date")]
    last_day: Annotated[str, Doc(SEND_DAY, "date")]
    by_epoch: Annotated[list[EpochCountsJson], Doc("The same counts by epoch.")]
    epoch: Annotated[int, Doc("The epoch at the end of the period.")]
    window: Annotated[WindowCountsJson, Doc("The rolling window that ends with the period, of that epoch.")]


def verdict_json(verdict: Verdict) -> VerdictJson:
    """The verdict with its counts."""
    return {
        **_counts_json(verdict.counts),
        "decision": verdict.decision,
        "rule": verdict.rule,
        "per_1000": _per_1000(verdict.counts),
        "allowance_left": verdict.allowance_left,
        "limit_per_1000": verdict.policy.complaint_ratio.limit_per_1000,
        "window_days": verdict.policy.window_days,
        "first_day": str(verdict.first_day),
        "last_day": str(verdict.last_day),
        "policy": verdict.policy.id,
    }


def period_json(period: Period) -> PeriodJson:
    """The counts of a period."""
    return {
        **_counts_json(period.tally),
        "first_day": str(period.first),
        "last_day": str(period.last),
        "by_epoch": [{"epoch": epoch, **_counts_json(tally)} for epoch, tally in period.tallies],
        "epoch": period.epoch,
        "window": {**_counts_json(period.window), "per_1000": _per_1000(period.window)},
    }


def _counts_json(tally: Tally) -> CountsJson:
    return {"delivered": tally.delivered, "complaints": tally.complaints, "bounces": tally.bounces}


def _per_1000(tally: Tally) -> float | None:
    per_1000 = tally.per_1000()
    return None if per_1000 is None else float(per_1000)
