"""However busy the platform is, whoever passed the trial is back, and whoever breaks a rule is off, in time."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.support.builders import ACCOUNT, CALLER, NOW, STAFF, TODAY, an_account, ses_event
from tests.support.enforcement import A_MINUTE, FakeEnforcement
from tests.support.fakes import FakeLedger, FakeQuarantine

from permille.aws.events import as_received
from permille.domain.account.credential import INACTIVE
from permille.domain.account.second_chance import Review, ReviewState, Trial, TrialState
from permille.domain.people.staff_commands import Disable
from permille.domain.policy.policy import DEFAULT
from permille.domain.rules.breaker import BreakerState, hour_of
from permille.domain.values.status import HoldReason, Mode, Status
from permille.domain.values.tally import Tally
from permille.ports.feedback import Sender
from permille.usecases.decisions.decisions import apply
from permille.usecases.feedback.ingest import IngestServices, ingest

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ENDED = NOW - 2 * DAY
APPROVED = Review(ReviewState.APPROVED, TODAY - 3 * DAY, 800, "Old list", "New list", NOW - 5 * DAY, NOW - 4 * DAY)
RESIDENCE = timedelta(seconds=3)  # of a message in the queue or in flight


def observed() -> FakeEnforcement:
    """An account whose trial's verdict is due now: 800 delivered, no complaint."""
    world = FakeEnforcement(Mode.ENFORCE)
    trial = Trial(TrialState.OBSERVING, TODAY - 3 * DAY, ENDED - DAY, ENDED, NOW)
    account = an_account(
        status=Status.OBSERVING,
        trial=trial,
        review=APPROVED,
        epochs=(ENDED - DAY,),
        deactivated={CALLER: frozenset({f"{CALLER}-k1"})},
        due_at=NOW,
    )
    world.open(account, active=False)
    world.switch.users[CALLER].keys = {f"{CALLER}-k1": INACTIVE}
    world.rows.tallies[ACCOUNT, 2, (ENDED - DAY).date()] = Tally(delivered=800)
    return world


def busy(world: FakeEnforcement, a_second: int, now: datetime) -> None:
    """Feedback keeps arriving, and keeps being counted: the oldest message is seconds old."""
    world.feed.messages = max(1, round(a_second * RESIDENCE.total_seconds()))
    world.feed.oldest = now - RESIDENCE
    world.rows.counted_at = now


@pytest.mark.parametrize("a_second", [1, 10, 1000])
def test_whoever_passed_the_trial_is_back_within_twelve_minutes_of_the_verdict(a_second: int) -> None:
    world = observed()

    for minute in range(13):
        busy(world, a_second, NOW + minute * A_MINUTE)
        world.run(NOW + minute * A_MINUTE)

    (back,) = world.told("reinstated")
    assert back.at <= NOW + 12 * A_MINUTE
    assert world.can_send() == [True]


@pytest.mark.parametrize("told", [True, False], ids=["CloudWatch tells", "CloudWatch tells nothing"])
def test_dead_letters_keep_nobody_from_coming_back(told: bool) -> None:
    """They are in a queue of their own, which nothing is asked of."""
    world = observed()
    world.feed.messages, world.feed.oldest = 0, None

    for minute in range(13):
        if not told:
            world.faults.fail("feedback_backlog.oldest_sent_at")
        world.run(NOW + minute * A_MINUTE)

    assert world.account().status is Status.ACTIVE


def test_a_message_that_waited_at_the_verdict_is_waited_for_while_it_is_retried() -> None:
    world, status = observed(), []
    for minute in range(32):
        now = NOW + minute * A_MINUTE
        busy(world, 10, now)
        world.feed.oldest = NOW - HOUR
        world.run(now)
        status.append(world.account().status)

    assert status.index(Status.ACTIVE) == 30


@pytest.mark.parametrize("a_second", [1, 1000])
def test_while_nobody_can_say_how_long_messages_wait_they_are_taken_for_old_ones(a_second: int) -> None:
    world, status = observed(), []
    for minute in range(32):
        now = NOW + minute * A_MINUTE
        busy(world, a_second, now)
        world.faults.fail("feedback_backlog.oldest_sent_at")
        world.run(now)
        status.append(world.account().status)

    assert status.index(Status.ACTIVE) == 30


