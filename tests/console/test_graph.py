"""The graph's geometry: everything is inside the drawing, and agrees with the numbers."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import NOW, TODAY

from permille.console.site.graph import draw
from permille.console.site.graph_geometry import NARROW, WIDE, Graph, Point, Size
from permille.console.site.graph_scales import nice_ticks, short
from permille.console.site.svg_paths import line_path
from permille.domain.values.calendar import DAY
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally
from permille.reading.periods import midnight, periods, range_of_days, range_of_weeks
from permille.reading.spans import Span

DAYS = range_of_days(TODAY, 45)
YEAR = range_of_weeks(TODAY)


def ago(days: int) -> date:
    return TODAY - days * DAY


def drawn(
    tallies: dict[int, Tally],
    *,
    spans: tuple[Span, ...] = (),
    limit: int = 1,
    size: Size = WIDE,
    shown: list[tuple[date, date]] = DAYS,
) -> Graph:
    """`tallies` by how many days ago."""
    epochs = {1: {ago(days): tally for days, tally in tallies.items()}}
    return draw(periods(epochs, shown, (), 45, NOW), spans, (), limit, size)


tallies = st.builds(Tally, st.integers(0, 10**7), st.integers(0, 20_000), st.integers(0, 100))
statuses = st.sampled_from([one for one in Status if one is not Status.ACTIVE])
moments = st.integers(0, 60 * 24).map(lambda hours: NOW - timedelta(hours=hours))
some_spans = st.lists(st.builds(lambda s, a, b: Span(s, min(a, b), max(a, b)), statuses, moments, moments), max_size=4)


@given(
    st.dictionaries(st.integers(0, 380), tallies, max_size=60),
    some_spans,
    st.lists(moments, max_size=3),
    st.integers(1, 9),
    st.sampled_from([WIDE, NARROW]),
    st.sampled_from([DAYS, YEAR]),
)
def test_nothing_leaves_the_drawing(
    counted: dict[int, Tally],
    spans: list[Span],
    starts: list[datetime],
    limit: int,
    size: Size,
    shown: list[tuple[date, date]],
) -> None:
    starts.sort()
    epochs = {1: {ago(days): tally for days, tally in counted.items()}}
    all_periods = periods(epochs, shown, tuple(starts), 45, NOW)

    graph = draw(all_periods, spans, list(enumerate(starts, 2)), limit, size)

    left, top = size.left - 0.1, size.top - 0.1
    right, base = graph.right + 0.1, graph.base + 0.1
    for bar in graph.bars:
        assert left <= bar.x <= bar.x + bar.width <= right
        assert top <= bar.y <= bar.y + bar.height <= base
        assert bar.height >= 1
    for shade in graph.shades:
        assert left <= shade.x <= shade.x + shade.width <= right
    for point in (one for line in graph.rates for one in line):
        assert left <= point.x <= right
        assert top <= point.y <= base
    for mark in graph.marks:
        assert graph.base <= mark.y - 7
        assert mark.y + 7 <= graph.height - size.bottom + 1
    assert top <= graph.limit.at <= base
    assert all(left <= tick.at <= right for tick in (*graph.date_ticks, *graph.epochs))
    assert len(graph.bars) == sum(one.tally.delivered > 0 for one in all_periods)
    assert sum(mark.period.tally.complaints for mark in graph.marks) == sum(one.tally.complaints for one in all_periods)


def test_a_bar_is_as_high_as_its_share_of_the_axis() -> None:
    graph = drawn({0: Tally(1000), 1: Tally(500), 2: Tally(1)})

    assert [tick.label for tick in graph.delivered_ticks] == ["0", "500", "1k"]
    assert [bar.height for bar in graph.bars] == [1.0, WIDE.plot_height / 2, WIDE.plot_height]


def test_the_bars_follow_each_other_evenly() -> None:
    graph = drawn({days: Tally(10) for days in range(45)})

    steps = {round(b.x - a.x) for a, b in pairwise(graph.bars)}
    assert len(graph.bars) == 45
    assert max(steps) - min(steps) <= 1


def test_the_limit_is_drawn_where_the_rate_axis_has_it() -> None:
    graph = drawn({0: Tally(1000, 2)})

    assert [tick.label for tick in graph.rate_ticks][-1] == "2"
    assert graph.limit.at == pytest.approx(WIDE.top + WIDE.plot_height / 2)
    assert [point.y for line in graph.rates for point in line] == [WIDE.top]
    assert graph.limit.label == "limit: 1 per 1,000"


@pytest.mark.parametrize(("complaints", "is_clipped"), [(4, False), (5, False), (7, True), (999, True)])
def test_a_rate_far_above_the_limit_is_cut_at_the_top_and_says_so(complaints: int, is_clipped: bool) -> None:
    graph = drawn({0: Tally(1000, complaints)})

    assert graph.is_clipped == is_clipped


def test_the_line_breaks_where_nothing_was_delivered_and_at_an_epoch() -> None:
    epochs = {1: {ago(60): Tally(10), ago(5): Tally(10)}, 2: {ago(1): Tally(10)}}
    graph = draw(periods(epochs, DAYS, (midnight(ago(2)),), 45, NOW), (), (), 1, WIDE)

    assert [len(line) for line in graph.rates] == [29, 3, 2]  # until 16 days ago, 5 to 3 days ago, and since yesterday


def test_a_span_is_shaded_from_its_instant_to_its_instant() -> None:
    span = Span(Status.DISABLED, midnight(ago(10)) + timedelta(hours=12), midnight(ago(5)))

    (shade,) = drawn({0: Tally(1)}, spans=(span,)).shades

    room = (WIDE.width - WIDE.left - WIDE.right) / 45
    assert shade.x == pytest.approx(WIDE.left + 34.5 * room, abs=0.1)
    assert shade.width == pytest.approx(4.5 * room, abs=0.2)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_the_count_of_every_mark_is_readable_on_45_busy_days(size: Size) -> None:
    graph = drawn({days: Tally(100_000, 10 + days) for days in range(45)}, size=size)

    assert [mark.count for mark in graph.marks] == [str(10 + days) for days in reversed(range(45))]
    for row in {mark.y for mark in graph.marks}:
        edges = [edge for mark in graph.marks if mark.y == row for edge in edges_of(mark.x, mark.width)]
        assert edges == sorted(edges)


def edges_of(middle: float, width: float) -> Iterator[float]:
    yield from (middle - width / 2, middle + width / 2)


@pytest.mark.parametrize(
    ("highest", "limit", "expected"),
    [
        (0, 5, [0, 1]),
        (1, 5, [0, 1]),
        (3, 5, [0, 1, 2, 3]),
        (7, 5, [0, 2, 4, 6, 8]),
        (1200, 5, [0, 500, 1000, 1500]),
        (1000, 5, [0, 500, 1000]),
        (99_999, 4, [0, 50_000, 100_000]),
    ],
)
def test_ticks_are_round_numbers(highest: float, limit: int, expected: list[float]) -> None:
    assert nice_ticks(highest, limit, whole=True) == expected


@given(st.floats(0.001, 1e9), st.integers(3, 8))
def test_ticks_are_few_and_reach_to_the_highest_value(highest: float, limit: int) -> None:
    ticks = nice_ticks(highest, limit)

    assert len(ticks) <= limit
    assert ticks[-1] >= highest * (1 - 1e-6)
    assert ticks[-2] < highest


@pytest.mark.parametrize(
    ("count", "label"),
    [(0, "0"), (850, "850"), (999, "999"), (1000, "1k"), (1200, "1.2k"), (1999, "1.9k"), (3_000_000, "3M")],
)
def test_long_numbers_are_short(count: int, label: str) -> None:
    assert short(count) == label


def test_a_line_of_one_point_is_visible() -> None:
    assert line_path([Point(1, 2)]) == "M1 2h0"
    assert line_path([Point(1, 2), Point(3.5, 4)]) == "M1 2L3.5 4"


def test_the_dates_are_few_and_the_last_is_the_last_day() -> None:
    for size in (WIDE, NARROW):
        ticks = drawn({0: Tally(1)}, size=size).date_ticks
        assert ticks[-1].label == "10 Mar"
        assert 2 <= len(ticks) <= size.dates
