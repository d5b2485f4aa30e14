"""The rules and their numbers in one object, and what they say of a tally. Integers throughout; the
evidence alone is a float."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from permille.domain.policy.e_value import LIMITS_BELOW, is_evident, ln_e
from permille.domain.values.tally import PER_MILLE, Days, Tally, first_day, total

MAX_CLOCK_SKEW = timedelta(days=1)  # what is stamped further ahead is quarantined, not counted
LARGEST_BATCH = 10_000_000  # e-mails, of a review request
COMPLAINTS_BEYOND_ANY_LIMIT = 1000  # complaints more than delivered


class Decision(StrEnum):
    KEEP = "keep"
    WARN = "warn"
    DISABLE = "disable"


class Rule(StrEnum):
    """In the order in which a broken one is named."""

    COMPLAINT_RATIO = "complaint_ratio"
    BOUNCE_BURST = "bounce_burst"
    COMPLAINT_BURST = "complaint_burst"
    RECENT_RATIO = "recent_ratio"


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
            and complaints * PER_MILLE > self.limit_per_1000 * delivered
            and (self.alpha is None or is_evident(complaints, delivered, self.limit_per_1000, self.alpha))
        )

    def ln_e(self, complaints: int, delivered: int) -> float | None:
        """What `alpha` was held against; None where nothing was."""
        return None if self.alpha is None else ln_e(complaints, delivered, self.limit_per_1000)


@dataclass(frozen=True, slots=True)
class RecentRatio(ComplaintRatio):
    """A ratio as complaint_ratio, on the mail of the last `days` send days alone: for accounts whose clean mail of the
    whole window would hide many complaints."""

    limit_per_1000: int = 5
    complaints_at_least: int = 5
    alpha: Decimal | None = Decimal("0.001")
    days: int = 3


@dataclass(frozen=True, slots=True)
class BounceBurst:
    """On the mail of one of the last `days` send days more than `more_than` permanent bounces, and more than `percent`
    of that day's mail."""

    more_than: int = 200
    percent: int = 5
    days: int = 3

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
    """How many accounts the rules may disable within one UTC hour before a person has to say that it is right. Who
    breaks a ratio beyond doubt, with evidence E of at least 1 / `beyond_doubt_alpha`, is disabled up to
    `beyond_doubt_times` that bound, also while the breaker is open; an alpha of None: nobody is."""

    at_least: int = 5
    percent_of_active: int = 2
    beyond_doubt_alpha: Decimal | None = Decimal("0.000001")
    beyond_doubt_times: int = 2

    def bound(self, active_accounts: int) -> int:
        return max(self.at_least, self.percent_of_active * active_accounts // 100)

    def second_bound(self, active_accounts: int) -> int:
        """For evidence beyond doubt, where there is any; a broken feed makes everybody's look so."""
        times = 1 if self.beyond_doubt_alpha is None else self.beyond_doubt_times
        return times * self.bound(active_accounts)


@dataclass(frozen=True, slots=True)
class SecondChance:
    """The trial, and when it can be asked for again.

    observing_hours: for so long late complaints are waited for after the day
    reinstate_by_staff: support has to confirm a trial that went well
    needs_percent, needs_at_least, needs_at_most: the verdict needs so many delivered e-mails: a share of the batch that
        was asked for, within these bounds
    most_times, most_at_least: the day ends early when more than so many times the batch was sent, and more than
        `most_at_least`; `most_times` 0 for no end
    least_hours: support is asked once more before a day is agreed on that has fewer hours left
    ratio_above: one complaint ends the trial; of a batch larger than this the rules decide, as without a trial; 0 for
        one complaint always
    cooldown_days, cooldown_days_per_strike: a declined request can be made again after so many days, and so many more
        for each strike after the first
    """

    observing_hours: int = 48
    reinstate_by_staff: bool = False
    needs_percent: int = 10
    needs_at_least: int = 1
    needs_at_most: int = 100
    most_times: int = 3
    most_at_least: int = 1000
    least_hours: int = 6
    ratio_above: int = 0
    cooldown_days: int = 7
    cooldown_days_per_strike: int = 0

    def least_delivered(self, batch: int) -> int:
        """How many e-mails of the day have to be delivered for a verdict."""
        share = -(-self.needs_percent * batch // 100)
        return min(max(share, self.needs_at_least), self.needs_at_most)

    def most_sent(self, batch: int) -> int:
        """How many may be sent before the day ends early; 0 where it does not."""
        return max(self.most_times * batch, self.most_at_least) if self.most_times else 0

    def decides_by_ratio(self, batch: int) -> bool:
        """Whether the rules decide, and not one complaint."""
        return 0 < self.ratio_above < batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules, and the numbers of everything that follows from them. A rule that is None is off.

    one_recipient_days: the complaints of one recipient about mail of so many send days count once; 0: each counts
    recheck_after_minutes: a disabling by a rule is judged once more after so long; 0 for never
    suppress_bounces: whose mail bounced for good is mailed no more
    """

    id: str
    window_days: int = 45
    complaint_ratio: ComplaintRatio = ComplaintRatio()
    bounce_burst: BounceBurst | None = BounceBurst()
    complaint_burst: ComplaintBurst | None = None
    recent_ratio: RecentRatio | None = None
    one_recipient_days: int = 0
    alert_every_minutes: int = 60
    recheck_after_minutes: int = 60
    suppress_bounces: bool = True
    breaker: Breaker = Breaker()
    second_chance: SecondChance = SecondChance()


DEFAULT = Policy(id="default")
ALLPROWEBTOOLS = Policy(id="allprowebtools", bounce_burst=BounceBurst(percent=0), complaint_burst=ComplaintBurst())
CONSERVATIVE = Policy(id="conservative", complaint_ratio=ComplaintRatio(alpha=Decimal("0.05")))
PRESETS = {preset.id: preset for preset in (DEFAULT, ALLPROWEBTOOLS, CONSERVATIVE)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy says, with every number it used. `rule` is the first broken one, None while kept. Beside the
    window's counts: `burst` are those of complaint_burst's days and `recent` those of recent_ratio's, `worst` is the
    send day that breaks bounce_burst, `ln_e` is what complaint_ratio held against its alpha. None where no rule
    asked."""

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

    @property
    def breaks(self) -> bool:
        return self.decision is Decision.DISABLE

    @property
    def last_counted(self) -> date:
        """The last send day whose counts are in it."""
        return self.last_day + MAX_CLOCK_SKEW

    @property
    def ratio(self) -> tuple[ComplaintRatio, Tally] | None:
        """The broken rule, where it is a ratio, and the counts that break it."""
        if self.rule is Rule.COMPLAINT_RATIO:
            return self.policy.complaint_ratio, self.counts
        if self.rule is Rule.RECENT_RATIO and self.policy.recent_ratio and self.recent:
            return self.policy.recent_ratio, self.recent
        return None

    @property
    def is_beyond_doubt(self) -> bool:
        """Whether a ratio is broken with more evidence than the breaker asks for. No evidence is computed for limits of
        LIMITS_BELOW per 1,000 and more."""
        alpha = self.policy.breaker.beyond_doubt_alpha
        if alpha is None or self.ratio is None:
            return False
        rule, counts = self.ratio
        return rule.limit_per_1000 < LIMITS_BELOW and is_evident(
            counts.complaints, counts.delivered, rule.limit_per_1000, alpha
        )


@dataclass(frozen=True, slots=True)
class _Case:
    """The counts of a window under a policy: everything that the rules look at."""

    policy: Policy
    counts: Tally
    burst: Tally | None
    recent: Tally | None
    worst: tuple[date, Tally] | None

    def with_complaints(self, more: int) -> "_Case":
        """As if so many complaints more had been about mail sent today."""
        added = Tally(complaints=more)
        return replace(
            self,
            counts=self.counts + added,
            burst=self.burst + added if self.burst else None,
            recent=self.recent + added if self.recent else None,
        )

    def broken(self) -> Iterator[Rule]:
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
        """The largest k such that k more complaints are kept: more never make it better, so it is found by halving."""
        if any(self.broken()):
            return 0
        surely_broken = range(1, self.counts.delivered + COMPLAINTS_BEYOND_ANY_LIMIT)
        return bisect_left(surely_broken, 1, key=lambda more: int(any(self.with_complaints(more).broken())))


def judge(policy: Policy, days: Days, today: date, waiting: int = 0) -> Verdict:
    """Judges the send days of the window that ends today. Mail that a fast clock stamped with tomorrow is in it.
    `waiting`: as if each ratio had so many deliveries more."""
    first, last = first_day(today, policy.window_days), today + MAX_CLOCK_SKEW
    counts = total(days, first, last) + Tally(delivered=waiting)
    burst, recent = policy.complaint_burst, policy.recent_ratio
    case = _Case(
        policy=policy,
        counts=counts,
        burst=total(days, first_day(today, burst.days), last) if burst else None,
        recent=total(days, first_day(today, recent.days), last) + Tally(delivered=waiting) if recent else None,
        worst=_worst(policy.bounce_burst, days, first, today, waiting) if policy.bounce_burst else None,
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
        burst=case.burst,
        recent=case.recent,
        worst=case.worst,
        ln_e=policy.complaint_ratio.ln_e(counts.complaints, counts.delivered),
    )


def _worst(rule: BounceBurst, days: Days, first: date, today: date, waiting: int) -> tuple[date, Tally] | None:
    """The send day with the most bounces among those that break the rule. `first`: of the window."""
    first = max(first, first_day(today, rule.days))
    window = ((day, tally + Tally(delivered=waiting)) for day, tally in days.items() if day >= first)
    return max(
        ((day, tally) for day, tally in window if rule.is_broken(tally)),
        key=lambda found: (found[1].bounces, found[0]),
        default=None,
    )


def _kept(rule: ComplaintRatio, counts: Tally, allowance: int) -> Decision:
    """A warning is due when no complaint more would be kept, or half the limit is reached."""
    half_the_limit = 2 * PER_MILLE * counts.complaints >= rule.limit_per_1000 * counts.delivered
    close = counts.complaints >= 1 and (allowance == 0 or half_the_limit)
    return Decision.WARN if close else Decision.KEEP
