"""A policy: the rules and their numbers: integers, but for each alpha, which is a Decimal. The evidence is a float."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from permille.domain.policy.e_value import is_evident, ln_e
from permille.domain.values.tally import PER_MILLE, Tally

MAX_CLOCK_SKEW = timedelta(days=1)  # feedback about mail sent further ahead is quarantined
LARGEST_BATCH = 10_000_000  # e-mails of a review request


@dataclass(frozen=True, slots=True)
class ComplaintRatio:
    """Broken by too many complaints for the deliveries of the window.

    limit_per_1000: more than so many complaints for every 1,000 delivered
    complaints_at_least: and at least so many complaints
    alpha: and evidence so strong that an honest sender ever has it with at most this probability; None for no evidence
    """

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
        """The evidence, which is compared with `alpha`; None without an alpha."""
        return None if self.alpha is None else ln_e(complaints, delivered, self.limit_per_1000)


@dataclass(frozen=True, slots=True)
class RecentRatio(ComplaintRatio):
    """As ComplaintRatio, for the mail of the last send days alone: the clean mail in a large account's window can hide
    a new problem.

    days: how many send days
    """

    limit_per_1000: int = 5
    complaints_at_least: int = 5
    alpha: Decimal | None = Decimal("0.001")
    days: int = 3


@dataclass(frozen=True, slots=True)
class BounceBurst:
    """Broken by many permanent bounces of one send day's mail.

    more_than: more than so many bounces
    percent: and more than this share of the day's deliveries and bounces
    days: how many send days are looked at
    """

    more_than: int = 200
    percent: int = 5
    days: int = 3

    def is_broken(self, tally: Tally) -> bool:
        sent = tally.delivered + tally.bounces
        return tally.bounces > self.more_than and tally.bounces * 100 > self.percent * sent


@dataclass(frozen=True, slots=True)
class ComplaintBurst:
    """Broken by many complaints about the mail of few send days.

    more_than: more than so many complaints
    days: how many send days
    """

    more_than: int = 3
    days: int = 7

    def is_broken(self, complaints: int) -> bool:
        return complaints > self.more_than


@dataclass(frozen=True, slots=True)
class Breaker:
    """The circuit breaker: how many accounts the rules may disable within one UTC hour before a person has to look.

    at_least: so many, however few accounts there are
    percent_of_active: and at most this share of the active accounts
    beyond_doubt_alpha: evidence E of at least 1/alpha is beyond doubt, and passes an open breaker; None: no evidence is
    beyond_doubt_times: up to so many times the bound, where the evidence is beyond doubt
    """

    at_least: int = 5
    percent_of_active: int = 2
    beyond_doubt_alpha: Decimal | None = Decimal("0.000001")
    beyond_doubt_times: int = 2

    def bound(self, active_accounts: int) -> int:
        """How many disablings may pass within an hour."""
        return max(self.at_least, self.percent_of_active * active_accounts // 100)

    def second_bound(self, active_accounts: int) -> int:
        """How many may pass where the evidence is beyond doubt. It is bounded, too: missing delivery events would make
        the evidence against every account look so."""
        times = 1 if self.beyond_doubt_alpha is None else self.beyond_doubt_times
        return times * self.bound(active_accounts)


@dataclass(frozen=True, slots=True)
class SecondChance:
    """The numbers of trials and review requests.

    observing_hours: how long late complaints are waited for after the day
    reinstate_by_staff: whether support has to confirm a trial that went well
    needs_percent: the verdict needs so many delivered e-mails, as a share of the requested batch
    needs_at_least, needs_at_most: within these bounds
    most_times: the day ends early when more than so many times the batch was sent; 0: it does not
    most_at_least: and more than so many e-mails
    least_hours: support has to confirm a day of which fewer hours are left
    ratio_above: for larger batches the rules decide, else one complaint ends the trial; 0: one complaint always
    cooldown_days: a declined request can be repeated after so many days
    cooldown_days_per_strike: and so many more for each strike after the first
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
        """How many e-mails have to be delivered on the day for a verdict."""
        share = -(-self.needs_percent * batch // 100)
        return min(max(share, self.needs_at_least), self.needs_at_most)

    def most_sent(self, batch: int) -> int:
        """How many may be sent before the day ends early; 0 where it does not."""
        return max(self.most_times * batch, self.most_at_least) if self.most_times else 0

    def decides_by_ratio(self, batch: int) -> bool:
        """Whether the rules decide about a batch of this size, and not one complaint."""
        return 0 < self.ratio_above < batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules and all numbers that decisions depend on. A rule that is None is off.

    id: the preset's name, and a digest of the numbers that differ from it
    window_days: how many send days count, today included
    complaint_ratio, bounce_burst, complaint_burst, recent_ratio: the rules
    one_recipient_days: complaints of one recipient about mail of so many send days count once; 0: each counts
    alert_every_minutes: at most one alert to the owner in so long
    recheck_after_minutes: a disabling by a rule is rechecked after so long; 0: never
    suppress_bounces: whether recipients are suppressed whose mail bounced permanently
    breaker: the circuit breaker
    second_chance: trials and review requests
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
