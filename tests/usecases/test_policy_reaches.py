"""A changed policy reaches everybody whom it concerns: also who has bounces alone, and who is on trial or observed."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.support.builders import ACCOUNT, NOW, TODAY, an_account
from tests.support.enforcement import A_MINUTE, FakeEnforcement
from tests.support.fakes import FakePolicies

from permille.domain.account.account import Account
from permille.domain.account.credential import INACTIVE
from permille.domain.account.second_chance import Trial, TrialState
from permille.domain.policy.policy import BounceBurst, Policy
from permille.domain.policy.policy_file import parse_policy
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally
from permille.usecases.enforcement.enforce import enforce

A_DAY = timedelta(days=1)
WITHOUT_BOUNCES = parse_policy('{"bounce_burst": null}')


def on_trial(state: TrialState) -> Account:
    """With an epoch of its own; its end and its verdict are days away."""
    status = Status.TRIAL if state is TrialState.RUNNING else Status.OBSERVING
    trial = Trial(state, TODAY, NOW - timedelta(hours=2), NOW + A_DAY, NOW + 3 * A_DAY)
    return an_account(status=status, trial=trial, epochs=(trial.begins_at,), due_at=NOW)


@pytest.fixture
def world() -> FakeEnforcement:
    world = FakeEnforcement()
    world.policies.policy = WITHOUT_BOUNCES
    return world


def bounced(world: FakeEnforcement, account: Account, bounces: int = 900) -> None:
    """The account, judged once by the policy in force, with so many bounces and no complaint."""
    world.open(account, active=account.status.may_send)
    if not account.status.may_send:
        world.switch.users[account.senders[0]].keys = {f"{account.senders[0]}-k1": INACTIVE}
    world.rows.tallies[ACCOUNT, account.epoch, TODAY] = Tally(1000, 0, bounces)
    world.rows.counted_at = NOW
    world.run()
    assert world.account().status is account.status


CASES = {
    Status.ACTIVE: (an_account(due_at=NOW), "disabled"),
    Status.TRIAL: (on_trial(TrialState.RUNNING), "stays_suspended"),
    Status.OBSERVING: (on_trial(TrialState.OBSERVING), "stays_suspended"),
}


@pytest.mark.parametrize(("account", "told"), CASES.values(), ids=CASES)
@pytest.mark.parametrize(
    "stricter",
    [
        {},  # the rule is switched on
        {"bounce_burst": {"more_than": 100, "percent": 1}},
    ],
    ids=str,
)
def test_a_stricter_bounce_rule_reaches_who_has_bounces_and_no_complaint(
    world: FakeEnforcement, stricter: dict[str, Any], account: Account, told: str
) -> None:
    bounced(world, account)

    world.policies.policy = parse_policy(json.dumps(stricter))
    world.run(NOW + A_MINUTE)

    assert world.account().status is Status.DISABLED
    assert [entry.data["rule"] for entry in world.told(told)] == ["bounce_burst"]


@pytest.mark.parametrize("account", [account for account, _ in CASES.values()], ids=CASES)
def test_each_is_looked_at_once_by_a_policy_that_keeps_it(world: FakeEnforcement, account: Account) -> None:
    bounced(world, account)
    lenient = replace(WITHOUT_BOUNCES, id="lenient", bounce_burst=BounceBurst(percent=90))

    world.policies.policy = lenient
    assert world.run(NOW + A_MINUTE).looked_at == 1
    assert world.run(NOW + 2 * A_MINUTE).looked_at == 0

    assert looked_at_by(world) == lenient.id
    assert world.account().status is account.status


@pytest.mark.parametrize("seconds", range(0, 120, 10))
def test_a_policy_reaches_also_whom_another_container_judged_by_the_one_before_which_it_had_cached(
    world: FakeEnforcement, seconds: int
) -> None:
    """A policy is cached for 60 seconds, and a run of a minute that begins then goes by it to its end."""
    bounced(world, CASES[Status.ACTIVE][0])
    stale = replace(world.enforcement, policies=FakePolicies(policy=WITHOUT_BOUNCES))
    changed_at = NOW + A_MINUTE
    world.policies.policy = parse_policy("{}")

    for passed in range(0, 240, 10):
        now = changed_at + timedelta(seconds=passed)
        if passed % 60 == 0:
            if passed <= seconds:
                world.faults.fail("tallies.days")  # so that the container with the new one does not judge it before
            world.run(now)
        if passed == seconds:
            enforce(stale, [ACCOUNT], now, lambda: A_MINUTE)

    assert world.account().status is Status.DISABLED


def test_nobody_is_looked_at_each_hour_for_a_change_of_long_ago(world: FakeEnforcement) -> None:
    bounced(world, CASES[Status.ACTIVE][0], bounces=1)
    world.policies.policy = parse_policy("{}")
    hours = [NOW + timedelta(hours=hour) for hour in range(1, 5)]

    assert [world.run(now).looked_at for now in hours] == [1, 0, 0, 0]


@pytest.mark.parametrize("policy", [WITHOUT_BOUNCES, parse_policy("{}")], ids=lambda policy: policy.id)
def test_a_single_bounce_is_enough_to_be_looked_at(world: FakeEnforcement, policy: Policy) -> None:
    bounced(world, an_account(due_at=NOW), bounces=1)

    world.policies.policy = policy
    world.run(NOW + A_MINUTE)

    assert looked_at_by(world) == policy.id


def looked_at_by(world: FakeEnforcement) -> str:
    look = world.account().assessment
    return look.policy if look else ""
