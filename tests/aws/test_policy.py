"""The policy in force: one parameter, read at most once a minute, and never guessed."""

from datetime import UTC, datetime
from inspect import signature
from typing import Any

import boto3
import pytest
from tests.support.wire import Wire

from permille.aws.policy import CACHED_FOR, SsmPolicies
from permille.domain.policy.policy import DEFAULT
from permille.domain.values.errors import PermissionDenied, Unavailable

NAME = "/permille/policy"


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def ssm(aws: None) -> Any:
    return boto3.client("ssm")


def test_the_policy_is_the_default_where_none_is_set(ssm: Any) -> None:
    assert SsmPolicies(parameter=NAME, ssm=ssm).current() is DEFAULT


def test_what_was_set_is_in_force_within_a_minute(ssm: Any) -> None:
    clock = Clock()
    policies = SsmPolicies(parameter=NAME, ssm=ssm, clock=clock)
    policies.current()

    policies.set('{"window_days": 30}')

    clock.seconds += CACHED_FOR - 1
    assert policies.current().window_days == 45
    clock.seconds += 1
    assert policies.current().window_days == 30


def test_its_age_is_that_of_the_wall_clock(ssm: Any) -> None:
    """A monotonic clock stands still while Lambda freezes the environment between two runs."""
    wall_clock = signature(SsmPolicies).parameters["clock"].default

    assert wall_clock() == pytest.approx(datetime.now(UTC).timestamp(), abs=5)


def test_a_clock_that_was_set_back_makes_it_old(ssm: Any) -> None:
    clock = Clock()
    policies = SsmPolicies(parameter=NAME, ssm=ssm, clock=clock)
    policies.current()
    policies.set('{"window_days": 30}')

    clock.seconds -= 1

    assert policies.current().window_days == 30


def test_it_is_as_old_as_the_question_and_not_as_the_answer(ssm: Any) -> None:
    clock = Clock()
    policies = SsmPolicies(parameter=NAME, ssm=ssm, clock=clock)
    ssm.meta.events.register("after-call.ssm.GetParameter", lambda **_: clock.advance(5))
    policies.current()
    policies.set('{"window_days": 30}')

    clock.advance(CACHED_FOR - 5)

    assert policies.current().window_days == 30


def test_the_policy_is_read_once_a_minute(ssm: Any) -> None:
    wire = Wire(ssm)
    policies = SsmPolicies(parameter=NAME, ssm=ssm)

    assert policies.current() is policies.current()

    assert wire.calls == ["GetParameter"]


def test_a_policy_that_cannot_be_understood_is_unavailable_and_says_why(ssm: Any) -> None:
    policies = SsmPolicies(parameter=NAME, ssm=ssm)
    policies.set('{"window_days": "long"}')

    with pytest.raises(Unavailable, match=r"/permille/policy is wrong: window_days is .long.; it must be"):
        policies.current()


def test_a_policy_that_cannot_be_read_any_more_is_not_in_force_any_more(ssm: Any) -> None:
    clock = Clock()
    policies = SsmPolicies(parameter=NAME, ssm=ssm, clock=clock)
    policies.current()
    clock.seconds += CACHED_FOR
    Wire(ssm).refuse("GetParameter", "AccessDeniedException", times=2)

    for _ in range(2):
        with pytest.raises(PermissionDenied):
            policies.current()

    assert policies.current() is DEFAULT
