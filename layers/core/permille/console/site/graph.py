"""The report's graph as geometry: where everything is drawn, in the units of a drawing of a given size. What it looks
like is the templates' and the stylesheet's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import floor, log10

from permille.domain.values.calendar import DAY
from permille.reading.periods import Period, midnight
from permille.reading.spans import Span

HIGHEST_RATE = 5  # times the limit: what is higher is drawn at the top
SMALLEST_BAR = 1.0
BAR_SHARE = 0.72  # of the room that a period has
MARK_ROWS = 6
MARK_HEIGHT = 17.0
PILL = 14.0  # of it, the rest is between rows
DIGIT_WIDTH = 7.0


@dataclass(frozen=True, slots=True)
class Size:
    """`left`, `right`: room for the labels of the axes; `ticks`, `dates`: at most so many of them."""

    width: float
    plot_height: float
    left: float
    right: float
    ticks: int
    dates: int
    top: float = 28
    bottom: float = 24


WIDE = Size(width=760, plot_height=220, left=46, right=40, ticks=5, dates=8)
NARROW = Size(width=328, plot_height=170, left=36, right=30, ticks=4, dates=4)


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    period: Period


@dataclass(frozen=True, slots=True)
class Mark:
    """The complaints about a period's mail, `x` and `y` its middle. Without room for it, `count` is empty."""

    x: float
    y: float
    width: float
    count: str
    period: Period


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Shade:
    x: float
    width: float
    span: Span


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Graph:
    """`rates`: one line for each epoch, broken where a rate would say nothing. `is_cut`: a rate was above the axis."""

    size: Size
    height: float
    bars: list[Bar]
    marks: list[Mark]
    rates: list[list[Point]]
    shades: list[Shade]
    epochs: list[Tick]
    delivered_ticks: list[Tick]
    rate_ticks: list[Tick]
    date_ticks: list[Tick]
    limit: Tick
    is_cut: bool

    @property
    def base(self) -> float:
        return self.size.top + self.size.plot_height

    @property
    def right(self) -> float:
        return self.size.width - self.size.right


def draw(
    periods: Sequence[Period], spans: Iterable[Span], epochs: Iterable[tuple[int, datetime]], limit: int, size: Size
) -> Graph:
    """`limit`: complaints for every 1,000. The periods are not empty, and follow each other without a gap."""
    across = _Across(periods, size)
    most = nice_ticks(max(one.tally.delivered for one in periods), size.ticks, whole=True)
    highest = max([limit * 1.5, *(rate for one in periods if (rate := _rate(one)) is not None)])
    rates = nice_ticks(min(highest, limit * HIGHEST_RATE), size.ticks)
    upwards, rate_up = _Up(most[-1], size), _Up(rates[-1], size)
    marks, rows = _marks(periods, across, size)
    return Graph(
        size=size,
        height=round(size.top + size.plot_height + rows * MARK_HEIGHT + size.bottom, 1),
        bars=[_bar(one, across, upwards) for one in periods if one.tally.delivered],
        marks=marks,
        rates=[
            [Point(across.middle(one), rate_up.at(_rate(one) or 0)) for one in segment]
            for segment in _segments(periods)
        ],
        shades=[shade for span in spans if (shade := across.shade(span)).width > 0],
        epochs=[Tick(across.at(start), str(number)) for number, start in epochs],
        delivered_ticks=[Tick(upwards.at(value), short(value)) for value in most],
        rate_ticks=[Tick(rate_up.at(value), f"{value:g}") for value in rates],
        date_ticks=_dates(periods, across, size.dates),
        limit=Tick(rate_up.at(limit), f"limit: {limit} per 1,000"),
        is_cut=highest > rates[-1],
    )


class _Across:
    """From instants to x: each period has the same room, and within it time passes evenly."""

    def __init__(self, periods: Sequence[Period], size: Size) -> None:
        self._periods, self._left = periods, size.left
        self.room = (size.width - size.left - size.right) / len(periods)
        self._places = {one.first: place for place, one in enumerate(periods)}

    def middle(self, period: Period) -> float:
        return round(self._left + (self._places[period.first] + 0.5) * self.room, 1)

    def at(self, instant: datetime) -> float:
        return round(self._left + self._place(instant) * self.room, 1)

    def _place(self, instant: datetime) -> float:
        """In periods since the first began."""
        for place, one in enumerate(self._periods):
            begins, ends = midnight(one.first), midnight(one.last + DAY)
            if instant < ends:
                return place + max(0.0, (instant - begins) / (ends - begins))
        return float(len(self._periods))

    def shade(self, span: Span) -> Shade:
        begins, ends = self.at(span.begins), self.at(span.ends)
        return Shade(begins, round(ends - begins, 1), span)


