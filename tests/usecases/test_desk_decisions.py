"""What support decides at the desk: with a reason, by name, once, and on what was read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.builders import ACCOUNT, NOW, TODAY, TOMORROW, an_account
from tests.support.desk_world import ANNA, FakeDesk, agreed, asking, went_well
from tests.support.fakes import When

from permille.console.site.desk_decisions import decide, reset_breaker
from permille.console.site.desk_forms import DECISIONS
from permille.domain.account.restrictions import Exemption, Hold
from permille.domain.account.second_chance import ReviewState
from permille.domain.rules.breaker import BreakerState, hour_of
from permille.domain.timeline.timeline import Entry
from permille.domain.values.errors import DecisionRefused, InvalidInput, NotFound, Unavailable
from permille.domain.values.status import HoldReason, Status

EXEMPT = Exemption(NOW + timedelta(days=9), "A partner", "sam")
HELD = Hold(HoldReason.BREAKER, NOW, needs_staff=True)
SUITS = {
    "approve": asking(),
    "decline": asking(),
    "confirm": went_well(),
    "cancel": agreed(),
    "disable": an_account(),
    "enable": asking(),
    "exempt": an_account(),
    "release": an_account(hold=HELD),
    "void": an_account(),
    "restore": an_account(),
    "unexempt": an_account(exemption=EXEMPT),
    "close": an_account(),
    "owner-mail": an_account(owner_mail="bounced"),
}
KINDS = {
    "approve": "review_approved",
    "decline": "review_declined",
    "confirm": "trial_confirmed",
    "cancel": "trial_cancelled",
    "disable": "staff_disabled",
    "enable": "staff_enabled",
    "exempt": "exempted",
    "release": "hold_released",
    "void": "complaint_voided",
    "restore": "complaint_restored",
    "unexempt": "unexempted",
    "close": "closed",
    "owner-mail": "owner_mail_reset",
}
each_decision = pytest.mark.parametrize("name", DECISIONS)


@pytest.fixture
def world() -> FakeDesk:
    return FakeDesk()


def suited(world: FakeDesk, name: str, **different: Any) -> None:
    """An account that the decision suits."""
    world.add(replace(SUITS[name], **different))
    if name in ("void", "restore"):
        world.complained(voided=name == "restore")


def decided(world: FakeDesk) -> list[Entry]:
    return [entry for entry in world.rows.told(ACCOUNT) if entry.at >= NOW]


def test_every_decision_is_tried_here() -> None:
    assert SUITS.keys() == KINDS.keys() == DECISIONS.keys()


@each_decision
def test_a_decision_is_on_the_timeline_with_its_reason_and_who_it_was(world: FakeDesk, name: str) -> None:
    suited(world, name)

    account = world.decide(name, reason=" The owner called ", typed=ACCOUNT)

    (entry,) = decided(world)
    assert entry.kind == KINDS[name]
    why = next(entry.data[name] for name in ("reason", "note", "staff_reason") if name in entry.data)
    assert (entry.data["by"], why) == (ANNA, "The owner called")
    assert account == world.account()
    assert account.version == 2


@each_decision
@pytest.mark.parametrize("reason", ["", "   ", "x" * 1001])
def test_without_a_reason_nothing_is_decided(world: FakeDesk, name: str, reason: str) -> None:
    suited(world, name)

    with pytest.raises(InvalidInput):
        world.decide(name, reason=reason, typed=ACCOUNT)

    assert (world.account(), decided(world)) == (SUITS[name], [])


@each_decision
def test_of_two_who_decide_at_once_the_late_one_is_told(world: FakeDesk, name: str) -> None:
    suited(world, name)
    world.faults.meanwhile("accounts.save", lambda: world.decide("close", reason="It spams", typed=ACCOUNT))

    with pytest.raises(DecisionRefused):
        world.decide(name, typed=ACCOUNT)

    assert [entry.kind for entry in decided(world)] == ["closed"]


@each_decision
def test_what_was_read_before_somebody_else_decided_is_not_decided_on(world: FakeDesk, name: str) -> None:
    suited(world, name, version=7)

    with pytest.raises(DecisionRefused, match="since you opened this page"):
        world.decide(name, typed=ACCOUNT, version="6")

    assert decided(world) == []


@each_decision
def test_feedback_that_is_counted_meanwhile_disturbs_nobody(world: FakeDesk, name: str) -> None:
    suited(world, name)
    nudged = replace(SUITS[name], revision=1, due_at=NOW)
    world.faults.meanwhile("accounts.save", lambda: world.add(nudged))

    world.decide(name, typed=ACCOUNT)

    assert [entry.kind for entry in decided(world)] == [KINDS[name]]


@each_decision
def test_a_decision_whose_answer_was_lost_is_not_taken_twice(world: FakeDesk, name: str) -> None:
    suited(world, name)
    world.faults.fail("accounts.save", when=When.AFTER)

    with pytest.raises(Unavailable):
        world.decide(name, typed=ACCOUNT)
    with pytest.raises(DecisionRefused):
        world.decide(name, typed=ACCOUNT)

    assert len(decided(world)) == 1


def test_a_case_that_still_shows_after_it_was_decided_is_refused_with_a_sentence(world: FakeDesk) -> None:
    world.add(asking())
    world.decide("decline", reason="Still a bought list")

    with pytest.raises(DecisionRefused, match="no request of bakery is open"):
        world.decide("approve")


@pytest.mark.parametrize(("account_id", "name"), [("nobody", "disable"), (ACCOUNT, "promote"), (ACCOUNT, "")])
def test_nobody_and_nothing_that_can_be_decided_are_not_found(world: FakeDesk, account_id: str, name: str) -> None:
    world.add(an_account())

    with pytest.raises(NotFound):
        world.decide(name, account_id)


@pytest.mark.parametrize("version", ["", "x", "-1", "1.0", "²", "9" * 40])
def test_a_form_that_does_not_say_what_was_read_is_not_complete(world: FakeDesk, version: str) -> None:
    world.add(an_account())

    with pytest.raises(InvalidInput, match="not complete"):
        world.decide("disable", version=version)


@pytest.mark.parametrize("day", ["", "soon", "2026-02-30", "9999-12-31", "20260311T00"])
def test_a_day_that_is_none_is_asked_for_again(world: FakeDesk, day: str) -> None:
    world.add(asking())

    with pytest.raises(InvalidInput, match=r"day|date"):
        world.decide("approve", day=day)
    with pytest.raises(InvalidInput, match=r"day|date"):
        world.decide("exempt", until=day)


def test_an_approval_is_for_that_day_where_the_owner_is(world: FakeDesk) -> None:
    world.add(asking(timezone="America/Denver"))

    world.decide("approve", day=str(TOMORROW))

    trial = world.account().trial
    assert trial is not None
    assert trial.begins_at == datetime(2026, 3, 11, 6, tzinfo=UTC)


def test_an_agreed_trial_is_moved_by_who_has_read_it(world: FakeDesk) -> None:
    world.add(agreed())

    with pytest.raises(DecisionRefused, match="since you opened this page"):
        world.decide("approve", day=str(TODAY), version="0")
    world.decide("approve", day=str(TODAY + timedelta(days=7)))

    trial = world.account().trial
    assert trial is not None
    assert trial.day == TODAY + timedelta(days=7)
    assert [entry.kind for entry in world.rows.told(ACCOUNT)] == ["review_approved"]


def test_disabling_an_account_whose_trial_is_agreed_on_cancels_it(world: FakeDesk) -> None:
    world.add(agreed())

    world.decide("disable")

    assert (world.account().status, world.account().review, world.account().trial) == (Status.DISABLED, None, None)
    assert [entry.kind for entry in world.rows.told(ACCOUNT)] == ["trial_cancelled"]


def test_an_exemption_of_more_than_a_year_is_refused_at_the_desk(world: FakeDesk) -> None:
    world.add(an_account())

    with pytest.raises(DecisionRefused, match="at most 366 days"):
        world.decide("exempt", until="2206-12-31")


def test_an_exemption_lasts_to_the_end_of_its_day(world: FakeDesk) -> None:
    world.add(an_account())

    world.decide("exempt", until=str(TODAY))

    exemption = world.account().exemption
    assert exemption is not None
    assert exemption.until == datetime(2026, 3, 11, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["", "Bakery", "florist", "bakery-"])
def test_an_account_is_closed_only_by_who_types_its_name(world: FakeDesk, typed: str) -> None:
    world.add(an_account())

    with pytest.raises(InvalidInput, match="type its name: bakery"):
        world.decide("close", typed=typed)

    assert world.account().status is Status.ACTIVE


def test_where_the_policy_cannot_be_read_the_rest_can_be_decided(world: FakeDesk) -> None:
    world.add(asking())
    world.faults.fail("policies.current")

    with pytest.raises(Unavailable):
        world.decide("approve")
    enabled = world.decide("enable")

    assert enabled.status is Status.ACTIVE


def test_the_owner_is_declined_with_the_reason_that_support_wrote(world: FakeDesk) -> None:
    world.add(asking())

    decide(world.desk, ACCOUNT, "decline", {"version": "1", "reason": "Bought list"}, ANNA, NOW)

    review = world.account().review
    assert review is not None
    assert (review.state, review.reason, review.decided_by) == (ReviewState.DECLINED, "Bought list", ANNA)


# ---------------------------------------------------------------- the breaker

HOUR = hour_of(NOW)


@pytest.mark.parametrize(("allow", "more"), [("", 20), ("0", 0), (" 7 ", 7), ("1000000", 1_000_000)])
def test_the_breaker_is_reset_for_so_many_more_within_the_hour(world: FakeDesk, allow: str, more: int) -> None:
    world.rows.breaker = BreakerState(opened_at=NOW, active_accounts=1000)
    world.rows.passed[HOUR] = 20

    assert reset_breaker(world.desk, {"reason": "They really spam", "allow": allow}, ANNA, NOW) == more

    state = world.desk.control.breaker(HOUR)
    assert (state.opened_at, state.granted) == (None, 20 + more)
    last = world.resets.last_reset()
    assert last is not None
    assert (last["by"], last["reason"]) == (ANNA, "They really spam")


@pytest.mark.parametrize(
    "form", [{}, {"reason": " "}, *({"reason": "Why", "allow": wrong} for wrong in ("x", "-1", "1.5", "²", "9" * 30))]
)
def test_a_reset_that_does_not_say_enough_resets_nothing(world: FakeDesk, form: dict[str, str]) -> None:
    world.rows.breaker = BreakerState(opened_at=NOW)

    with pytest.raises(InvalidInput):
        reset_breaker(world.desk, form, ANNA, NOW)

    assert world.rows.breaker.opened_at == NOW
