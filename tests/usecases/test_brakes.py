"""What keeps Permille from taking a whole platform down: the breaker, the hold, observing, and a policy that can be
read."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.builders import ACCOUNT, NOW, STAFF, TODAY, an_account
from tests.support.enforcement import A_MINUTE, FakeEnforcement
from tests.support.fakes import When

from permille.domain.account.second_chance import Trial, TrialState
from permille.domain.people.staff_commands import Disable
from permille.domain.policy.policy import ALLPROWEBTOOLS, DEFAULT, Policy
from permille.domain.rules.breaker import BreakerState, hour_of
from permille.domain.timeline.timeline import SYSTEM
from permille.domain.values.status import HoldReason, Mode, Status
from permille.domain.values.tally import Tally
from permille.usecases.decisions.decisions import apply
from permille.usecases.enforcement.enforce import Run

HOUR = timedelta(hours=1)


@pytest.fixture
def world() -> FakeEnforcement:
    return FakeEnforcement()


def a_hundred(world: FakeEnforcement) -> list[str]:
    names = [f"shop-{number:03}" for number in range(100)]
    world.breaks_the_rule(*names)
    return names


def disabled(world: FakeEnforcement) -> list[str]:
    return sorted(one.id for one in world.rows.accounts.values() if one.status is Status.DISABLED)


def all_told(world: FakeEnforcement, kind: str) -> int:
    return sum(entry.kind == kind for entry in world.rows.entries.values())


def reset(world: FakeEnforcement, hour: str, more: int) -> None:
    """What `permille breaker reset` does."""
    granted = world.rows.passed.get(hour, 0) + more
    world.rows.breaker = replace(world.rows.breaker, opened_at=None, granted=granted)


# ---------------------------------------------------------------- the breaker


def test_of_a_hundred_that_break_the_rule_in_one_minute_five_are_disabled_and_a_person_has_to_look(
    world: FakeEnforcement,
) -> None:
    a_hundred(world)

    world.run()
    world.run(NOW + A_MINUTE)
    world.run(NOW + 2 * A_MINUTE)

    assert len(disabled(world)) == 5
    assert world.rows.breaker.opened_at is not None
    assert all_told(world, "breaker_opened") == 1
    (opened,) = world.rows.told(SYSTEM)
    assert (opened.kind, opened.data["bound"]) == ("breaker_opened", 5)
    assert world.rows.accounts[opened.data["account_id"]].hold_reason == "breaker"
    assert all_told(world, "held") == 95
    assert all(world.can_send(one) == [one not in disabled(world)] for one in world.rows.accounts)


def test_the_breaker_stays_open_until_a_person_says_so_however_many_hours_go_by(world: FakeEnforcement) -> None:
    a_hundred(world)
    world.run()

    world.run(NOW + 5 * HOUR)
    assert len(disabled(world)) == 5

    reset(world, "2026-03-10T18", more=3)
    world.run(NOW + 6 * HOUR)
    assert len(disabled(world)) == 5 + 3
    assert all_told(world, "breaker_opened") == 2


def test_so_many_more_may_pass_as_a_person_allows(world: FakeEnforcement) -> None:
    a_hundred(world)
    world.run()

    reset(world, "2026-03-10T12", more=20)
    world.run(NOW + A_MINUTE)

    assert len(disabled(world)) == 25


def test_the_bound_grows_with_the_active_accounts(world: FakeEnforcement) -> None:
    for number in range(400):
        world.open(an_account(f"quiet-{number:03}"))
    world.rows.lap = type(world.rows.lap)()
    world.run()  # sweeps, and so counts them
    names = a_hundred(world)

    world.run(NOW + A_MINUTE)

    assert len([one for one in names if one in disabled(world)]) == 8  # 2 % of 400


def test_whom_the_open_breaker_holds_is_held_no_more_when_the_rule_is_kept_again(world: FakeEnforcement) -> None:
    names = a_hundred(world)
    world.run()
    held = next(one for one in names if world.account(one).hold_reason is HoldReason.BREAKER)

    world.counted(2000, 2, held)
    world.run(NOW + A_MINUTE)

    assert (world.account(held).hold_reason, world.account(held).status) == (HoldReason.NO, Status.ACTIVE)


def test_an_open_breaker_never_stops_support(world: FakeEnforcement) -> None:
    names = a_hundred(world)
    world.run()
    held = next(one for one in names if world.account(one).hold_reason is HoldReason.BREAKER)

    apply(world.enforcement, held, Disable(reason="They spam", by=STAFF), NOW)
    world.run(NOW + A_MINUTE)

    assert world.account(held).status is Status.DISABLED
    assert world.agrees(held)


def test_six_trials_that_end_at_one_midnight_pass_an_open_breaker(world: FakeEnforcement) -> None:
    a_hundred(world)
    world.run()
    trial = Trial(TrialState.RUNNING, TODAY, NOW - HOUR, NOW + HOUR, NOW + 49 * HOUR)
    names = [f"trial-{number}" for number in range(6)]
    for name in names:
        world.open(an_account(name, status=Status.TRIAL, trial=trial, epochs=(NOW - HOUR,), due_at=NOW + HOUR))
    complained = Tally(10, 1)
    world.rows.tallies[names[0], 2, TODAY] = complained  # one of them fails its trial

    world.run(NOW + HOUR)

    assert world.rows.breaker.opened_at is not None
    assert [world.account(one).status for one in names] == [Status.DISABLED] + [Status.OBSERVING] * 5
    assert [world.can_send(one) for one in names] == [[False]] * 6
    assert all(world.agrees(one) for one in names)


def test_two_runs_at_once_let_no_more_pass_than_the_bound(world: FakeEnforcement) -> None:
    names = a_hundred(world)
    for _ in range(10):
        world.faults.meanwhile("accounts.save", lambda: world.process(*names[50:60]))

    world.run()

    assert len(disabled(world)) == 5
    assert all_told(world, "breaker_opened") == 1


def test_a_breaker_that_cannot_be_read_lets_nobody_pass(world: FakeEnforcement) -> None:
    world.breaks_the_rule()
    world.faults.fail("control.breaker")

    assert world.run().failed == 1

    assert world.can_send() == [True]
    assert world.run(NOW + A_MINUTE).failed == 0
    assert world.can_send() == [False]


def test_a_backlog_of_feedback_does_not_open_the_breaker(world: FakeEnforcement) -> None:
    world.breaks_the_rule(*[f"shop-{number}" for number in range(5)])
    world.run()
    world.breaks_the_rule("held")
    world.feed.messages = 5000

    world.run(NOW + A_MINUTE)

    assert world.account("held").hold_reason is HoldReason.FEEDBACK
    assert world.rows.breaker.opened_at is None


def test_whom_the_breaker_holds_for_long_is_told_of_the_complaints_all_the_same(world: FakeEnforcement) -> None:
    names = a_hundred(world)
    for minute in range(3):
        world.run(NOW + minute * A_MINUTE)
    held = next(one for one in names if world.account(one).hold_reason is HoldReason.BREAKER)

    (alert,) = world.told("alert", held)
    assert alert.data["over"]


# ---------------------------------------------------------------- the hold


def test_while_feedback_waits_that_could_turn_it_nobody_is_disabled_and_then_by_itself(world: FakeEnforcement) -> None:
    world.breaks_the_rule()
    world.feed.messages = 1000

    for minute in range(2):
        world.run(NOW + minute * A_MINUTE)
    assert world.can_send() == [True]
    assert len(world.told("held")) == 1

    world.feed.messages = 0
    world.run(NOW + A_MINUTE)
    assert world.can_send() == [False]
    assert world.account().hold_reason is HoldReason.NO


def test_however_busy_the_platform_is_a_broken_rule_is_acted_on_within_two_minutes(world: FakeEnforcement) -> None:
    world.breaks_the_rule()
    world.feed.messages = 1_000_000

    for minute in range(3):
        world.rows.counted_at = NOW + minute * A_MINUTE  # which it is, without an end
        world.run(NOW + minute * A_MINUTE)

    assert world.can_send() == [False]


def test_while_nothing_is_counted_whoever_breaks_a_ratio_is_held_and_after_an_hour_there_is_an_alarm(
    world: FakeEnforcement, caplog: pytest.LogCaptureFixture
) -> None:
    world.breaks_the_rule()
    world.rows.counted_at, world.feed.messages = NOW - HOUR, 1

    for minute in range(61):
        world.run(NOW + minute * A_MINUTE)
    assert world.can_send() == [True]
    assert world.account().hold_reason is HoldReason.STALLED
    assert [line.message for line in caplog.records].count("account.held_long") == 1
    assert len(world.told("held")) == 1

    world.rows.counted_at = NOW + 61 * A_MINUTE
    world.run(NOW + 61 * A_MINUTE)
    assert world.can_send() == [False]


def test_the_queue_is_asked_for_each_who_breaks_a_rule_and_for_nobody_else(world: FakeEnforcement) -> None:
    world.open(an_account("quiet", due_at=NOW))
    world.run()
    assert "feedback_backlog.size" not in world.faults.calls

    world.breaks_the_rule("a", "b", "c")
    world.run()
    assert world.faults.calls.count("feedback_backlog.size") == 3


def test_what_is_counted_while_it_is_looked_at_is_in_what_waited_or_in_the_tallies(world: FakeEnforcement) -> None:
    """All that waited is counted, and acknowledged, just when the tallies were read for the first time."""
    world.breaks_the_rule()
    world.feed.messages = 5000

    def counted_meanwhile() -> None:
        world.counted(6000, 2)
        world.feed.messages = 0

    world.faults.meanwhile("feedback_backlog.size", counted_meanwhile)

    assert world.run().failed == 0

    assert world.can_send() == [True]
    account = world.account()
    assert (account.hold, account.assessment and account.assessment.delivered) == (None, 6000)


@pytest.mark.parametrize("when", When)
def test_a_queue_that_cannot_be_asked_holds_too_but_no_longer_than_one_that_is_full(
    world: FakeEnforcement, when: When
) -> None:
    world.breaks_the_rule()
    world.faults.fail("feedback_backlog.size", when=when, times=3)

    assert world.run() == Run(looked_at=1, entries=1)
    assert world.account().hold_reason is HoldReason.FEEDBACK
    world.run(NOW + A_MINUTE)
    assert world.can_send() == [True]

    world.run(NOW + 2 * A_MINUTE)
    assert world.can_send() == [False]


# ---------------------------------------------------------------- observing, and entering enforce


def test_fifty_waiting_breaches_are_judged_anew_on_entering_enforce_and_through_the_breaker() -> None:
    world = FakeEnforcement(Mode.MONITOR)
    names = [f"shop-{number:02}" for number in range(50)]
    world.breaks_the_rule(*names)
    world.run()
    assert (len(disabled(world)), all_told(world, "would_disable")) == (0, 50)

    world.enter(Mode.ENFORCE)
    world.run(NOW + A_MINUTE)

    assert len(disabled(world)) == 5
    assert all_told(world, "held") == 45
    assert not any(world.account(one).would_disable for one in disabled(world))


def test_going_back_to_observing_lets_whoever_was_held_go() -> None:
    world = FakeEnforcement()
    world.breaks_the_rule(*[f"shop-{number:02}" for number in range(10)])
    world.run()

    world.enter(Mode.MONITOR)
    world.run(NOW + A_MINUTE)

    assert len(disabled(world)) == 5  # disabled stays disabled
    assert all(one.hold_reason is HoldReason.NO for one in world.rows.accounts.values())
    assert all_told(world, "would_disable") == 5


# ---------------------------------------------------------------- the policy


def test_a_policy_that_cannot_be_read_holds_all_verdicts_and_no_switch(world: FakeEnforcement) -> None:
    world.breaks_the_rule("breaks", "other")
    enabled = an_account("enabled", status=Status.ACTIVE, in_sync=False, due_at=NOW)
    world.open(enabled, active=False)
    world.faults.fail("policies.current", times=1)

    world.run()
    assert disabled(world) == []
    assert world.can_send("enabled") == [True]

    world.run(NOW + A_MINUTE)
    assert disabled(world) == ["breaks", "other"]


STRICTER = Policy(
    id="stricter", complaint_ratio=ALLPROWEBTOOLS.complaint_ratio, complaint_burst=ALLPROWEBTOOLS.complaint_burst
)


def test_a_new_policy_judges_the_accounts_with_complaints_at_once(world: FakeEnforcement) -> None:
    world.open(an_account(due_at=NOW))
    world.open(an_account("quiet"))
    world.counted(1_000_000, 4)
    world.run()
    assert world.can_send() == [True]

    world.policies.policy = STRICTER
    before = len(world.faults.calls)
    world.run(NOW + A_MINUTE)

    assert world.can_send() == [False]
    assert world.told("disabled")[0].data["policy"] == "stricter"
    assert world.faults.calls[before:].count("tallies.days") == 2  # the quiet account is not judged


def test_an_account_that_could_not_be_written_when_enforcing_began_is_judged_a_little_later() -> None:
    world = FakeEnforcement(Mode.MONITOR)
    world.open(an_account(due_at=NOW))
    world.rows.tallies[ACCOUNT, 1, TODAY] = Tally(1000, 0, 300)  # bounces: nobody looks again by itself
    world.run()
    assert world.account().would_disable

    world.enter(Mode.ENFORCE)
    world.faults.fail("accounts.save")
    world.run(NOW + A_MINUTE)
    for minute in range(2, 6):
        world.run(NOW + minute * A_MINUTE)

    assert disabled(world) == [ACCOUNT]


def test_a_run_that_still_went_by_the_old_policy_is_made_up_for(world: FakeEnforcement) -> None:
    world.open(an_account(due_at=NOW))
    world.counted(1_000_000, 4)
    world.run()
    world.policies.policy = STRICTER
    world.run(NOW + A_MINUTE)
    spared = replace(read := world.account(), status=Status.ACTIVE, switch_generation=1, due_at=NOW + timedelta(days=1))
    assert read.assessment is not None
    spared = replace(spared, assessment=replace(read.assessment, policy=DEFAULT.id))
    world.rows.accounts[ACCOUNT] = spared  # as a run leaves it that had the old policy cached

    for minute in range(2, 5):
        world.run(NOW + minute * A_MINUTE)

    assert disabled(world) == [ACCOUNT]


def test_the_same_policy_again_makes_nobody_due(world: FakeEnforcement) -> None:
    world.open(an_account(due_at=NOW))
    world.counted(1_000_000, 4)
    world.run()

    world.policies.policy = DEFAULT
    assert world.run(NOW + A_MINUTE).looked_at == 0


# ---------------------------------------------------------------- time


@pytest.mark.parametrize(("seconds", "did"), [(15, Run(left=1)), (16, Run(looked_at=1, entries=1))])
def test_no_account_is_begun_with_fifteen_seconds_left_or_less(world: FakeEnforcement, seconds: int, did: Run) -> None:
    world.breaks_the_rule()

    assert world.run(time_left=lambda: timedelta(seconds=seconds)) == did


def test_what_there_is_no_time_for_stays_due_and_is_first_next_time(world: FakeEnforcement) -> None:
    world.breaks_the_rule("a", "b", "c")

    def time_left() -> timedelta:
        """Until two accounts have been seen to."""
        return A_MINUTE if world.faults.calls.count("leases.release_lease") < 2 else timedelta()

    run = world.run(NOW, time_left=time_left)

    assert (run.looked_at, run.left) == (2, 1)
    assert disabled(world) == ["a", "b"]
    assert world.run(NOW + A_MINUTE).looked_at >= 1
    assert disabled(world) == ["a", "b", "c"]


@pytest.mark.parametrize(("passed", "after"), [(9, Status.DISABLED), (10, Status.ACTIVE)])
def test_beyond_doubt_so_many_pass_an_open_breaker_and_the_next_is_held(
    world: FakeEnforcement, passed: int, after: Status
) -> None:
    world.rows.breaker = BreakerState(opened_at=NOW)
    world.rows.passed[hour_of(NOW)] = passed
    world.open(an_account(due_at=NOW))
    world.counted(1000, 40)

    assert world.run().failed == 0

    assert world.account().status is after
    assert world.account().hold_reason is (HoldReason.NO if after is Status.DISABLED else HoldReason.BREAKER)
