"""What is counted, and to which day and epoch it belongs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.builders import NOW, TODAY

from permille.domain.reputation import Tally, epoch_of, first_day, total

counts = st.integers(0, 1000)
tallies = st.builds(Tally, counts, counts, counts)
START = NOW - timedelta(days=10)
A_MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("sent_at", "epoch"),
    [
        (datetime(1999, 1, 1, tzinfo=UTC), 1),  # the first has no beginning
        (START - A_MICROSECOND, 1),
        (START, 2),  # an epoch begins at its very instant
        (NOW - A_MICROSECOND, 2),
        (NOW, 3),
        (NOW + timedelta(days=365), 3),
    ],
)
def test_mail_belongs_to_the_epoch_in_which_it_was_sent(sent_at: datetime, epoch: int) -> None:
    assert epoch_of(sent_at, [START, NOW]) == epoch


def test_without_a_later_epoch_all_mail_is_of_the_first() -> None:
    assert epoch_of(NOW, []) == 1


def test_a_window_of_one_day_is_today() -> None:
    assert first_day(TODAY, 1) == TODAY


@given(st.dictionaries(st.dates(), tallies, max_size=8), st.tuples(st.dates(), st.dates(), st.dates()))
def test_neighbouring_windows_add_up(days: dict[date, Tally], bounds: tuple[date, date, date]) -> None:
    first, middle, last = sorted(bounds)
    assume(middle < date.max)

    split = total(days, first, middle) + total(days, middle + timedelta(days=1), last)

    assert split == total(days, first, last)
