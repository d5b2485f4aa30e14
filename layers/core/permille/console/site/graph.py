"""The report's graph as geometry. The templates and the stylesheet decide what it looks like."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from permille.console.site.graph_geometry import Bar, Graph, Mark, Point, Size, Tick
from permille.console.site.graph_scales import TimeScale, ValueScale, nice_ticks, short, short_date
from permille.console.site.svg_paths import MARK_SIZE
from permille.reading.periods import Period
from permille.reading.spans import Span

HIGHEST_RATE = 5  # times the limit: higher rates are drawn at the top
LEAST_RATE_AXIS = 1.5  # times the limit
LOWEST_BAR = 1.0
BAR_SHARE = 0.72  # of a period's width
MARK_ROWS = 6
ROW_HEIGHT = 17.0
DIGIT_WIDTH = 7.0


def draw(
    periods: Sequence[Period], spans: Iterable[Span], epochs: Iterable[tuple[int, datetime]], limit: int, size: Size
) -> Graph:
    """The graph of the periods, of which there is at least one, without gaps. `epochs`: their numbers, and when they
    began; `limit`: complaints for every 1,000 delivered."""
    time = TimeScale(periods, size)
    delivered = nice_ticks(max(period.tally.delivered for period in periods), size.ticks, whole=True)
    highest_rate = _highest_rate(periods, limit)
    rates = nice_ticks(min(highest_rate, limit * HIGHEST_RATE), size.ticks)
    left_axis, right_axis = ValueScale(delivered[-1], size), ValueScale(rates[-1], size)
    marks, rows = _marks(periods, time, size)
    return Graph(
        size=size,
        height=round(size.base + rows * ROW_HEIGHT + size.bottom, 1),
        bars=[_bar(period, time, left_axis, size) for period in periods if period.tally.delivered],
        marks=marks,
        rates=_lines(periods, time, right_axis),
        shades=[shade for span in spans if (shade := time.shade(span)).width > 0],
        epochs=[Tick(time.at(begins), str(number)) for number, begins in epochs],
        delivered_ticks=[Tick(left_axis.at(value), short(value)) for value in delivered],
        rate_ticks=[Tick(right_axis.at(value), f"{value:g}") for value in rates],
        date_ticks=_dates(periods, time, size.dates),
        limit=Tick(right_axis.at(limit), f"limit: {limit} per 1,000"),
        is_clipped=highest_rate > rates[-1],
    )


def _bar(period: Period, time: TimeScale, axis: ValueScale, size: Size) -> Bar:
    width = time.period_width * BAR_SHARE
    base = round(size.base, 1)
    y = min(axis.at(period.tally.delivered), base - LOWEST_BAR)
    return Bar(round(time.middle(period) - width / 2, 1), y, round(width, 1), round(base - y, 1), period)


def _highest_rate(periods: Sequence[Period], limit: int) -> float:
    return max([limit * LEAST_RATE_AXIS, *(rate for period in periods if (rate := _rate(period)) is not None)])


def _rate(period: Period) -> float | None:
    """The complaint rate of the window that ends with the period."""
    per_1000 = period.window.per_1000()
    return None if per_1000 is None else float(per_1000)


def _lines(periods: Sequence[Period], time: TimeScale, axis: ValueScale) -> list[list[Point]]:
    return [
        [Point(time.middle(period), axis.at(_rate(period) or 0)) for period in segment]
        for segment in _segments(periods)
    ]


def _segments(periods: Sequence[Period]) -> list[list[Period]]:
    """The periods with a rate, split where one has none or the epoch changes."""
    segments: list[list[Period]] = []
    last: Period | None = None
    for period in periods:
        if _rate(period) is None:
            last = None
            continue
        if last is None or last.epoch != period.epoch:
            segments.append([])
        segments[-1].append(period)
        last = period
    return segments


def _marks(periods: Sequence[Period], time: TimeScale, size: Size) -> tuple[list[Mark], int]:
    """The marks below the base, each in the first row with space for it; and how many rows there are."""
    free_from = [0.0] * MARK_ROWS  # the x from which a row is free
    marks, rows = list[Mark](), 1
    for period in (period for period in periods if period.tally.complaints):
        count = short(period.tally.complaints)
        width, x = MARK_SIZE + DIGIT_WIDTH * (len(count) - 1), time.middle(period)
        row = next((row for row, begins in enumerate(free_from) if x - width / 2 >= begins), None)
        if row is None:
            row, count, width = MARK_ROWS - 1, "", MARK_SIZE
        free_from[row] = x + width / 2 + 1
        rows = max(rows, row + 1)
        marks.append(Mark(x, round(size.base + (row + 0.5) * ROW_HEIGHT + 2, 1), round(width, 1), count, period))
    return marks, rows


def _dates(periods: Sequence[Period], time: TimeScale, limit: int) -> list[Tick]:
    """The date of the last period, and dates at even distances before it."""
    days = [period.last if period is periods[-1] else period.first for period in periods]
    every = -(-len(periods) // limit)
    chosen = range(len(periods) - 1, -1, -every)
    return [Tick(time.middle(periods[index]), short_date(days[index])) for index in reversed(chosen)]
