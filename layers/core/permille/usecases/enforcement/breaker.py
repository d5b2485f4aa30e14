"""The circuit breaker as people see it: its state, and its reset."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from permille.domain.people.system_commands import ResetBreaker
from permille.domain.policy.policy import Policy
from permille.domain.rules.breaker import BreakerState, hour_of
from permille.domain.timeline.kinds.system import BreakerReset
from permille.domain.timeline.timeline import system_entry
from permille.observability import emit
from permille.ports.accounts import Control, Policies
from permille.ports.desk import BreakerAdmin


@dataclass(frozen=True, slots=True)
class BreakerStatus:
    """The breaker in a UTC hour.

    hour: as of `hour_of`
    bound, second_bound: how many disablings may pass in the hour, and how many where the evidence is beyond doubt; None
        where the policy cannot be read, so that the rules disable nobody
    last_reset: its `at`, `by` and `reason`; None if there was none
    """

    hour: str
    state: BreakerState
    bound: int | None
    second_bound: int | None
    last_reset: Mapping[str, str] | None


def status(control: Control, breaker_admin: BreakerAdmin, policy: Policy | None, now: datetime) -> BreakerStatus:
    """The breaker in the hour of `now`. `policy`: the one in force, None where it cannot be read."""
    hour = hour_of(now)
    state = control.breaker(hour)
    bound, second = (state.bound(policy), state.second_bound(policy)) if policy else (None, None)
    return BreakerStatus(hour, state, bound, second, breaker_admin.last_reset())


def reset(
    control: Control, breaker_admin: BreakerAdmin, policies: Policies, command: ResetBreaker, now: datetime
) -> int:
    """Closes the breaker, and returns how many more disablings may pass in this hour."""
    hour = hour_of(now)
    state = control.breaker(hour)
    more = state.usual_bound(policies.current()) if command.allow is None else command.allow
    facts = BreakerReset(granted=more, reason=command.reason, by=command.by)
    breaker_admin.reset_breaker(hour, state.passed + more, system_entry(now, facts))
    emit("breaker.reset", by=command.by, granted=more, why=command.reason)
    return more
