"""The timeline tells of bounces: once an hour for an account, of each bounce once, whatever happens in between."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import ACCOUNT, NO_SUCH_USER, NOW, PATIENCE, an_account, bounce_counts
from tests.support.enforcement import FakeEnforcement
from tests.support.fakes import FakeLedger, When

from permille.domain.feedback.feedback import Rejection
from permille.domain.rules import bounce_notices
from permille.domain.rules.bounce_notices import MOST_COLLECTED
from permille.domain.rules.needs import COMMIT_LAG
from permille.domain.timeline.kinds.bounces import LISTED_BOUNCES, Bounced
from permille.domain.values.calendar import HOUR
from permille.domain.values.status import Mode, Status

A_MINUTE, A_SECOND = timedelta(minutes=1), timedelta(seconds=1)


def a_world(mode: Mode = Mode.ENFORCE, status: Status = Status.ACTIVE) -> FakeEnforcement:
    world = FakeEnforcement(mode)
    world.open(an_account(status=status), active=status.may_send)
    return world


def bounces(
    world: FakeEnforcement, at: datetime, *recipients: str, message_id: str = "", rejection: Rejection = NO_SUCH_USER
) -> None:
    """Counted at that instant, and looked at."""
    counts = bounce_counts(*recipients, at=at, rejection=rejection, message_id=message_id or f"m-{at.isoformat()}")
    ledger = FakeLedger(world.rows)
    ledger.count(counts, at, PATIENCE)
    ledger.mark_due(ACCOUNT, at, bounced=True)
    world.process(now=at)


def told(world: FakeEnforcement) -> list[Bounced]:
    return [entry.facts for entry in world.told("bounces") if isinstance(entry.facts, Bounced)]


def runs(world: FakeEnforcement, first: datetime, for_: timedelta) -> None:
    """Every minute."""
    for n in range(1, for_ // A_MINUTE + 1):
        world.run(first + n * A_MINUTE)


def test_bounces_are_reported_when_their_hour_is_over() -> None:
    world = a_world()
    bounces(world, NOW, "ann@example.com")
    assert told(world) == []

    runs(world, NOW, HOUR + 2 * COMMIT_LAG)

    (facts,) = told(world)
    assert (facts.bounces, facts.more, [one.recipient for one in facts.listed]) == (1, False, ["ann@example.com"])
    assert facts.since <= NOW < facts.until


def test_an_hour_is_reported_once_with_the_most_frequent_reasons_first() -> None:
    world = a_world()
    start = next(NOW + n * A_MINUTE for n in range(61) if _begins(world, NOW + n * A_MINUTE))
    bounces(world, start, "ann@example.com", "bob@example.com")
    bounces(world, start + A_SECOND, "postmaster", rejection=Rejection("5.7.1", ""))

    runs(world, start, 4 * HOUR)

    (facts,) = told(world)
    assert facts.bounces == 3
    assert [(one.why, one.bounces) for one in facts.reasons] == [
        ("the address does not exist", 2),
        ("the mail server does not accept it from this sender", 1),
    ]
    assert [one.recipient for one in facts.listed] == ["ann@example.com", "bob@example.com"]
    assert facts.headline("APWT") == "3 e-mails bounced for good"
    assert "the address does not exist (2); " in facts.sentence()
    assert facts.sentence().endswith("Take off your list: ann@example.com, bob@example.com.")


def _begins(world: FakeEnforcement, at: datetime) -> bool:
    """Whether an hour of the account begins within the minute before."""
    begun = bounce_notices._hour_begun
    return begun(ACCOUNT, at) > begun(ACCOUNT, at - A_MINUTE)


@given(st.lists(st.integers(0, 5 * 3600), min_size=1, max_size=12, unique=True))
def test_each_bounce_is_reported_exactly_once_and_no_two_entries_are_of_one_hour(seconds: list[int]) -> None:
    world = a_world()
    for after in sorted(seconds):
        bounces(world, NOW + after * A_SECOND, message_id=f"m-{after}")

    runs(world, NOW + max(seconds) * A_SECOND, 3 * HOUR)

    entries = world.told("bounces")
    assert sum(facts.bounces for facts in told(world)) == len(seconds)
    spans = [facts.until for facts in told(world)]
    assert all(second - first >= HOUR for first, second in pairwise(spans))
    assert all(entry.at >= NOW for entry in entries)
    assert world.account().due_at is None


def test_bounces_of_a_late_run_are_reported() -> None:
    """Two runs count at the same time, and the one with the earlier clock nudges last."""
    world = a_world()
    ledger = FakeLedger(world.rows)
    for n, at in enumerate((NOW, NOW + 20 * A_SECOND)):
        ledger.count(bounce_counts(message_id=f"m-{n}", at=at), at, PATIENCE)
    for at in (NOW + 20 * A_SECOND, NOW):
        ledger.mark_due(ACCOUNT, at, bounced=True)

    runs(world, NOW, 3 * HOUR)

    assert sum(facts.bounces for facts in told(world)) == 2


@pytest.mark.parametrize("status", [Status.DISABLED, Status.CLOSED, Status.ACTIVE])
@pytest.mark.parametrize("mode", Mode)
def test_they_are_reported_whatever_the_status_is(status: Status, mode: Mode) -> None:
    world = a_world(mode, status)
    bounces(world, NOW)

    runs(world, NOW, 2 * HOUR)

    assert len(told(world)) == 1
    assert world.account().status is status


@pytest.mark.parametrize("when", When)
def test_a_save_that_fails_tells_them_once(when: When) -> None:
    world = a_world()
    bounces(world, NOW)
    world.faults.fail("accounts.save", when=when, times=2)

    runs(world, NOW, 3 * HOUR)

    assert len(told(world)) == 1


def test_where_bounces_cannot_be_read_the_account_is_judged_and_they_are_reported_later() -> None:
    world = a_world()
    world.counted(1000, 2)
    world.faults.fail("bounces.page", times=3)
    bounces(world, NOW)
    assert world.account().status is Status.DISABLED

    bounces(world, NOW + A_MINUTE, message_id="m-2")
    runs(world, NOW + A_MINUTE, 3 * HOUR)

    assert sum(facts.bounces for facts in told(world)) == 2


@pytest.mark.parametrize("failures", [1, 5])
def test_bounces_that_cannot_be_read_are_reported_by_the_next_run_that_can(failures: int) -> None:
    """Also where nothing happens any more that would call for a look."""
    world = a_world()
    bounces(world, NOW)
    world.faults.fail("bounces.page", times=failures)

    runs(world, NOW, 2 * HOUR)

    (facts,) = told(world)
    (entry,) = world.told("bounces")
    assert facts.bounces == 1
    assert entry.at - facts.until < COMMIT_LAG + (failures + 2) * A_MINUTE


def test_a_flood_is_one_bounded_entry_that_says_so() -> None:
    world = a_world()
    bounces(world, NOW, *(f"p{n}@example.com" for n in range(MOST_COLLECTED + 1)))

    runs(world, NOW, 2 * HOUR)

    (facts,) = told(world)
    assert (facts.bounces, facts.more, len(facts.listed)) == (MOST_COLLECTED, True, LISTED_BOUNCES)
    assert facts.headline("APWT") == "More than 1,000 e-mails bounced for good"


def test_an_account_that_is_due_for_bounces_reported_before_gets_no_second_entry() -> None:
    world = a_world()
    bounces(world, NOW)
    runs(world, NOW, 2 * HOUR)

    FakeLedger(world.rows).mark_due(ACCOUNT, NOW + 2 * HOUR, bounced=True)
    runs(world, NOW + 2 * HOUR, 3 * HOUR)

    assert len(told(world)) == 1
    assert world.account().due_at is None


def test_who_has_no_bounces_costs_no_reading_of_them() -> None:
    world = a_world()
    FakeLedger(world.rows).mark_due(ACCOUNT, NOW)

    world.process()

    assert "bounces.page" not in world.faults.calls


def test_the_hours_of_accounts_do_not_all_end_at_once() -> None:
    accounts = [replace(an_account(f"a{n}"), bounced_at=NOW) for n in range(200)]
    spans = [bounce_notices.unreported_span(account, NOW) for account in accounts]

    assert len({span.until for span in spans if span}) > 150
