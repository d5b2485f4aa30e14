"""IAM answers as things were up to 30 seconds ago, in either direction: what is decided last is what is switched."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.builders import ACCOUNT, CALLER, NOW, STAFF, an_account
from tests.support.enforcement import A_MINUTE, FakeEnforcement
from tests.support.examples import examples
from tests.support.fakes import When

from permille.domain.account.credential import ACTIVE, INACTIVE, PROPAGATION
from permille.domain.people.commands import Command
from permille.domain.people.staff_commands import Disable, Enable
from permille.domain.values.errors import DecisionRefused, Unavailable
from permille.domain.values.status import Status
from permille.usecases.decisions.decisions import apply

OWN = f"{CALLER}-own"  # Inactive from the beginning: its owner's own doing
DECISIONS: dict[str, Callable[..., Command]] = {"disable": Disable, "enable": Enable}
WITHIN = timedelta(minutes=2)


class Lagging(FakeEnforcement):
    """An account whose owner has put one key to sleep; the stream runs at once whatever support decides."""

    def __init__(self, *, active: bool = True) -> None:
        super().__init__()
        status = Status.ACTIVE if active else Status.DISABLED
        deactivated = {} if active else {CALLER: frozenset({f"{CALLER}-k1"})}
        self.open(an_account(status=status, deactivated=deactivated), "k1", active=active)
        self.switch.users[CALLER].keys = {f"{CALLER}-k1": ACTIVE if active else INACTIVE, OWN: INACTIVE}
        self.switch.advance(NOW)
        self.now: datetime = NOW

    def decides(self, decision: str, lag: timedelta) -> None:
        self.switch.lag = lag
        self.switch.advance(self.now)
        try:
            apply(self.enforcement, ACCOUNT, DECISIONS[decision](reason="Why", by=STAFF), self.now)
        except DecisionRefused:
            return
        self.process(now=self.now)

    def agrees_whatever_is_read(self) -> bool:
        """SES, wherever it looks, sees what the status says."""
        truth = self.switch.users[CALLER]
        return (truth.keys[f"{CALLER}-k1"] == ACTIVE, truth.denied, truth.keys[OWN]) == (
            self.account().status.may_send,
            not self.account().status.may_send,
            INACTIVE,
        )


@pytest.mark.parametrize("lag", [timedelta(seconds=4), PROPAGATION])
@pytest.mark.parametrize("gap", [0.2, 1.0, 2.0, 3.0, 20.0])
@pytest.mark.parametrize("active", [True, False])
def test_a_reversal_within_iams_lag_is_switched_as_it_was_decided_last(
    lag: timedelta, gap: float, active: bool
) -> None:
    world = Lagging(active=active)
    for decision in ("disable", "enable") if active else ("enable", "disable"):
        world.now += timedelta(seconds=gap)
        world.decides(decision, lag)

    assert world.account().status is (Status.ACTIVE if active else Status.DISABLED)
    assert world.agrees_whatever_is_read()

    world.run(world.now + A_MINUTE)
    world.run(world.now + 2 * A_MINUTE)
    assert world.account().in_sync
    assert world.told("drift") == []


lags = st.floats(0, PROPAGATION.total_seconds()).map(lambda seconds: timedelta(seconds=seconds))
steps = st.lists(st.tuples(st.floats(0.05, 40), st.sampled_from(sorted(DECISIONS)), lags), min_size=1, max_size=8)


@given(active=st.booleans(), steps=steps, ticks=st.lists(lags, min_size=3, max_size=3))
@settings(max_examples=examples(300))
def test_after_any_reversals_status_and_switch_agree_within_two_minutes_and_stay_so(
    active: bool, steps: list[tuple[float, str, timedelta]], ticks: list[timedelta]
) -> None:
    world = Lagging(active=active)
    for gap, decision, lag in steps:
        world.now += timedelta(seconds=gap)
        world.decides(decision, lag)

    for minute, lag in enumerate(ticks, 1):
        world.switch.lag = lag
        assert world.run(world.now + minute * A_MINUTE).failed == 0  # waiting to be believed rings no alarm
        assert world.agrees_whatever_is_read() or minute * A_MINUTE < WITHIN
    assert world.account().in_sync
    assert world.account().credential.deactivated == (
        {} if world.account().status.may_send else {CALLER: {f"{CALLER}-k1"}}
    )


@pytest.mark.parametrize("barrier", ["switch.group", "switch.key"])
@pytest.mark.parametrize("when", When)
def test_a_barrier_that_fails_keeps_no_other_from_being_tried(barrier: str, when: When) -> None:
    world = Lagging()
    world.faults.fail(barrier, times=100, when=when, error=Unavailable("refused"))

    world.decides("disable", timedelta())

    assert world.can_send() == [False, False]
    assert not world.account().in_sync
    world.faults.heal()
    world.run(NOW + A_MINUTE)
    assert world.agrees_whatever_is_read()


def test_a_sender_that_cannot_be_read_is_denied_all_the_same() -> None:
    world = Lagging()
    world.faults.fail("switch.state_of", times=100)

    world.decides("disable", timedelta())

    assert world.switch.users[CALLER].denied
    assert not world.account().in_sync
