"""How many disablings by the rules pass within an hour."""

import pytest
from tests.support.builders import NOW

from permille.domain.policy.policy import DEFAULT
from permille.domain.rules.breaker import BreakerPosition, BreakerState

FREE, FULL, OPEN = BreakerPosition


@pytest.mark.parametrize(
    ("state", "bound"),
    [
        (BreakerState(), 5),
        (BreakerState(active_accounts=1000), 20),  # 2 %
        (BreakerState(active_accounts=1000, granted=7), 7),  # a person has said how many
        (BreakerState(active_accounts=1000, granted=0), 0),
    ],
)
def test_a_person_says_how_many_may_pass_or_else_the_policy(state: BreakerState, bound: int) -> None:
    assert state.bound(DEFAULT) == bound


@pytest.mark.parametrize(
    ("state", "breaker_position"),
    [
        (BreakerState(passed=4), FREE),
        (BreakerState(passed=5), FULL),
        (BreakerState(passed=6), FULL),
        (BreakerState(passed=0, opened_at=NOW), OPEN),
        (BreakerState(passed=9, opened_at=NOW), OPEN),
    ],
)
def test_one_more_passes_a_closed_breaker_below_its_bound(
    state: BreakerState, breaker_position: BreakerPosition
) -> None:
    assert state.position(5) is breaker_position
