"""What is done every minute, and what once an hour."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.support.builders import NOW
from tests.support.enforcement import A_MINUTE, FakeEnforcement
from tests.support.fakes import FakeQuarantine
from tests.support.measured import Measured

from permille.domain.values.status import Status
from permille.usecases.enforcement.enforce import Run
from permille.usecases.enforcement.schedule import run_schedule

ON_THE_HOUR = NOW.replace(minute=0)
A_DAY = timedelta(days=1)


@pytest.fixture
def world() -> FakeEnforcement:
    return FakeEnforcement()


def run(world: FakeEnforcement, quarantine: FakeQuarantine, now: datetime = ON_THE_HOUR) -> Run:
    return run_schedule(replace(world.enforcement, quarantine=quarantine), now, lambda: A_MINUTE)


def test_it_is_measured_how_many_days_the_oldest_has_rested(world: FakeEnforcement, measured: Measured) -> None:
    quarantine = FakeQuarantine()
    quarantine.keep("hello", "not JSON", "", ON_THE_HOUR - 45.5 * A_DAY)
    quarantine.keep("other", "not JSON", "", ON_THE_HOUR)

    run(world, quarantine)

    assert measured.values()["quarantine.oldest_days"] == [45.5]


def test_an_empty_quarantine_is_zero_days_old(world: FakeEnforcement, measured: Measured) -> None:
    run(world, FakeQuarantine())

    assert measured.values()["quarantine.oldest_days"] == [0]


@pytest.mark.parametrize("minute", [1, 30, 59])
def test_it_is_measured_once_an_hour(world: FakeEnforcement, minute: int) -> None:
    quarantine = FakeQuarantine()

    run(world, quarantine, ON_THE_HOUR.replace(minute=minute))

    assert quarantine.faults.calls == []


def test_a_quarantine_that_cannot_be_read_stops_no_run_and_is_logged(
    world: FakeEnforcement, measured: Measured
) -> None:
    world.breaks_the_rule()
    quarantine = FakeQuarantine()
    quarantine.faults.fail("quarantine.oldest")

    run(world, quarantine)

    assert world.account().status is Status.DISABLED
    found = measured.values()
    assert (found["quarantine.unreadable"], found["schedule.run"]) == ([1], [1])
    assert "quarantine.oldest_days" not in found


def test_a_run_that_came_to_its_end_says_so(world: FakeEnforcement, measured: Measured) -> None:
    run(world, FakeQuarantine())

    assert measured.values()["schedule.run"] == [1]


def test_that_nothing_was_received_is_measured_where_nothing_ever_was(
    world: FakeEnforcement, measured: Measured
) -> None:
    """The alarm Uncounted compares what was delivered with it; a metric that was never written has no values."""
    run(world, FakeQuarantine())

    assert measured.values()["feedback.received.records"] == [0]


def test_a_run_that_broke_off_does_not(world: FakeEnforcement, measured: Measured) -> None:
    world.faults.fail("accounts.due", error=RuntimeError("cut off"))

    with pytest.raises(RuntimeError):
        run(world, FakeQuarantine())

    assert "schedule.run" not in measured.values()


def test_a_run_of_the_stream_is_none_of_the_schedules(world: FakeEnforcement, measured: Measured) -> None:
    world.breaks_the_rule()

    world.process()

    found = measured.values()
    assert "schedule.run" not in found
    assert found["enforcement.run.failed"] == [0]
