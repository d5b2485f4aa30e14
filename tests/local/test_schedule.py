"""The run that a tick asks for: whatever is due when it is asked is due for it."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from permille_cli.local.schedule import whole_second


@given(instant=st.datetimes(max_value=datetime(9000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - Hypothesis adds it
def test_a_tick_is_at_a_whole_second_that_is_not_before_it(instant: datetime) -> None:
    at = whole_second(instant)

    assert at.microsecond == 0
    assert 0 <= (at - instant).total_seconds() < 1
