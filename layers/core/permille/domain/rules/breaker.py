"""The breaker: past a bound of disablings by the rules within one UTC hour, no more until a person has looked."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from permille.domain.policy.policy import Policy

LARGEST_GRANT = 1_000_000  # disablings that a person can let pass in one hour


def hour_of(now: datetime) -> str:
    """The UTC hour that the breaker counts in."""
    return now.strftime("%Y-%m-%dT%H")


class BreakerPosition(StrEnum):
    """How the breaker stands for one more disabling: `full` where it has to open now."""

    FREE = "free"
    FULL = "full"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class BreakerState:
    """`passed`: how many the rules disabled within the hour that was asked for; `granted`: up to how many a person said
    may pass in it, instead of the policy's bound. `active_accounts`: as the last sweep counted them."""

    passed: int = 0
    opened_at: datetime | None = None
    granted: int | None = None
    active_accounts: int = 0

    def bound(self, policy: Policy) -> int:
        """How many may pass in the hour: what a person allowed for it, else what the policy says."""
        return self.usual_bound(policy) if self.granted is None else self.granted

    def usual_bound(self, policy: Policy) -> int:
        return policy.breaker.bound(self.active_accounts)

    def second_bound(self, policy: Policy) -> int:
        """How many may pass in the hour where the evidence is beyond doubt; what a person allowed is for these too."""
        return policy.breaker.second_bound(self.active_accounts) if self.granted is None else self.granted

    def breaker_position(self, bound: int) -> BreakerPosition:
        if self.opened_at:
            return BreakerPosition.OPEN
        return BreakerPosition.FREE if self.passed < bound else BreakerPosition.FULL


@dataclass(frozen=True, slots=True)
class PassBreaker:
    """One more disabling by a rule: it passes while the breaker is closed and fewer than `bound` passed in `hour`.
    `beyond_doubt`: also while the breaker is open."""

    hour: str
    bound: int
    beyond_doubt: bool = False


@dataclass(frozen=True, slots=True)
class OpenBreaker:
    """The breaker opens, if it is closed."""

    at: datetime


@dataclass(frozen=True, slots=True)
class ReturnPass:
    """A disabling by a rule that passed in `hour` was undone, and is not counted any more."""

    hour: str


BreakerChange = PassBreaker | OpenBreaker | ReturnPass
