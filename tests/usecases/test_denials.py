"""A deny by hand that the hourly sweep has not found is found before the rules switch an account off, and outlasts what
they do by themselves."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.builders import ACCOUNT, CALLER, NOW, TODAY, an_account
from tests.support.enforcement import FakeEnforcement

from permille.domain.account.account import Account
from permille.domain.account.credential import Denial
from permille.domain.account.second_chance import Trial, TrialState
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECOND = "permille-shop"


@pytest.fixture
def world() -> FakeEnforcement:
    return FakeEnforcement()


def a_trial_that_ends_now(world: FakeEnforcement) -> Account:
    trial = Trial(TrialState.RUNNING, TODAY, NOW - DAY, NOW, NOW + 2 * DAY)
    account = an_account(status=Status.TRIAL, epochs=(NOW - DAY,), trial=trial, due_at=NOW)
    world.open(account)
    world.rows.tallies[ACCOUNT, 2, TODAY] = Tally(delivered=800)
    return account


def test_who_was_denied_by_hand_before_a_rule_disabled_it_is_not_switched_on_by_the_recheck(
    world: FakeEnforcement,
) -> None:
    world.breaks_the_rule()
    world.switch.users[CALLER].denied = True

    world.run()
    world.rows.tallies[ACCOUNT, 1, TODAY] = Tally(9000, 2)
    world.settles(NOW + HOUR)

    assert [entry.kind for entry in world.rows.told(ACCOUNT) if entry.kind != "complaint"] == [
        "denied_by_hand",
        "disabled",
    ]
    assert (world.account().status, world.can_send()) == (Status.DISABLED, [False])


def test_who_was_denied_by_hand_before_a_trial_ended_is_reinstated_by_support_alone(world: FakeEnforcement) -> None:
    a_trial_that_ends_now(world)
    world.switch.users[CALLER].denied = True

    world.run()
    world.settles(NOW + 3 * DAY)

    assert (world.account().status, world.account().awaits_confirmation) == (Status.OBSERVING, True)
    assert world.can_send() == [False]


def test_one_denied_sender_of_several_is_enough_and_the_others_go_off_too(world: FakeEnforcement) -> None:
    world.open(an_account(senders=(CALLER, SECOND), due_at=NOW))
    world.counted(1000, 2)
    world.switch.users[SECOND].denied = True

    world.run()

    assert [entry.data["senders"] for entry in world.told("denied_by_hand")] == [[SECOND]]
    assert world.account().recheck is None
    assert world.can_send() == [False, False]


def test_who_was_taken_out_of_the_group_again_is_not_denied_any_more(world: FakeEnforcement) -> None:
    world.breaks_the_rule()
    world.rows.accounts[ACCOUNT] = replace(world.account(), denial=Denial((CALLER,), NOW - HOUR))

    world.run()

    assert len(world.told("undenied_by_hand")) == 1
    assert world.account().recheck is not None


def test_while_iam_does_not_answer_a_rule_disables_all_the_same(world: FakeEnforcement) -> None:
    world.breaks_the_rule()
    world.switch.users[CALLER].denied = True
    world.faults.fail("switch.state_of")

    world.run()

    assert (world.account().status, world.can_send()) == (Status.DISABLED, [False])
    assert world.told("denied_by_hand") == []


def test_a_leftover_of_the_decision_before_is_no_deny_by_hand(world: FakeEnforcement) -> None:
    world.breaks_the_rule()
    world.rows.accounts[ACCOUNT] = replace(world.account(), switch_generation=2)
    world.switch.users[CALLER].denied = True

    world.run()

    assert world.account().status is Status.DISABLED
    assert world.told("denied_by_hand") == []


def test_iam_is_not_asked_about_whom_a_decision_leaves_on(world: FakeEnforcement) -> None:
    world.open(an_account(due_at=NOW))
    world.counted(2000, 2)

    world.run()

    assert "switch.state_of" not in world.faults.calls
