"""The parts of the report's graph, in the units of a drawing; y grows downwards."""

from dataclasses import dataclass

from permille.reading.periods import Period
from permille.reading.spans import Span


@dataclass(frozen=True, slots=True)
class Size:
    """The size of a drawing.

    width: of everything
    plot_height: of the part with the bars
    left: space for the labels of the left axis
    right: space for the labels of the right axis
    ticks: the most labels of a vertical axis
    dates: the most dates below
    top: space above the plot
    bottom: space for the dates
    """

    width: float
    plot_height: float
    left: float
    right: float
    ticks: int
    dates: int
    top: float = 28
    bottom: float = 24

    @property
    def base(self) -> float:
        """The y of the bars' foot."""
        return self.top + self.plot_height


WIDE = Size(width=760, plot_height=220, left=46, right=40, ticks=5, dates=8)
NARROW = Size(width=328, plot_height=170, left=36, right=30, ticks=4, dates=4)


@dataclass(frozen=True, slots=True)
class Bar:
    """The deliveries of a period. `x`, `y`: the upper left corner."""

    x: float
    y: float
    width: float
    height: float
    period: Period


@dataclass(frozen=True, slots=True)
class Mark:
    """The complaints about a period's mail.

    x, y: the middle
    count: the number as it is shown; empty where there is no space for it
    """

    x: float
    y: float
    width: float
    count: str
    period: Period


@dataclass(frozen=True, slots=True)
class Tick:
    """A label. `at`: its place on the axis, x or y."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Shade:
    """The time in which the account had another status than active. `x`: the left edge."""

    x: float
    width: float
    span: Span


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the line of rates."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Graph:
    """A drawing.

    height: of everything
    rates: the lines of complaint rates, one for each epoch, interrupted where there is no rate
    epochs: where counting began anew, by x
    delivered_ticks: labels of the left axis, by y
    rate_ticks: labels of the right axis, by y
    date_ticks: labels below, by x
    limit: the limit of the complaint rate, by y
    is_clipped: whether a rate is above the right axis
    """

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
    is_clipped: bool

    @property
    def base(self) -> float:
        """The y of the bars' foot."""
        return self.size.base

    @property
    def right(self) -> float:
        """The x of the right axis."""
        return self.size.width - self.size.right