def test_a_recheck_is_repeated_while_nobody_can_say_how_long_messages_wait() -> None:
    world = FakeEnforcement()
    world.breaks_the_rule()
    world.run()
    world.settles()
    busy(world, 1, NOW + HOUR)
    world.faults.fail("feedback_backlog.oldest_sent_at")

    world.run(NOW + HOUR)
    assert world.account().recheck is not None

    busy(world, 1, NOW + HOUR + A_MINUTE)
    world.rows.tallies[ACCOUNT, 1, TODAY] = Tally(9000, 2)
    world.run(NOW + HOUR + A_MINUTE)
    assert world.account().status is Status.ACTIVE


def test_while_nothing_is_counted_nobody_comes_back_however_long_it_lasts() -> None:
    world = observed()
    world.rows.counted_at, world.feed.messages = NOW - HOUR, 7

    for hour in range(1, 50):
        world.run(NOW + hour * HOUR)
    assert world.account().status is Status.OBSERVING

    busy(world, 1, NOW + 50 * HOUR)
    world.run(NOW + 50 * HOUR)
    assert world.account().status is Status.ACTIVE


def test_a_trial_ends_and_a_complaint_about_it_counts_while_the_queue_cannot_be_asked() -> None:
    world = observed()
    began = NOW - HOUR
    trial = Trial(TrialState.RUNNING, TODAY, began, NOW, NOW + 2 * DAY)
    running = replace(world.account(), status=Status.TRIAL, trial=trial, epochs=(began,), due_at=NOW)
    world.rows.accounts[ACCOUNT] = running
    world.switch.users[CALLER].denied = False
    world.faults.fail("feedback_backlog.size", times=100)

    assert world.run().failed == 0
    assert (world.account().status, world.can_send()) == (Status.OBSERVING, [False])

    world.rows.accounts[ACCOUNT] = replace(running, revision=world.account().revision)
    world.rows.tallies[ACCOUNT, 2, TODAY] = Tally(800, 1)
    world.run(NOW)
    assert world.account().status is Status.DISABLED


def on_trial_of_a_large_batch() -> FakeEnforcement:
    """One whose trial the rules decide, and which breaks the ratio."""
    world = observed()
    trial = Trial(TrialState.RUNNING, TODAY, NOW - HOUR, NOW + HOUR, NOW + 2 * DAY, ratio_above=100)
    world.rows.accounts[ACCOUNT] = replace(world.account(), status=Status.TRIAL, trial=trial, epochs=(NOW - HOUR,))
    world.rows.tallies[ACCOUNT, 2, TODAY] = Tally(1000, 2)
    return world


def test_a_trial_that_breaks_a_rule_is_held_while_feedback_waits_that_could_turn_it() -> None:
    world = on_trial_of_a_large_batch()
    busy(world, 1000, NOW)

    world.run(NOW)
    assert (world.account().status, world.account().hold_reason) == (Status.TRIAL, HoldReason.FEEDBACK)

    for minute in (1, 2):
        busy(world, 1000, NOW + minute * A_MINUTE)
        world.run(NOW + minute * A_MINUTE)
    assert world.account().status is Status.DISABLED


def test_what_is_counted_while_a_trial_is_looked_at_is_in_what_waited_or_in_the_tallies() -> None:
    world = on_trial_of_a_large_batch()
    busy(world, 1000, NOW)

    def counted_meanwhile() -> None:
        world.rows.tallies[ACCOUNT, 2, TODAY] = Tally(4000, 2)
        world.feed.messages = 0

    world.faults.meanwhile("feedback_backlog.size", counted_meanwhile)

    world.run(NOW)
    assert (world.account().status, world.account().hold_reason) == (Status.TRIAL, HoldReason.NO)


# ---------------------------------------------------------------- a disabling that came too early


