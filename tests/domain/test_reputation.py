"""What is counted, and to which day and epoch it belongs."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.support.builders import NOW, TODAY

from permille.domain.values.tally import PER_MILLE, Tally, epoch_of, first_day, total

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


@pytest.mark.parametrize(
    ("delivered", "complaints", "per_1000"),
    [
        (4000, 2, "0.50"),
        (3000, 1, "0.34"),
        (1_000_000, 1, "0.01"),  # one complaint is not none
        (1995, 2, "1.01"),  # above a limit of 1 is not 1.00
        (2000, 2, "1.00"),
        (800, 0, "0.00"),
        (2, 1, "500.00"),
        (1, 1, None),  # a delivery may still wait to be counted
        (2, 3, None),
        (0, 0, None),
    ],
)
def test_a_rate_is_rounded_up_to_two_places(delivered: int, complaints: int, per_1000: str | None) -> None:
    rate = Tally(delivered, complaints).per_1000()

    assert rate == (Decimal(per_1000) if per_1000 else None)
    assert str(rate) == str(per_1000)


@given(st.integers(1, 10**12), st.integers(0, 10**12), st.integers(1, 9))
def test_a_rate_reads_above_the_limit_where_it_is(delivered: int, complaints: int, limit: int) -> None:
    rate = Tally(delivered, complaints).per_1000()
    assume(rate is not None)

    assert rate is not None
    assert (rate > limit) is (complaints * PER_MILLE > limit * delivered)
    assert (rate == 0) is (complaints == 0)
