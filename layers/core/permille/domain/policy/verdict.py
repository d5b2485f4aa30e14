"""The verdict of a policy on counts: which rule they break, and how many more complaints are allowed."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum

from permille.domain.policy.e_value import LIMITS_BELOW, is_evident
from permille.domain.policy.policy import MAX_CLOCK_SKEW, BounceBurst, ComplaintRatio, Policy
from permille.domain.values.tally import PER_MILLE, Days, Tally, first_counted, first_day, total

COMPLAINTS_BEYOND_ANY_LIMIT = 1000  # so many more than deliveries break complaint_ratio, whatever its numbers


class Decision(StrEnum):
    """What a policy decides on counts."""

    KEEP = "keep"
    WARN = "warn"  # keep, and near the limit
    DISABLE = "disable"


class Rule(StrEnum):
    """The rules of a policy. Where several are broken, the verdict names the first of this order."""

    COMPLAINT_RATIO = "complaint_ratio"
    BOUNCE_BURST = "bounce_burst"
    COMPLAINT_BURST = "complaint_burst"
    RECENT_RATIO = "recent_ratio"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a policy on counts, with every number that it used.

    decision: keep, warn or disable
    rule: the first broken rule; None where none is broken
    counts: those of the window
    allowance_left: how many more complaints would be kept
    first_day, last_day: the window, without the day of clock skew
    policy: the policy that judged
    burst: the counts of complaint_burst's days; None where the rule is off
    recent: the counts of recent_ratio's days; None where the rule is off
    worst: the send day that breaks bounce_burst, and its counts; None where none does
    ln_e: the evidence of complaint_ratio; None without an alpha
    counted_since: when counting began anew; None where that was before the window
    """

    decision: Decision
    rule: Rule | None
    counts: Tally
    allowance_left: int
    first_day: date
    last_day: date
    policy: Policy
    burst: Tally | None = None
    recent: Tally | None = None
    worst: tuple[date, Tally] | None = None
    ln_e: float | None = None
    counted_since: datetime | None = None

    @property
    def breaks(self) -> bool:
        """Whether a rule is broken."""
        return self.decision is Decision.DISABLE

    @property
    def first_counted(self) -> date:
        """The first send day that counts."""
        return first_counted(self.first_day, self.counted_since)

    @property
    def last_counted(self) -> date:
        """The last send day that counts, with clock skew."""
        return self.last_day + MAX_CLOCK_SKEW

    @property
    def ratio(self) -> tuple[ComplaintRatio, Tally] | None:
        """The broken rule and the counts that break it, where the rule is a ratio, else None."""
        if self.rule is Rule.COMPLAINT_RATIO:
            return self.policy.complaint_ratio, self.counts
        if self.rule is Rule.RECENT_RATIO and self.policy.recent_ratio and self.recent:
            return self.policy.recent_ratio, self.recent
        return None

    @property
    def is_beyond_doubt(self) -> bool:
        """Whether a ratio is broken with the evidence that passes an open breaker. Limits of LIMITS_BELOW per 1,000 and
        more have no evidence."""
        alpha = self.policy.breaker.beyond_doubt_alpha
        if alpha is None or self.ratio is None:
            return False
        rule, counts = self.ratio
        return rule.limit_per_1000 < LIMITS_BELOW and is_evident(
            counts.complaints, counts.delivered, rule.limit_per_1000, alpha
        )


@dataclass(frozen=True, slots=True)
class _Case:
    """The counts that the rules of a policy use; fields as in Verdict."""

    policy: Policy
    counts: Tally
    burst: Tally | None
    recent: Tally | None
    worst: tuple[date, Tally] | None

    def with_complaints(self, more: int) -> "_Case":
        """The counts with so many more complaints, about mail sent today."""
        added = Tally(complaints=more)
        return replace(
            self,
            counts=self.counts + added,
            burst=self.burst + added if self.burst else None,
            recent=self.recent + added if self.recent else None,
        )

    def broken(self) -> Iterator[Rule]:
        """The broken rules, in order."""
        policy, counts = self.policy, self.counts
        if policy.complaint_ratio.is_broken(counts.complaints, counts.delivered):
            yield Rule.COMPLAINT_RATIO
        if self.worst:
            yield Rule.BOUNCE_BURST
        if policy.complaint_burst and self.burst and policy.complaint_burst.is_broken(self.burst.complaints):
            yield Rule.COMPLAINT_BURST
        recent = self.recent
        if policy.recent_ratio and recent and policy.recent_ratio.is_broken(recent.complaints, recent.delivered):
            yield Rule.RECENT_RATIO

    @property
    def allowance_left(self) -> int:
        """The largest k such that k more complaints break no rule. It is found by bisection: more never mend a rule."""
        if any(self.broken()):
            return 0
        surely_broken = range(1, self.counts.delivered + COMPLAINTS_BEYOND_ANY_LIMIT)
        return bisect_left(surely_broken, 1, key=lambda more: int(any(self.with_complaints(more).broken())))


def judge(policy: Policy, days: Days, today: date, waiting: int = 0, epochs: Sequence[datetime] = ()) -> Verdict:
    """Judges the window that ends today. Mail of tomorrow, by a sender's fast clock, counts, too.

    days: the tallies of one epoch
    waiting: so many deliveries are added to each ratio
    epochs: the starts of the account's second and later epochs
    """
    first = first_day(today, policy.window_days)
    case = _case(policy, days, today, waiting)
    rule = next(case.broken(), None)
    allowance = case.allowance_left
    return Verdict(
        decision=Decision.DISABLE if rule else _kept(policy.complaint_ratio, case.counts, allowance),
        rule=rule,
        counts=case.counts,
        allowance_left=allowance,
        first_day=first,
        last_day=today,
        policy=policy,
        burst=case.burst,
        recent=case.recent,
        worst=case.worst,
        ln_e=policy.complaint_ratio.ln_e(case.counts.complaints, case.counts.delivered),
        counted_since=next((began for began in epochs[-1:] if began.astimezone(UTC).date() >= first), None),
    )


def _case(policy: Policy, days: Days, today: date, waiting: int) -> _Case:
    first, last = first_day(today, policy.window_days), today + MAX_CLOCK_SKEW
    burst, recent = policy.complaint_burst, policy.recent_ratio
    return _Case(
        policy=policy,
        counts=total(days, first, last) + Tally(delivered=waiting),
        burst=total(days, first_day(today, burst.days), last) if burst else None,
        recent=total(days, first_day(today, recent.days), last) + Tally(delivered=waiting) if recent else None,
        worst=_worst(policy.bounce_burst, days, first, today, waiting) if policy.bounce_burst else None,
    )


def _worst(rule: BounceBurst, days: Days, first: date, today: date, waiting: int) -> tuple[date, Tally] | None:
    """The send day with the most bounces among those that break the rule. `first`: of the window."""
    first = max(first, first_day(today, rule.days))
    window = ((day, tally + Tally(delivered=waiting)) for day, tally in days.items() if day >= first)
    return max(
        ((day, tally) for day, tally in window if rule.is_broken(tally)),
        key=lambda broken: (broken[1].bounces, broken[0]),
        default=None,
    )


def _kept(rule: ComplaintRatio, counts: Tally, allowance: int) -> Decision:
    """The decision where no rule is broken: a warning if one more complaint would break one, or from half the limit."""
    half_the_limit = 2 * PER_MILLE * counts.complaints >= rule.limit_per_1000 * counts.delivered
    close = counts.complaints >= 1 and (allowance == 0 or half_the_limit)
    return Decision.WARN if close else Decision.KEEP