def test_mail_of_many_recipients_that_was_counted_late_undoes_the_disabling_by_itself() -> None:
    """20 messages to 50 each are counted, and 20 such messages wait: each may be one delivery, and was 50."""
    world = FakeEnforcement()
    world.breaks_the_rule()
    world.feed.messages = 20

    world.run()
    assert world.can_send() == [False]
    passed = dict(world.rows.passed)
    world.feed.messages = 0
    world.rows.tallies[ACCOUNT, 1, TODAY] = Tally(2000, 2)
    for minute in range(1, 62):
        world.run(NOW + minute * A_MINUTE)

    assert (world.account().status, world.account().strikes, world.can_send()) == (Status.ACTIVE, 0, [True])
    assert len(world.told("disabling_reversed")) == 1
    assert (list(passed.values()), list(world.rows.passed.values())) == ([1], [0])


# ---------------------------------------------------------------- another policy


def test_a_stricter_bounce_rule_reaches_whoever_has_no_complaint() -> None:
    world = FakeEnforcement()
    world.policies.policy = replace(world.policies.policy, id="lenient", bounce_burst=None)
    world.rows.lap = replace(world.rows.lap, policy="lenient")
    world.open(an_account(due_at=NOW))
    world.rows.tallies[ACCOUNT, 1, TODAY] = Tally(1000, 0, 900)
    world.run()
    assert world.can_send() == [True]

    world.policies.policy = FakeEnforcement().policies.policy
    world.run(NOW + A_MINUTE)

    assert world.can_send() == [False]


def test_a_trial_that_waits_to_be_confirmed_is_looked_at_when_nobody_need_confirm_any_more() -> None:
    world = observed()
    default = world.policies.policy
    by_staff = replace(default.second_chance, reinstate_by_staff=True)
    world.policies.policy = replace(default, id="by-staff", second_chance=by_staff)
    world.rows.lap = replace(world.rows.lap, policy="by-staff")
    world.run(NOW + 15 * A_MINUTE)
    assert len(world.told("confirmation_wanted")) == 1

    world.policies.policy = default
    world.run(NOW + 16 * A_MINUTE)

    assert world.account().status is Status.ACTIVE


def test_the_platforms_own_mail_alone_keeps_nobody_from_coming_back() -> None:
    """It counts for nobody; that it is taken off the queue shows that nothing stalls."""
    world = observed()
    world.feed.messages = 3
    world.rows.senders["own"] = Sender("own", "", ignored="The platform's own mail")
    body = json.dumps(ses_event("Delivery", caller="own"))
    for minute in range(13):
        now = NOW + minute * A_MINUTE
        services = IngestServices(FakeLedger(world.rows), FakeQuarantine(), lambda: DEFAULT)
        ingest(services, [as_received("r", body)], now, lambda: A_MINUTE)
        world.run(now)

    assert world.account().status is Status.ACTIVE


def test_when_counting_goes_on_what_has_waited_all_the_while_has_its_two_minutes() -> None:
    world = FakeEnforcement()
    world.breaks_the_rule()
    world.feed.messages, world.rows.counted_at = 100_000, None
    world.run()
    for minute in range(1, 11):
        world.run(NOW + minute * A_MINUTE)
    assert world.account().hold_reason is HoldReason.STALLED

    can_send = []
    for minute in range(11, 14):
        busy(world, 30_000, NOW + minute * A_MINUTE)
        world.run(NOW + minute * A_MINUTE)
        can_send += world.can_send()

    assert can_send == [True, True, False]


def test_a_hold_whose_reason_changes_is_one_decision() -> None:
    world = FakeEnforcement()
    world.breaks_the_rule()
    world.rows.breaker = BreakerState(opened_at=NOW)
    world.rows.passed[hour_of(NOW)] = 100
    world.run()
    alerted = world.account().version
    for minute in range(1, 30):
        world.feed.messages, world.rows.counted_at = (1, None) if minute % 2 else (0, NOW)
        world.run(NOW + minute * A_MINUTE)

    assert world.account().version == alerted


def test_a_decision_by_a_clock_that_is_ahead_is_switched_by_ours() -> None:
    """Support's machine is half an hour ahead, and IAM refuses for a while."""
    world = FakeEnforcement()
    world.open(an_account())
    ahead = NOW + HOUR / 2
    apply(world.enforcement, ACCOUNT, Disable(reason="Why", by=STAFF), ahead)
    world.faults.fail("switch.apply", times=3)

    world.process()
    world.run(NOW + A_MINUTE)
    assert world.can_send() == [False]
    assert world.run(NOW + 3 * A_MINUTE).failed == 0
    assert world.account().in_sync
