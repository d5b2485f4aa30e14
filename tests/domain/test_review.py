"""The owner asks, support answers: one open request at a time, with a day, a batch, a cause and a change."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.support.builders import NOW, STAFF, TODAY, TOMORROW, a_request, an_account, decided

from permille.domain.account.account import Account
from permille.domain.account.second_chance import ReviewState, Trial, TrialState
from permille.domain.people.owner_commands import AmendReview, PutReview, RequestReview, WithdrawReview
from permille.domain.people.staff_commands import ApproveReview, CancelTrial, DeclineReview, Disable
from permille.domain.policy.policy import SecondChance
from permille.domain.rules.outcome import Outcome
from permille.domain.values.errors import ConfirmationNeeded, DecisionRefused
from permille.domain.values.status import Status
from permille.domain.words import wording
from permille.domain.words.wording import OWNER

DISABLED = Status.DISABLED
CHANCE, CHANCE_OF_24 = SecondChance(), SecondChance(least_hours=24)
KATHMANDU, DENVER = ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/Denver")
A_DAY = timedelta(days=1)


def asked(account: Account | None = None, **different: Any) -> Outcome:
    return decided(account or an_account(status=DISABLED), a_request(**different))


def an_open_one() -> Account:
    return asked().account


def test_a_disabled_account_asks_and_gets_a_receipt() -> None:
    outcome = asked()

    found = outcome.account.review
    assert found is not None
    assert (found.state, found.day, found.batch, found.requested_at) == (ReviewState.OPEN, TOMORROW, 800, NOW)
    assert [entry.kind for entry in outcome.entries] == ["review_requested"]
    assert outcome.account.status is DISABLED


@pytest.mark.parametrize("status", [one for one in Status if one is not DISABLED])
def test_nobody_else_asks(status: Status) -> None:
    with pytest.raises(DecisionRefused, match=f"is {status}: only a disabled account"):
        asked(an_account(status=status))


def test_there_is_one_request_at_a_time() -> None:
    with pytest.raises(DecisionRefused, match="open already"):
        asked(an_open_one(), batch=801)


@pytest.mark.parametrize(
    ("different", "says"),
    [
        ({"day": TODAY - A_DAY}, "not within the next 60 days"),
        ({"day": TODAY + 61 * A_DAY}, "not within the next 60 days"),
    ],
)
def test_a_day_that_is_over_or_too_far_is_not_asked_for(different: dict[str, Any], says: str) -> None:
    with pytest.raises(DecisionRefused, match=says):
        asked(**different)


@pytest.mark.parametrize("days", [0, 60])
def test_today_and_the_sixtieth_day_are_days(days: int) -> None:
    assert asked(day=TODAY + days * A_DAY).account.review is not None


def test_today_is_today_where_the_owner_is() -> None:
    late = datetime(2026, 3, 10, 23, 0, tzinfo=UTC)  # the 11th in Kathmandu

    with pytest.raises(DecisionRefused):
        decided(an_account(status=DISABLED), a_request(day=TODAY), late, KATHMANDU)


def test_an_open_request_can_be_amended_and_keeps_its_place() -> None:
    amended = decided(an_open_one(), a_request(AmendReview, batch=500), NOW + A_DAY / 2).account.review

    assert amended is not None
    assert (amended.batch, amended.requested_at) == (500, NOW)


def test_a_withdrawn_request_can_be_made_again_at_once() -> None:
    withdrawn = decided(an_open_one(), WithdrawReview(by=OWNER)).account

    assert withdrawn.review is not None
    assert withdrawn.review.state is ReviewState.WITHDRAWN
    assert asked(withdrawn).account.review is not None


@pytest.mark.parametrize("act", ["amend", "withdraw", "approve", "decline"])
def test_what_is_not_open_cannot_be_decided(act: str) -> None:
    account = an_account(status=DISABLED)
    acts = {
        "amend": lambda: decided(account, a_request(AmendReview)),
        "withdraw": lambda: decided(account, WithdrawReview(by=OWNER)),
        "approve": lambda: decided(account, ApproveReview(day=TOMORROW, by=STAFF)),
        "decline": lambda: decided(account, DeclineReview(reason="No", by=STAFF)),
    }

    with pytest.raises(DecisionRefused, match="no request of bakery is open"):
        acts[act]()


# ---------------------------------------------------------------- support's answers


def approved(
    day: date, zone: ZoneInfo, now: datetime = NOW, chance: SecondChance = CHANCE, *, short_day: bool = False
) -> Trial:
    account, approval = (
        replace(an_open_one(), timezone=str(zone)),
        ApproveReview(day=day, by=STAFF, short_day=short_day),
    )
    outcome = decided(account, approval, now, zone, chance)
    assert outcome.account.trial is not None
    assert outcome.account.due_at == outcome.account.trial.begins_at
    return outcome.account.trial


@pytest.mark.parametrize(
    ("day", "zone", "begins_at", "hours"),
    [
        (date(2026, 3, 12), DENVER, datetime(2026, 3, 12, 6, tzinfo=UTC), 24),
        (date(2026, 3, 12), KATHMANDU, datetime(2026, 3, 11, 18, 15, tzinfo=UTC), 24),
        (date(2026, 3, 29), ZoneInfo("Europe/Vienna"), datetime(2026, 3, 28, 23, tzinfo=UTC), 23),  # clocks go forward
    ],
)
def test_a_trial_is_that_day_where_the_owner_is(day: date, zone: ZoneInfo, begins_at: datetime, hours: int) -> None:
    trial = approved(day, zone)

    assert trial.state is TrialState.SCHEDULED
    assert (trial.begins_at, trial.ends_at) == (begins_at, begins_at + timedelta(hours=hours))
    assert trial.verdict_at == trial.ends_at + timedelta(hours=48)


def test_a_day_on_which_clocks_go_back_has_25_hours() -> None:
    now = datetime(2026, 10, 20, tzinfo=UTC)

    trial = approved(date(2026, 11, 1), DENVER, now)

    assert trial.ends_at - trial.begins_at == timedelta(hours=25)


def test_today_begins_at_once_however_late_it_is() -> None:
    late = datetime(2026, 3, 10, 23, 50, tzinfo=UTC)

    trial = approved(TODAY, ZoneInfo("UTC"), late, short_day=True)

    assert (trial.begins_at, trial.ends_at) == (late, late + timedelta(minutes=10))


@pytest.mark.parametrize(
    ("least", "hour", "asks"), [(6, 17, False), (6, 18, False), (6, 19, True), (0, 23, False), (24, 1, True)]
)
def test_of_a_day_with_few_hours_left_whoever_approves_is_asked_once_more(least: int, hour: int, asks: bool) -> None:
    now, chance = datetime(2026, 3, 10, hour, tzinfo=UTC), SecondChance(least_hours=least)
    account, approval = an_open_one(), ApproveReview(day=TODAY, by=STAFF)

    if asks:
        with pytest.raises(ConfirmationNeeded, match=r"only \d+ hours? and 0 minutes of 10 March 2026 are left in UTC"):
            decided(account, approval, now, UTC, chance)
        approval = replace(approval, short_day=True)

    assert decided(account, approval, now, UTC, chance).account.trial


@pytest.mark.parametrize("hours", [23, 25])
def test_a_whole_day_is_never_called_short(hours: int) -> None:
    day = {23: date(2026, 3, 8), 25: date(2026, 11, 1)}[hours]

    assert approved(day, DENVER, datetime(day.year, day.month, day.day, tzinfo=UTC), CHANCE_OF_24)


@pytest.mark.parametrize(
    ("batch", "least", "most"),
    [(1, 1, 1000), (5, 1, 1000), (15, 2, 1000), (333, 34, 1000), (334, 34, 1002), (800, 80, 2400), (5000, 100, 15_000)],
)
def test_the_numbers_of_a_trial_follow_from_what_was_asked_for(batch: int, least: int, most: int) -> None:
    account = an_open_one()
    assert account.review is not None
    asked = replace(account, review=replace(account.review, batch=batch))

    outcome = decided(asked, ApproveReview(day=TOMORROW, by=STAFF))

    trial = outcome.account.trial
    assert trial is not None
    assert trial.numbers == {"least_delivered": least, "most_sent": most, "ratio_above": 0}
    assert trial.numbers.items() <= outcome.entries[0].data.items()


@pytest.mark.parametrize(("above", "batch", "by"), [(0, 10_000, 0), (5000, 5000, 0), (5000, 5001, 5000)])
def test_the_rules_decide_on_batches_above_a_size(above: int, batch: int, by: int) -> None:
    account = an_open_one()
    assert account.review is not None
    asked = replace(account, review=replace(account.review, batch=batch))

    chance = SecondChance(ratio_above=above)
    trial = decided(asked, ApproveReview(day=TOMORROW, by=STAFF), NOW, UTC, chance).account.trial

    assert trial is not None
    assert trial.ratio_above == by


def test_a_trial_without_a_most_never_ends_early() -> None:
    chance = SecondChance(most_times=0)

    trial = decided(an_open_one(), ApproveReview(day=TOMORROW, by=STAFF), NOW, UTC, chance).account.trial

    assert trial is not None
    assert trial.most_sent == 0


def test_an_approval_does_not_put_off_the_switching_that_is_under_way() -> None:
    still_on = an_open_one().to_be_switched()

    approved = decided(still_on, ApproveReview(day=TOMORROW, by=STAFF)).account

    assert approved.due_at == NOW


@pytest.mark.parametrize(("days", "says"), [(-1, "is over in UTC"), (61, "more than 60 days ahead")])
def test_a_day_that_is_over_or_too_far_is_refused(days: int, says: str) -> None:
    with pytest.raises(DecisionRefused, match=says):
        decided(an_open_one(), ApproveReview(day=TODAY + days * A_DAY, by=STAFF))


def test_an_approval_says_who_it_was_and_the_day_in_the_owners_zone() -> None:
    outcome = decided(an_open_one(), ApproveReview(day=TOMORROW, note="Begin small", by=STAFF), NOW, DENVER, CHANCE)

    assert outcome.entries[0].data["begins_at"] == "2026-03-11T00:00:00-06:00"
    assert outcome.entries[0].data["by"] == STAFF
    assert outcome.account.status is DISABLED


@pytest.mark.parametrize(("strikes", "days"), [(1, 7), (2, 17), (3, 27)])
def test_a_declined_owner_asks_again_after_a_cooldown_that_can_grow_with_the_strikes(strikes: int, days: int) -> None:
    chance = SecondChance(cooldown_days_per_strike=10)
    account = replace(an_open_one(), strikes=strikes)

    declined = decided(account, DeclineReview(reason="The list is bought", by=STAFF), NOW, UTC, chance).account

    again = TODAY + days * A_DAY
    with pytest.raises(DecisionRefused, match=f"ask again from {wording.day(again)} on"):
        decided(declined, a_request(day=again), NOW + (days - 1) * A_DAY)
    assert decided(declined, a_request(day=again), NOW + days * A_DAY).entries


# ---------------------------------------------------------------- an agreed trial that has not begun


def agreed() -> Account:
    """Support has agreed to tomorrow."""
    return decided(an_open_one(), ApproveReview(day=TOMORROW, note="Begin small", by=STAFF)).account


def test_disabling_the_account_cancels_its_trial_and_the_owner_may_ask_again_at_once() -> None:
    outcome = decided(agreed(), Disable(reason="It was the wrong account", by=STAFF))

    cancelled = outcome.account
    assert (cancelled.status, cancelled.review, cancelled.trial) == (DISABLED, None, None)
    assert [(str(entry.kind), entry.data) for entry in outcome.entries] == [
        ("trial_cancelled", {"reason": "It was the wrong account", "by": STAFF, "day": str(TOMORROW)})
    ]
    assert asked(cancelled).account.review is not None


def test_approving_another_day_moves_the_trial_and_the_owner_is_told_the_new_one() -> None:
    moved = decided(agreed(), ApproveReview(day=TOMORROW + A_DAY, note="Friday, then", by="sam"), NOW, DENVER, CHANCE)

    trial, found = moved.account.trial, moved.account.review
    assert trial is not None
    assert found is not None
    assert (trial.day, trial.begins_at) == (TOMORROW + A_DAY, datetime(2026, 3, 12, 6, tzinfo=UTC))
    assert (found.state, found.decided_by, found.reason) == (ReviewState.APPROVED, "sam", "Friday, then")
    assert [entry.kind for entry in moved.entries] == ["review_approved"]
    assert moved.entries[0].data["begins_at"] == "2026-03-12T00:00:00-06:00"
    assert moved.account.due_at == trial.begins_at


def test_the_owner_withdraws_from_a_trial_that_has_not_begun() -> None:
    outcome = decided(agreed(), WithdrawReview(by=OWNER))

    found = outcome.account.review
    assert found is not None
    assert (found.state, outcome.account.scheduled_trial) == (ReviewState.WITHDRAWN, None)
    assert (found.decided_by, found.reason) == ("", "")  # no answer of support's stands any more
    assert [entry.kind for entry in outcome.entries] == ["review_withdrawn"]
    assert outcome.account == replace(agreed(), review=found, decided_at=NOW, due_at=NOW)  # the next look does the rest
    assert asked(outcome.account).account.review is not None


def test_moving_a_trial_names_the_day_that_it_is_not_on_any_more() -> None:
    (entry,) = decided(agreed(), ApproveReview(day=TOMORROW + A_DAY, by=STAFF)).entries

    assert entry.sentence().endswith(", and not on 11 March 2026.")


def test_moving_a_trial_to_the_day_that_it_is_on_is_refused() -> None:
    with pytest.raises(DecisionRefused, match="is agreed on for 11 March 2026 already; choose another day"):
        decided(agreed(), ApproveReview(day=TOMORROW, by=STAFF))


def test_withdrawing_from_a_moved_trial_is_about_the_day_that_was_agreed_on() -> None:
    moved = decided(agreed(), ApproveReview(day=TOMORROW + A_DAY, by=STAFF)).account

    assert decided(moved, WithdrawReview(by=OWNER)).entries[0].data["day"] == str(TOMORROW + A_DAY)


@pytest.mark.parametrize("act", ["cancel", "disable", "withdraw", "move"])
def test_what_ends_or_moves_a_trial_does_not_put_off_the_switching_that_is_under_way(act: str) -> None:
    still_on = agreed().to_be_switched()

    assert ACTS[act](still_on).account.due_at == NOW


ACTS: dict[str, Callable[[Account], Outcome]] = {
    "cancel": lambda account: decided(account, CancelTrial(reason="It spams", by=STAFF)),
    "disable": lambda account: decided(account, Disable(reason="It spams", by=STAFF)),
    "withdraw": lambda account: decided(account, WithdrawReview(by=OWNER)),
    "decline": lambda account: decided(account, DeclineReview(reason="No", by=STAFF)),
    "amend": lambda account: decided(account, a_request(AmendReview, batch=5)),
    "move": lambda account: decided(account, ApproveReview(day=TOMORROW + A_DAY, by=STAFF)),
}
RUNNING = Trial(TrialState.RUNNING, TODAY, NOW, NOW + A_DAY, NOW + 3 * A_DAY)


@pytest.mark.parametrize(
    ("act", "says"),
    [
        ("cancel", "the trial of bakery has begun; disable the account to end it"),
        ("withdraw", "no request of bakery is open: its trial has begun, and cannot be moved or withdrawn"),
        ("move", "no request of bakery is open: its trial has begun, and cannot be moved or withdrawn"),
    ],
)
def test_a_trial_that_has_begun_is_neither_cancelled_nor_moved_nor_withdrawn(act: str, says: str) -> None:
    approved = agreed().review

    with pytest.raises(DecisionRefused, match=says):
        ACTS[act](an_account(status=Status.TRIAL, trial=RUNNING, review=approved))


def test_where_no_trial_is_agreed_on_none_is_cancelled() -> None:
    with pytest.raises(DecisionRefused, match="no trial of bakery is agreed on"):
        ACTS["cancel"](an_open_one())


@pytest.mark.parametrize("act", ["decline", "amend"])
def test_what_was_agreed_on_is_neither_declined_nor_amended(act: str) -> None:
    with pytest.raises(DecisionRefused, match="no request of bakery is open: a trial is agreed on for 11 March 2026"):
        ACTS[act](agreed())


# ---------------------------------------------------------------- receipts


@pytest.mark.parametrize("again", [{}, {"cause": "  An old list "}])
def test_the_same_request_once_more_changes_nothing_and_is_not_told(again: dict[str, Any]) -> None:
    account = an_open_one()

    for kind in (RequestReview, AmendReview, PutReview):
        assert decided(account, a_request(kind, **again)) == Outcome(account, [])


def test_an_amended_request_is_on_the_owners_timeline_and_not_mailed() -> None:
    (entry,) = decided(an_open_one(), a_request(AmendReview, batch=500)).entries

    assert (entry.kind, entry.audience, entry.is_mailed) == ("review_amended", "owner", False)
    assert entry.data["batch"] == 500


@pytest.mark.parametrize(("minutes", "mailed"), [(1, False), (719, False), (720, True)])
def test_a_request_that_is_made_again_has_a_receipt_on_the_next_day(minutes: int, mailed: bool) -> None:
    at = NOW + timedelta(minutes=minutes)

    again = decided(decided(an_open_one(), WithdrawReview(by=OWNER)).account, a_request(), at)

    assert [entry.is_mailed for entry in again.entries] == [mailed]
    assert again.account.owner_acts.receipt_at == (at if mailed else NOW)


@pytest.mark.parametrize(
    ("by", "told"),
    [
        (OWNER, "Support answers by e-mail."),
        (STAFF, "Support answers by e-mail. Support asked in your place."),
        ("platform:crm", "Support answers by e-mail. It came through crm."),
    ],
)
def test_the_owner_reads_who_asked_in_their_place(by: str, told: str) -> None:
    [requested] = decided(an_account(status=Status.DISABLED), a_request(by=by)).entries

    assert requested.sentence().endswith(told)
