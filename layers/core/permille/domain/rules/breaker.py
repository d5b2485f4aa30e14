"""The circuit breaker: it bounds how many accounts the rules disable within one UTC hour. Once it is open, a person has
to reset it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from permille.domain.policy.policy import Policy

LARGEST_GRANT = 1_000_000  # the most disablings that a person can allow for an hour


def hour_of(now: datetime) -> str:
    """The UTC hour that the breaker counts in."""
    return now.strftime("%Y-%m-%dT%H")


class BreakerPosition(StrEnum):
    """The breaker's answer to one more disabling."""

    FREE = "free"  # it passes
    FULL = "full"  # the bound is reached: the breaker has to open now
    OPEN = "open"  # it does not pass


@dataclass(frozen=True, slots=True)
class BreakerState:
    """The state of the breaker in one hour.

    passed: how many disablings passed in the hour
    opened_at: when it opened; None while it is closed
    granted: how many a person allows for the hour instead of the policy's bound; None for the policy's
    active_accounts: as the last sweep counted them
    """

    passed: int = 0
    opened_at: datetime | None = None
    granted: int | None = None
    active_accounts: int = 0

    def bound(self, policy: Policy) -> int:
        """How many disablings may pass in the hour: as a person granted, else the policy's bound."""
        return self.usual_bound(policy) if self.granted is None else self.granted

    def usual_bound(self, policy: Policy) -> int:
        """The policy's bound for the number of active accounts."""
        return policy.breaker.bound(self.active_accounts)

    def second_bound(self, policy: Policy) -> int:
        """How many may pass where the evidence is beyond doubt. A person's grant applies to these as well."""
        return policy.breaker.second_bound(self.active_accounts) if self.granted is None else self.granted

    def position(self, bound: int) -> BreakerPosition:
        if self.opened_at:
            return BreakerPosition.OPEN
        return BreakerPosition.FREE if self.passed < bound else BreakerPosition.FULL


@dataclass(frozen=True, slots=True)
class PassBreaker:
    """One more disabling by a rule is counted. The write fails unless it may pass.

    hour: the UTC hour, as hour_of()
    bound: it may pass if fewer did in the hour, and the breaker is closed
    beyond_doubt: it may pass an open breaker as well
    """

    hour: str
    bound: int
    beyond_doubt: bool = False


@dataclass(frozen=True, slots=True)
class OpenBreaker:
    """The breaker opens at this instant, if it is closed."""

    at: datetime


@dataclass(frozen=True, slots=True)
class ReturnPass:
    """A disabling that passed in `hour` was reversed, and is not counted any more."""

    hour: str


BreakerChange = PassBreaker | OpenBreaker | ReturnPass
