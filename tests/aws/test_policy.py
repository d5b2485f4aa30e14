"""The policy in force: one parameter, read at most once a minute, and never guessed."""

from typing import Any

import boto3
import pytest
from tests.aws.wire import Wire

from permille.aws.policy import CACHED_FOR, SsmPolicies
from permille.domain.policy import SEED
from permille.errors import Unavailable

NAME = "/permille/policy"


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def ssm(aws: None) -> Any:
    return boto3.client("ssm")


def test_where_nobody_has_set_one_it_is_the_seeds(ssm: Any) -> None:
    assert SsmPolicies(parameter=NAME, ssm=ssm).current() is SEED


def test_what_was_set_is_in_force_within_a_minute(ssm: Any) -> None:
    clock = Clock()
    policies = SsmPolicies(parameter=NAME, ssm=ssm, clock=clock)
    policies.current()

    policies.set('{"window_days": 30}')

    clock.seconds += CACHED_FOR - 1
    assert policies.current().window_days == 45
    clock.seconds += 1
    assert policies.current().window_days == 30


def test_within_a_minute_it_is_read_once(ssm: Any) -> None:
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
        with pytest.raises(Unavailable):
            policies.current()

    assert policies.current() is SEED