class _Up:
    """From values to y; nothing leaves the plot."""

    def __init__(self, most: float, size: Size) -> None:
        self._most, self._size = most, size

    def at(self, value: float) -> float:
        share = min(max(value / self._most, 0.0), 1.0)
        return round(self._size.top + self._size.plot_height * (1 - share), 1)

    @property
    def base(self) -> float:
        return self.at(0)


def _bar(period: Period, across: _Across, up: _Up) -> Bar:
    width = across.room * BAR_SHARE
    y = min(up.at(period.tally.delivered), up.base - SMALLEST_BAR)
    return Bar(round(across.middle(period) - width / 2, 1), y, round(width, 1), round(up.base - y, 1), period)


def _rate(period: Period) -> float | None:
    per_1000 = period.window.per_1000()
    return None if per_1000 is None else float(per_1000)


def _segments(periods: Sequence[Period]) -> list[list[Period]]:
    found: list[list[Period]] = []
    last: Period | None = None
    for one in periods:
        if _rate(one) is None:
            last = None
            continue
        if last is None or last.epoch != one.epoch:
            found.append([])
        found[-1].append(one)
        last = one
    return found


def _marks(periods: Sequence[Period], across: _Across, size: Size) -> tuple[list[Mark], int]:
    """Below the base, each in the first of a few rows where it has room; and how many rows that takes."""
    free = [0.0] * MARK_ROWS  # from which x on
    marks, deepest = list[Mark](), 1
    base = size.top + size.plot_height
    for one in (period for period in periods if period.tally.complaints):
        count = short(one.tally.complaints)
        width, x = PILL + DIGIT_WIDTH * (len(count) - 1), across.middle(one)
        row = next((row for row, begins in enumerate(free) if x - width / 2 >= begins), None)
        if row is None:
            row, count, width = MARK_ROWS - 1, "", PILL
        free[row] = x + width / 2 + 1
        deepest = max(deepest, row + 1)
        marks.append(Mark(x, round(base + (row + 0.5) * MARK_HEIGHT + 2, 1), round(width, 1), count, one))
    return marks, deepest


def _dates(periods: Sequence[Period], across: _Across, limit: int) -> list[Tick]:
    """The last period has a date, and others at even distances before it."""
    days = [one.last if one is periods[-1] else one.first for one in periods]
    every = -(-len(periods) // limit)
    chosen = range(len(periods) - 1, -1, -every)
    return [Tick(across.middle(periods[place]), short_date(days[place])) for place in reversed(chosen)]


def nice_ticks(highest: float, limit: int, *, whole: bool = False) -> list[float]:
    """From 0 on to the first that is not below `highest`, in steps of 1, 2 or 5 times a power of ten."""
    least = max(highest / (limit - 1), 1.0 if whole else 1e-6)
    power = 10.0 ** floor(log10(least))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least * (1 - 1e-9))
    ticks = [0.0, step]
    while ticks[-1] < highest * (1 - 1e-9):
        ticks.append(round(step * len(ticks), 9))
    return ticks


def short(count: float) -> str:
    """`850`, `1.2k`, `3M`"""
    for unit, sign in ((1_000_000, "M"), (1000, "k")):
        if count >= unit:
            return f"{floor(count / unit * 10) / 10:g}{sign}"
    return f"{count:g}"


def short_date(day: date) -> str:
    return f"{day.day} {day:%b}"


def outline(bars: Sequence[Bar]) -> str:
    """Of an SVG path: all bars in one."""
    return "".join(f"M{bar.x:g} {bar.y:g}h{bar.width:g}v{bar.height:g}h-{bar.width:g}z" for bar in bars)


def pills(marks: Sequence[Mark]) -> str:
    """Of an SVG path: a line for each mark, which a stroke as wide as a mark is high, with round ends, makes a pill."""
    straight = ((mark, max(mark.width - PILL, 0)) for mark in marks)
    return "".join(f"M{mark.x - length / 2:g} {mark.y:g}h{length:g}" for mark, length in straight)


def path(points: Sequence[Point]) -> str:
    """Of an SVG path; a single point is a line of no length, which round ends make visible."""
    first, *others = points
    return f"M{first.x:g} {first.y:g}" + ("".join(f"L{one.x:g} {one.y:g}" for one in others) or "h0")
