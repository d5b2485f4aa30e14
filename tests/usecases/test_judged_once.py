"""A look at an account judges it once, whatever the verdict is used for: what else has to be read, the decision, its
record."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import FrameType

import pytest
from tests.support.builders import NOW, TODAY, an_account
from tests.support.enforcement import FakeEnforcement

from permille.domain.account.account import Account
from permille.domain.account.restrictions import Exemption, Recheck
from permille.domain.account.second_chance import Trial, TrialState
from permille.domain.policy.verdict import judge
from permille.domain.values.status import Mode, Status
from permille.domain.values.tally import Tally

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
EXEMPTION = Exemption(NOW + HOUR, "A partner", "arn")
DISABLED = an_account(status=Status.DISABLED)
JUST_DISABLED = an_account(status=Status.DISABLED, recheck=Recheck(NOW, NOW - HOUR))


def on_trial(state: TrialState, verdict_at: datetime = NOW + DAY) -> Account:
    status = Status.TRIAL if state is TrialState.RUNNING else Status.OBSERVING
    trial = Trial(state, TODAY, NOW - 3 * DAY, NOW + HOUR, verdict_at, ratio_above=10)
    return an_account(status=status, trial=trial, epochs=(trial.begins_at,))


@contextmanager
def verdicts() -> Iterator[list[None]]:
    """One for each call of judge()."""
    called: list[None] = []

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code is judge.__code__:
            called.append(None)

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield called
    finally:
        sys.setprofile(before)


@pytest.mark.parametrize(
    ("account", "complaints", "status"),
    [
        (an_account(), 0, Status.ACTIVE),
        (an_account(), 1, Status.ACTIVE),
        (an_account(), 2, Status.DISABLED),
        (an_account(exemption=EXEMPTION), 2, Status.ACTIVE),
        (an_account(would_disable=True, exemption=EXEMPTION), 1, Status.ACTIVE),
        (on_trial(TrialState.RUNNING), 1, Status.TRIAL),
        (on_trial(TrialState.RUNNING), 2, Status.DISABLED),
        (on_trial(TrialState.OBSERVING), 1, Status.OBSERVING),
        (on_trial(TrialState.OBSERVING, NOW - DAY), 1, Status.ACTIVE),
        (on_trial(TrialState.OBSERVING, NOW - DAY), 2, Status.DISABLED),
        (JUST_DISABLED, 1, Status.ACTIVE),
        (JUST_DISABLED, 2, Status.DISABLED),
    ],
)
@pytest.mark.parametrize("mode", Mode)
def test_whatever_becomes_of_it_an_account_is_judged_once(
    account: Account, complaints: int, status: Status, mode: Mode
) -> None:
    world = FakeEnforcement(mode)
    world.open(account, active=account.status.may_send)
    world.counted(1000, complaints)
    world.rows.tallies[account.id, 2, TODAY] = Tally(1000, complaints)  # of a trial's epoch

    with verdicts() as called:
        world.process(account.id)

    spared = mode is Mode.MONITOR and account.status is Status.ACTIVE
    assert world.account().status is (Status.ACTIVE if spared else status)
    assert len(called) == 1


@pytest.mark.parametrize("account", [DISABLED, an_account(status=Status.CLOSED)], ids=lambda account: account.status)
def test_who_is_off_is_not_judged(account: Account) -> None:
    world = FakeEnforcement()
    world.open(account, active=False)
    world.counted(1000, 2)

    with verdicts() as called:
        world.process()

    assert called == []


def test_who_breaks_a_rule_while_feedback_waits_is_judged_once_more_as_if_it_were_deliveries() -> None:
    world = FakeEnforcement()
    world.breaks_the_rule()
    world.feed.messages = 5000

    with verdicts() as called:
        world.process()

    assert len(called) == 2


def test_who_breaks_a_rule_is_judged_anew_where_more_was_counted_while_the_queue_was_asked() -> None:
    world = FakeEnforcement()
    world.breaks_the_rule()
    world.faults.meanwhile("feedback_backlog.size", lambda: world.counted(6000, 2))

    with verdicts() as called:
        world.process()

    assert world.account().status is Status.ACTIVE
    assert len(called) == 2
