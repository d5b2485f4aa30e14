"""What is shown of the past, and the window's counts as they stood on each day of it."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import NOW, TODAY

from permille.domain.policy.policy import DEFAULT
from permille.domain.policy.verdict import judge
from permille.domain.values.tally import Tally, total
from permille.reading.periods import Epochs, midnight, periods, range_of_days, range_of_weeks, read_from

A_DAY = timedelta(days=1)
WINDOW = 45
DAYS = range_of_days(TODAY, WINDOW)


def ago(days: int) -> date:
    return TODAY - days * A_DAY


def windows(epochs: Epochs, *starts: datetime) -> dict[int, Tally]:
    """The window's counts by how many days ago they stood so."""
    return {(TODAY - one.last).days: one.window for one in periods(epochs, DAYS, starts, WINDOW, NOW)}


def test_the_range_of_a_window_ends_today() -> None:
    assert len(DAYS) == WINDOW
    assert DAYS[0] == (ago(44), ago(44))
    assert DAYS[-1] == (TODAY, TODAY)
    assert read_from(DAYS[0][0], WINDOW) == ago(88)


def test_a_year_is_53_iso_weeks_the_last_of_which_ends_today() -> None:
    weeks = range_of_weeks(TODAY)

    assert len(weeks) == 53
    assert weeks[-1] == (date(2026, 3, 9), TODAY)  # a Tuesday
    assert all(first.weekday() == 0 and last == first + 6 * A_DAY for first, last in weeks[:-1])
    assert all(this[1] + A_DAY == following[0] for this, following in pairwise(weeks))


@pytest.mark.parametrize(
    ("days_ago", "expected"),
    [
        (44, Tally(100, 1)),  # mail from before the range still counts on its first days
        (5, Tally(100, 1)),
        (4, Tally(0)),  # 45 days after the mail of 49 days ago
        (3, Tally(50)),
        (0, Tally(50)),
    ],
)
def test_the_window_moves_with_the_days(days_ago: int, expected: Tally) -> None:
    epochs = {1: {ago(49): Tally(100, 1), ago(3): Tally(50)}}

    assert windows(epochs)[days_ago] == expected


@pytest.mark.parametrize(
    ("days_ago", "expected"),
    [
        (11, Tally(1000, 2)),
        (10, Tally(800)),  # the epoch that was in force when the day ended
        (9, Tally(800)),
        (1, Tally(800)),
        (0, Tally(900, 1)),
    ],
)
def test_the_rate_starts_anew_with_an_epoch(days_ago: int, expected: Tally) -> None:
    begins = midnight(ago(10)) + timedelta(hours=9)
    epochs = {1: {ago(20): Tally(1000, 2), ago(10): Tally(5)}, 2: {ago(10): Tally(800), TODAY: Tally(100, 1)}}

    assert windows(epochs, begins)[days_ago] == expected


def test_old_epochs_stay_visible() -> None:
    epochs = {1: {ago(10): Tally(5, 1)}, 2: {ago(10): Tally(800, 0, 3)}}

    found = periods(epochs, DAYS, (midnight(ago(10)),), WINDOW, NOW)[-11]

    assert found.tallies == ((1, Tally(5, 1)), (2, Tally(800, 0, 3)))
    assert found.tally == Tally(805, 1, 3)
    assert found.epoch == 2


def test_mail_that_a_fast_clock_stamped_with_tomorrow_is_shown_as_it_is_judged() -> None:
    epochs = {1: {TODAY: Tally(10), TODAY + A_DAY: Tally(5, 1)}}

    last = periods(epochs, DAYS, (), WINDOW, NOW)[-1]

    assert last.tally == last.window == judge(DEFAULT, epochs[1], TODAY).counts == Tally(15, 1)


tallies = st.builds(Tally, st.integers(0, 5000), st.integers(0, 5), st.integers(0, 50))
some_epochs = st.dictionaries(
    st.integers(1, 3), st.dictionaries(st.integers(-1, 420).map(ago), tallies, max_size=25), max_size=3
)


@given(some_epochs, st.sampled_from([DAYS, range_of_weeks(TODAY)]), st.lists(st.integers(1, 400), max_size=2))
def test_the_sums_agree_with_the_tallies(epochs: Epochs, shown: list[tuple[date, date]], starts_ago: list[int]) -> None:
    starts = tuple(sorted(NOW - days * A_DAY for days in starts_ago))

    found = periods(epochs, shown, starts, WINDOW, NOW)

    first, last = shown[0][0], TODAY + A_DAY
    assert sum((one.tally for one in found), Tally()) == sum(
        (total(days, first, last) for days in epochs.values()), Tally()
    )
    in_force = epochs.get(1 + len(starts), {})
    assert found[-1].window == judge(DEFAULT, in_force, TODAY).counts
