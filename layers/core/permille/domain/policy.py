"""The rules and their numbers in one object, and what they say of a tally. Integers throughout, never floats."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from permille.domain.reputation import Days, Tally, first_day, total

PER = 1000
CLOCKS_APART = timedelta(days=1)  # what is stamped further ahead is quarantined, not counted


class Decision(StrEnum):
    KEEP = "keep"
    WARN = "warn"
    DISABLE = "disable"


@dataclass(frozen=True, slots=True)
class Policy:
    """`complaint_ratio`: at least `complaints_at_least` complaints and more than `limit` of them per 1,000 delivered,
    on the mail of the last `window_days` send days. The seed's rule: more than 1 complaint for every 1,000."""

    id: str = "seed"
    window_days: int = 45
    limit: int = 1
    complaints_at_least: int = 2
    alert_every_minutes: int = 60

    def breaks_complaint_ratio(self, complaints: int, delivered: int) -> bool:
        return complaints >= self.complaints_at_least and complaints * PER > self.limit * delivered

    def most_complaints(self, delivered: int) -> int:
        """The most complaints that are kept with so many delivered."""
        return max(self.complaints_at_least - 1, self.limit * delivered // PER)


SEED = Policy()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy says, with every number it used. `rule` is the broken one, empty while kept."""

    decision: Decision
    rule: str
    counts: Tally
    allowance_left: int
    first_day: date
    last_day: date
    limit: int
    policy_id: str

    @property
    def window_days(self) -> int:
        return (self.last_day - self.first_day).days + 1


def judge(policy: Policy, days: Days, today: date) -> Verdict:
    """Judges the send days of the window that ends today. Mail that a fast clock stamped with tomorrow is in it."""
    first = first_day(today, policy.window_days)
    counts = total(days, first, today + CLOCKS_APART)
    broken = policy.breaks_complaint_ratio(counts.complaints, counts.delivered)
    allowance = max(0, policy.most_complaints(counts.delivered) - counts.complaints)
    return Verdict(
        decision=Decision.DISABLE if broken else _kept(policy, counts, allowance),
        rule="complaint_ratio" if broken else "",
        counts=counts,
        allowance_left=allowance,
        first_day=first,
        last_day=today,
        limit=policy.limit,
        policy_id=policy.id,
    )


def _kept(policy: Policy, counts: Tally, allowance: int) -> Decision:
    """A warning is due when no complaint more would be kept, or half the limit is reached."""
    half_the_limit = 2 * PER * counts.complaints >= policy.limit * counts.delivered
    close = counts.complaints >= 1 and (allowance == 0 or half_the_limit)
    return Decision.WARN if close else Decision.KEEP
