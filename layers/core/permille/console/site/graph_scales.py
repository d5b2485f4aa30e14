"""The scales of the report's graph: from instants to x, from values to y, and the labels of the axes."""

from collections.abc import Sequence
from datetime import date, datetime
from math import floor, log10

from permille.console.site.graph_geometry import Shade, Size
from permille.domain.values.calendar import DAY
from permille.reading.periods import Period, midnight
from permille.reading.spans import Span


class TimeScale:
    """From instants to x. Every period has the same width, and time passes evenly within it."""

    def __init__(self, periods: Sequence[Period], size: Size) -> None:
        self._periods, self._left = periods, size.left
        self.period_width = (size.width - size.left - size.right) / len(periods)
        self._indexes = {period.first: index for index, period in enumerate(periods)}

    def middle(self, period: Period) -> float:
        """The x of the period's middle."""
        return round(self._left + (self._indexes[period.first] + 0.5) * self.period_width, 1)

    def at(self, instant: datetime) -> float:
        """The x of the instant; within the plot, also where the instant is outside of the periods."""
        return round(self._left + self._periods_before(instant) * self.period_width, 1)

    def shade(self, span: Span) -> Shade:
        """The shade of the span; its width is 0 where the span is outside of the periods."""
        begins, ends = self.at(span.begins_at), self.at(span.ends_at)
        return Shade(begins, round(ends - begins, 1), span)

    def _periods_before(self, instant: datetime) -> float:
        for index, period in enumerate(self._periods):
            begins, ends = midnight(period.first), midnight(period.last + DAY)
            if instant < ends:
                return index + max(0.0, (instant - begins) / (ends - begins))
        return float(len(self._periods))


class ValueScale:
    """From values to y. Values above `highest` are drawn at the top, values below 0 at the base."""

    def __init__(self, highest: float, size: Size) -> None:
        self._highest, self._size = highest, size

    def at(self, value: float) -> float:
        """The y of the value."""
        share = min(max(value / self._highest, 0.0), 1.0)
        return round(self._size.top + self._size.plot_height * (1 - share), 1)


def nice_ticks(highest: float, limit: int, *, whole: bool = False) -> list[float]:
    """From 0 to the first tick that is at least `highest`, in steps of 1, 2 or 5 times a power of ten. There are about
    `limit` of them. `whole`: steps are integers."""
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
    """`1 Mar`"""
    return f"{day.day} {day:%b}"
