"""The rules and their numbers in one object, and what they say of a tally. Integers throughout, never floats."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from permille.domain.conservative import is_evident, ln_e
from permille.domain.reputation import PER, Days, Tally, first_day, total

CLOCKS_APART = timedelta(days=1)  # what is stamped further ahead is quarantined, not counted
ANY_NUMBER_IS_BROKEN_WITH = 1000  # complaints more than delivered


class Decision(StrEnum):
    KEEP = "keep"
    WARN = "warn"
    DISABLE = "disable"


class Rule(StrEnum):
    """In the order in which a broken one is named."""

    COMPLAINT_RATIO = "complaint_ratio"
    BOUNCE_BURST = "bounce_burst"
    COMPLAINT_BURST = "complaint_burst"


@dataclass(frozen=True, slots=True)
class ComplaintRatio:
    """At least `complaints_at_least` complaints, and more than `limit_per_1000` of them for every 1,000 delivered in
    the window. `alpha`: also strong enough that an honest sender would ever meet it with no more than this chance."""

    limit_per_1000: int = 1
    complaints_at_least: int = 2
    alpha: Decimal | None = None

    def is_broken(self, complaints: int, delivered: int) -> bool:
        return (
            complaints >= self.complaints_at_least
            and complaints * PER > self.limit_per_1000 * delivered
            and (self.alpha is None or is_evident(complaints, delivered, self.limit_per_1000, self.alpha))
        )

    def ln_e(self, complaints: int, delivered: int) -> Decimal | None:
        """What `alpha` was held against; None where nothing was."""
        return None if self.alpha is None else ln_e(complaints, delivered, self.limit_per_1000)


@dataclass(frozen=True, slots=True)
class BounceBurst:
    """On the mail of one send day more than `more_than` permanent bounces, and more than `percent` of its mail."""

    more_than: int = 200
    percent: int = 5

    def is_broken(self, tally: Tally) -> bool:
        sent = tally.delivered + tally.bounces
        return tally.bounces > self.more_than and tally.bounces * 100 > self.percent * sent


@dataclass(frozen=True, slots=True)
class ComplaintBurst:
    """More than `more_than` complaints on the mail of the last `days` send days."""

    more_than: int = 3
    days: int = 7

    def is_broken(self, complaints: int) -> bool:
        return complaints > self.more_than


@dataclass(frozen=True, slots=True)
class Breaker:
    """How many accounts the rules may disable within one UTC hour before a person has to say that it is right."""

    at_least: int = 5
    percent_of_active: int = 2

    def bound(self, active_accounts: int) -> int:
        return max(self.at_least, self.percent_of_active * active_accounts // 100)


@dataclass(frozen=True, slots=True)
class SecondChance:
    """The hours for which late complaints are waited for after a trial, and the days after which a declined request can
    be made again: so many, and so many more for each strike after the first."""

    observing_hours: int = 48
    reinstate_by_staff: bool = False
    cooldown_days: int = 7
    cooldown_days_per_strike: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules, and the numbers of everything that follows from them. A rule that is None is off.
    `recheck_after_minutes`: a disabling by a rule is judged once more after so long; 0 for never."""

    id: str
    window_days: int = 45
    complaint_ratio: ComplaintRatio = ComplaintRatio()
    bounce_burst: BounceBurst | None = BounceBurst()
    complaint_burst: ComplaintBurst | None = None
    alert_every_minutes: int = 60
    recheck_after_minutes: int = 60
    breaker: Breaker = Breaker()
    second_chance: SecondChance = SecondChance()


