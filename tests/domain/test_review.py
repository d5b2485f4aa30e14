"""The owner asks, support answers: one open request at a time, with a day, a batch, a cause and a change."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.builders import NOW, STAFF, TODAY, TOMORROW, an_account

from permille.domain import review
from permille.domain.account import Account, Outcome, ReviewState, Status, Trial, TrialState
from permille.domain.policy import SecondChance
from permille.domain.review import Request
from permille.domain.staff import Refused

DISABLED = Status.DISABLED
CHANCE = SecondChance()
KATHMANDU, DENVER = ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/Denver")
A_DAY = timedelta(days=1)


def a_request(**different: Any) -> Request:
    return Request(**{"day": TOMORROW, "batch": 800, "cause": "An old list", "change": "A new one", **different})


def asked(account: Account | None = None, **different: Any) -> Outcome:
    return review.request(account or an_account(status=DISABLED), a_request(**different), UTC, NOW)


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
    with pytest.raises(Refused, match=f"is {status}: only a disabled account"):
        asked(an_account(status=status))


def test_there_is_one_request_at_a_time() -> None:
    with pytest.raises(Refused, match="open already"):
        asked(an_open_one())


@pytest.mark.parametrize(
    ("different", "says"),
    [
        ({"day": TODAY - A_DAY}, "not within the next 60 days"),
        ({"day": TODAY + 61 * A_DAY}, "not within the next 60 days"),
        ({"batch": 0}, "say how many"),
        ({"batch": -5}, "say how many"),
        ({"cause": "  "}, "say what went wrong"),
        ({"change": ""}, "say what was changed"),
        ({"cause": "x" * 1001}, "1,000 are enough"),
    ],
)
def test_what_says_nothing_is_refused_with_what_is_missing(different: dict[str, Any], says: str) -> None:
    with pytest.raises(Refused, match=says):
        asked(**different)


@pytest.mark.parametrize("days", [0, 60])
def test_today_and_the_sixtieth_day_are_days(days: int) -> None:
    assert asked(day=TODAY + days * A_DAY).account.review is not None


def test_today_is_today_where_the_owner_is() -> None:
    late = datetime(2026, 3, 10, 23, 0, tzinfo=UTC)  # the 11th in Kathmandu

    with pytest.raises(Refused):
        review.request(an_account(status=DISABLED), a_request(day=TODAY), KATHMANDU, late)


def test_an_open_request_can_be_amended_and_keeps_its_place() -> None:
    amended = review.amend(an_open_one(), a_request(batch=500), UTC, NOW + A_DAY / 2).account.review

    assert amended is not None
    assert (amended.batch, amended.requested_at) == (500, NOW)


def test_a_withdrawn_request_can_be_made_again_at_once() -> None:
    withdrawn = review.withdraw(an_open_one(), NOW).account

    assert withdrawn.review is not None
    assert withdrawn.review.state is ReviewState.WITHDRAWN
    assert asked(withdrawn).account.review is not None


@pytest.mark.parametrize("act", ["amend", "withdraw", "approve", "decline"])
def test_what_is_not_open_cannot_be_decided(act: str) -> None:
    account = an_account(status=DISABLED)
    acts = {
        "amend": lambda: review.amend(account, a_request(), UTC, NOW),
        "withdraw": lambda: review.withdraw(account, NOW),
        "approve": lambda: review.approve(account, TOMORROW, "", STAFF, UTC, CHANCE, NOW),
        "decline": lambda: review.decline(account, "No", STAFF, UTC, CHANCE, NOW),
    }

    with pytest.raises(Refused, match="no request of bakery is open"):
        acts[act]()


# ---------------------------------------------------------------- support's answers


def approved(day: date, zone: ZoneInfo, now: datetime = NOW) -> Trial:
    outcome = review.approve(replace(an_open_one(), timezone=str(zone)), day, "", STAFF, zone, CHANCE, now)
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

    trial = approved(TODAY, ZoneInfo("UTC"), late)

    assert (trial.begins_at, trial.ends_at) == (late, late + timedelta(minutes=10))


def test_an_approval_does_not_put_off_the_switching_that_is_under_way() -> None:
    still_on = an_open_one().to_be_switched()

    approved = review.approve(still_on, TOMORROW, "", STAFF, UTC, CHANCE, NOW).account

    assert approved.due_at == NOW


@pytest.mark.parametrize(("days", "says"), [(-1, "is over in UTC"), (61, "more than 60 days ahead")])
def test_a_day_that_is_over_or_too_far_is_refused(days: int, says: str) -> None:
    with pytest.raises(Refused, match=says):
        review.approve(an_open_one(), TODAY + days * A_DAY, "", STAFF, UTC, CHANCE, NOW)


def test_an_approval_says_who_it_was_and_the_day_in_the_owners_zone() -> None:
    outcome = review.approve(an_open_one(), TOMORROW, "Begin small", STAFF, DENVER, CHANCE, NOW)

    assert outcome.entries[0].facts["begins_at"] == "2026-03-11T00:00:00-06:00"
    assert outcome.entries[0].facts["by"] == STAFF
    assert outcome.account.status is DISABLED


@pytest.mark.parametrize(("strikes", "days"), [(1, 7), (2, 17), (3, 27)])
def test_a_declined_owner_asks_again_after_a_cooldown_that_can_grow_with_the_strikes(strikes: int, days: int) -> None:
    chance = SecondChance(cooldown_days_per_strike=10)
    account = replace(an_open_one(), strikes=strikes)

    declined = review.decline(account, "The list is bought", STAFF, UTC, chance, NOW).account

    again = TODAY + days * A_DAY
    with pytest.raises(Refused, match=f"ask again from {again} on"):
        review.request(declined, a_request(day=again), UTC, NOW + (days - 1) * A_DAY)
    assert review.request(declined, a_request(day=again), UTC, NOW + days * A_DAY).entries
