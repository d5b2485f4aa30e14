"""The plots show the numbers that the tables have."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.archived import BEGAN, DAY, HOUR, a_complaint, a_history

from permille.domain.policy.policy import DEFAULT
from permille_cli.backtest.plots import segments, time_plot
from permille_cli.backtest.results import backtest


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 50)), max_size=5), st.integers(0, 200))
def test_the_segments_of_a_bar_follow_each_other_and_have_their_share(parts: list[tuple[str, int]], more: int) -> None:
    whole = sum(number for _, number in parts) + more

    found = segments(parts, whole)

    assert [one.number for one in found] == [number for _, number in parts if number]
    assert sum(one.width for one in found) == pytest.approx(100 * (whole - more) / max(whole, 1), abs=0.01)
    for left, right in pairwise(found):
        assert left.x + left.width == pytest.approx(right.x, abs=0.01)


def test_a_line_rises_by_one_for_each_account_and_stays_in_the_plot() -> None:
    accounts = [
        replace(
            a_history([(0, 0, 100)], [a_complaint(n * DAY + HOUR, 0, n), a_complaint(n * DAY + 2 * HOUR, 0, f"{n}b")]),
            account_id=f"account-{n}",
        )
        for n in range(1, 8)
    ]
    results = backtest(accounts, [DEFAULT], BEGAN + 9 * DAY)

    plot = time_plot(results, BEGAN, BEGAN + 9 * DAY)

    [line] = plot.lines
    points = [tuple(float(value) for value in point.split(",")) for point in line.points.split()]
    assert (line.total, points[0], points[-1]) == (7, (0.0, 100.0), (100.0, 100 - 100 * 7 / 8))
    assert points == sorted(points, key=lambda point: (point[0], -point[1]))
    assert [label.text for label in plot.numbers] == ["0", "2", "4", "6", "8"]
    assert all(0 <= label.at <= 100 for label in (*plot.numbers, *plot.dates))


def test_an_archive_of_one_day_has_a_date_too() -> None:
    history = a_history([(0, 0, 100)], [a_complaint(HOUR, 0, 1), a_complaint(2 * HOUR, 0, 2)])
    results = backtest([history], [DEFAULT], BEGAN + 2 * HOUR)

    assert [label.text for label in time_plot(results, BEGAN, BEGAN + 2 * HOUR).dates] == ["2 Mar"]
