"""The numbers of broken rules other than complaint_ratio, which the entries about them have."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated

from permille.domain.policy.verdict import Rule, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceBurstNumbers:
    """The counts that break `bounce_burst`, and the rule's numbers."""

    day: date
    delivered: int
    bounces: int
    more_than: int
    percent: int
    days: Annotated[int, "How many send days the rule looks at; 0 in older entries: the whole window."] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintBurstNumbers:
    """The counts that break `complaint_burst`, and the rule's numbers."""

    complaints: int
    more_than: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentRatioNumbers:
    """The counts that break `recent_ratio`, and the rule's numbers."""

    delivered: int
    complaints: int
    limit_per_1000: int
    complaints_at_least: int
    days: int
    alpha: str | None = None
    ln_e: Annotated[str | None, "The evidence, where the rule has an alpha."] = None


def numbers_of_rule(verdict: Verdict) -> BounceBurstNumbers | ComplaintBurstNumbers | RecentRatioNumbers | None:
    """Those of the broken rule; None where it is complaint_ratio, or none is broken."""
    policy = verdict.policy
    if verdict.rule is Rule.BOUNCE_BURST and verdict.worst and policy.bounce_burst:
        sent_on, tally = verdict.worst
        numbers = asdict(policy.bounce_burst)
        return BounceBurstNumbers(day=sent_on, delivered=tally.delivered, bounces=tally.bounces, **numbers)
    if verdict.rule is Rule.COMPLAINT_BURST and verdict.burst and policy.complaint_burst:
        return ComplaintBurstNumbers(complaints=verdict.burst.complaints, **asdict(policy.complaint_burst))
    if verdict.rule is Rule.RECENT_RATIO and verdict.recent and policy.recent_ratio:
        rule, counts = policy.recent_ratio, verdict.recent
        return RecentRatioNumbers(
            delivered=counts.delivered,
            complaints=counts.complaints,
            limit_per_1000=rule.limit_per_1000,
            complaints_at_least=rule.complaints_at_least,
            alpha=None if rule.alpha is None else str(rule.alpha),
            days=rule.days,
            ln_e=shown_evidence(rule.ln_e(counts.complaints, counts.delivered)),
        )
    return None


def shown_evidence(ln_e: float | None) -> str | None:
    """The evidence as entries have it."""
    return None if ln_e is None else f"{ln_e:.12g}"