SEED = Policy(id="seed")
ALLPROWEBTOOLS = Policy(id="allprowebtools", bounce_burst=BounceBurst(percent=0), complaint_burst=ComplaintBurst())
CONSERVATIVE = Policy(id="conservative", complaint_ratio=ComplaintRatio(alpha=Decimal("0.05")))
PRESETS = {preset.id: preset for preset in (SEED, ALLPROWEBTOOLS, CONSERVATIVE)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy says, with every number it used. `rule` is the first broken one, None while kept. Beside the
    window's counts: `recent` are those of complaint_burst's days, `worst` is the send day that breaks bounce_burst,
    `ln_e` is what the conservative rule held against its alpha. None where no rule asked."""

    decision: Decision
    rule: Rule | None
    counts: Tally
    allowance_left: int
    first_day: date
    last_day: date
    policy: Policy
    recent: Tally | None = None
    worst: tuple[date, Tally] | None = None
    ln_e: Decimal | None = None

    @property
    def breaks(self) -> bool:
        return self.decision is Decision.DISABLE


@dataclass(frozen=True, slots=True)
class _Case:
    """The counts of a window under a policy: everything that the rules look at."""

    policy: Policy
    counts: Tally
    recent: Tally | None
    worst: tuple[date, Tally] | None

    def with_complaints(self, more: int) -> "_Case":
        """As if so many complaints more had been about mail sent today."""
        added = Tally(complaints=more)
        return replace(self, counts=self.counts + added, recent=self.recent + added if self.recent else None)

    def broken(self) -> Iterator[Rule]:
        policy, counts = self.policy, self.counts
        if policy.complaint_ratio.is_broken(counts.complaints, counts.delivered):
            yield Rule.COMPLAINT_RATIO
        if self.worst:
            yield Rule.BOUNCE_BURST
        if policy.complaint_burst and self.recent and policy.complaint_burst.is_broken(self.recent.complaints):
            yield Rule.COMPLAINT_BURST

    @property
    def allowance_left(self) -> int:
        """The largest k such that k more complaints are kept: more never make it better, so it is found by halving."""
        if any(self.broken()):
            return 0
        surely_broken = range(1, self.counts.delivered + ANY_NUMBER_IS_BROKEN_WITH)
        return bisect_left(surely_broken, 1, key=lambda more: int(any(self.with_complaints(more).broken())))


def judge(policy: Policy, days: Days, today: date, waiting: int = 0) -> Verdict:
    """Judges the send days of the window that ends today. Mail that a fast clock stamped with tomorrow is in it.
    `waiting`: as if each ratio had so many deliveries more."""
    first, last = first_day(today, policy.window_days), today + CLOCKS_APART
    counts = total(days, first, last) + Tally(delivered=waiting)
    burst = policy.complaint_burst
    case = _Case(
        policy=policy,
        counts=counts,
        recent=total(days, first_day(today, burst.days), last) if burst else None,
        worst=_worst(policy.bounce_burst, days, first, waiting) if policy.bounce_burst else None,
    )
    rule = next(case.broken(), None)
    allowance = case.allowance_left
    return Verdict(
        decision=Decision.DISABLE if rule else _kept(policy.complaint_ratio, counts, allowance),
        rule=rule,
        counts=counts,
        allowance_left=allowance,
        first_day=first,
        last_day=today,
        policy=policy,
        recent=case.recent,
        worst=case.worst,
        ln_e=policy.complaint_ratio.ln_e(counts.complaints, counts.delivered),
    )


def _worst(rule: BounceBurst, days: Days, first: date, waiting: int) -> tuple[date, Tally] | None:
    """The send day with the most bounces among those that break the rule."""
    window = ((day, tally + Tally(delivered=waiting)) for day, tally in days.items() if day >= first)
    return max(
        ((day, tally) for day, tally in window if rule.is_broken(tally)),
        key=lambda found: (found[1].bounces, found[0]),
        default=None,
    )


def _kept(rule: ComplaintRatio, counts: Tally, allowance: int) -> Decision:
    """A warning is due when no complaint more would be kept, or half the limit is reached."""
    half_the_limit = 2 * PER * counts.complaints >= rule.limit_per_1000 * counts.delivered
    close = counts.complaints >= 1 and (allowance == 0 or half_the_limit)
    return Decision.WARN if close else Decision.KEEP
