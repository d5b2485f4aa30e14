"""The single day begins and ends at midnight where the owner is, however long it is and whenever Permille wakes up."""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.stack.coming_back import A_DAY, A_MINUTE, AN_HOUR, ASKED, OFF, ON, WayBack, a_way_back
from tests.stack.conftest import Stack, eventually

from permille.domain.rules.backlog import COUNTED_WITHIN

A_SECOND = timedelta(seconds=1)
DENVER = "America/Denver"


def the_next_day_of(hours: int, timezone: str) -> date:
    zone, today = ZoneInfo(timezone), datetime.now(UTC).date()

    def begins(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)

    days = (today + n * A_DAY for n in range(2, 400))
    return next(day for day in days if begins(day + A_DAY) - begins(day) == timedelta(hours=hours))


@pytest.mark.parametrize("hours", [23, 25])
def test_a_day_on_which_clocks_change_is_on_from_midnight_to_midnight(ahead: Stack, hours: int) -> None:
    shop = a_way_back(ahead, DENVER, the_next_day_of(hours, DENVER))
    assert shop.ends - shop.begins == timedelta(hours=hours)
    shop.it_is(shop.begins - A_DAY)
    shop.is_given_its_day()

    _is_on_for_that_day_alone(shop)


def test_midnight_in_kathmandu_is_at_a_quarter_past_six_in_the_evening(ahead: Stack) -> None:
    shop = a_way_back(ahead, "Asia/Kathmandu")
    assert f"{shop.begins:%H:%M}" == "18:15"
    shop.is_given_its_day()

    _is_on_for_that_day_alone(shop)


def _is_on_for_that_day_alone(shop: WayBack) -> None:
    for at, expected in [
        (shop.begins - A_MINUTE, ("disabled", OFF)),
        (shop.begins, ("trial", ON)),
        (shop.ends - A_MINUTE, ("trial", ON)),
        (shop.ends, ("observing", OFF)),
    ]:
        shop.it_is(at)
        assert shop.now == expected


def test_a_day_that_is_given_at_ten_to_midnight_begins_at_once_and_has_ten_minutes(ahead: Stack) -> None:
    shop = a_way_back(ahead)
    shop.it_is(shop.ends - 10 * A_MINUTE)

    shop.is_given_its_day()

    eventually(lambda: shop.now == ("trial", ON))
    shop.it_is(shop.ends - 5 * A_MINUTE)
    shop.sends(5)
    shop.it_is(shop.ends)
    assert shop.now == ("observing", OFF)
    shop.it_is(shop.verdict + COUNTED_WITHIN)
    assert shop.now == ("active", ON)


def test_who_sleeps_over_midnight_begins_late_and_ends_no_later_for_it(ahead: Stack) -> None:
    shop = a_way_back(ahead)
    shop.is_given_its_day()

    shop.it_is(shop.begins + 5 * AN_HOUR)
    assert shop.now == ("trial", ON)
    shop.sends(5)
    shop.it_is(shop.ends)

    assert shop.now == ("observing", OFF)


def test_mail_after_a_tick_counts_for_a_day_that_another_run_has_begun(ahead: Stack) -> None:
    """As the run does that the approval starts, where it is late."""
    shop = a_way_back(ahead)
    shop.is_given_its_day()
    shop.it_is(shop.begins - A_SECOND)
    time.sleep(1.5)
    ahead.client("lambda").invoke(FunctionName=ahead.outputs["EnforceFunctionName"], Payload=b"{}")
    assert shop.now[0] == "trial"

    shop.it_is(shop.begins)

    shop.sends(5)


def test_who_sleeps_over_the_end_of_the_day_still_counts_its_mail_and_waits_no_longer(ahead: Stack) -> None:
    shop = a_way_back(ahead)
    shop.is_on_trial()
    shop.sends(5)

    shop.it_is(shop.ends + 9 * AN_HOUR)
    assert shop.now == ("observing", OFF)
    shop.it_is(shop.verdict + COUNTED_WITHIN - A_MINUTE)
    assert shop.now == ("observing", OFF)
    shop.it_is(shop.verdict + COUNTED_WITHIN)

    assert shop.now == ("active", ON)


def test_who_sleeps_from_the_day_until_after_the_verdict_catches_up_step_by_step(ahead: Stack) -> None:
    shop = a_way_back(ahead)
    shop.is_on_trial()
    shop.sends(5)

    shop.it_is(shop.verdict + 5 * AN_HOUR)
    assert shop.now == ("observing", OFF)
    shop.it_is(shop.verdict + 5 * AN_HOUR + A_MINUTE)

    assert shop.now == ("active", ON)
    assert shop.business.told("trial_began", "trial_ended", "reinstated") == [
        "trial_began",
        "trial_ended",
        "reinstated",
    ]


def test_a_day_that_goes_by_while_nobody_looks_opens_the_request_again(ahead: Stack) -> None:
    shop = a_way_back(ahead)
    shop.is_given_its_day()

    shop.it_is(shop.ends)

    assert shop.now == ("disabled", OFF)
    assert shop.business.standing()["review"]["state"] == "open"
    assert shop.business.told()[-1] == "review_reopened"
    later = ["--day", str(shop.day + 3 * A_DAY), *ASKED]
    assert shop.stack.answer("review", "amend", shop.business.id, *later)["review"]["state"] == "open"
