"""The plots of a back-test as geometry, in per cent of their width and height. The template decides what they look
like."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import floor, log10

from permille_cli.backtest.history import SECONDS_OF_A_DAY, instant_of, second_of, send_day
from permille_cli.backtest.results import PolicyResult, Results
from permille_cli.backtest.summary import Summary

MOST_DATES = 5
TICKS = 4


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar. `what`: good, bad, undetermined and so on; `x`, `width`: per cent."""

    what: str
    number: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class StepLine:
    """How many accounts a policy had disabled by then. `points`: of an SVG polyline in a square of 100 by 100."""

    policy: str
    points: str
    total: int


@dataclass(frozen=True, slots=True)
class Label:
    """A label of an axis. `at`: per cent from the left, or from the top."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class TimePlot:
    """The disabled accounts over time, a line for each policy."""

    lines: Sequence[StepLine]
    dates: Sequence[Label]
    numbers: Sequence[Label]


def segments(parts: Sequence[tuple[str, int]], whole: int) -> list[Segment]:
    """A bar of these parts, one after the other; `whole`: what the full width stands for. Empty parts are left out."""
    found, x = list[Segment](), 0.0
    for what, number in parts:
        width = 100 * number / max(whole, 1)
        if number:
            found.append(Segment(what, number, round(x, 3), round(width, 3)))
        x += width
    return found


def accounts_bar(summary: Summary, largest: int) -> list[Segment]:
    """The disabled accounts of a policy by their truth."""
    parts = [
        ("bad", summary.caught),
        ("undetermined", summary.undetermined),
        ("good", summary.blocked_good),
        ("bounces", summary.for_bounces),
    ]
    return segments(parts, largest)


def complaints_bar(summary: Summary, largest: int) -> list[Segment]:
    """The complaints about disabled accounts: those that were let out, and those that were avoided."""
    return segments([("out", int(summary.complaints_before.total)), ("avoided", summary.complaints_after)], largest)


def time_plot(results: Results, begins_at: int, ends_at: int) -> TimePlot:
    """Of the accounts whose disabling was not reversed, when each was disabled. Instants: the archive's, in seconds."""
    highest = max([len(result.stopped) for result in results.policies])
    step = _nice_step(highest)
    top = max(step * -(-highest // step), step)
    return TimePlot(
        lines=[_line(result, begins_at, ends_at, top) for result in results.policies],
        dates=_dates(begins_at, ends_at),
        numbers=[Label(100 - 100 * number / top, f"{number:,}") for number in range(0, top + 1, step)],
    )


def _nice_step(highest: int) -> int:
    least = max(highest / TICKS, 1)
    power = 10 ** floor(log10(least))
    return int(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least))


def _line(result: PolicyResult, begins_at: int, ends_at: int, top: int) -> StepLine:
    points, number = ["0,100"], 0
    for one in result.stopped:
        x = _x(second_of(one.stop.at), begins_at, ends_at)
        points += [f"{x:g},{_y(number, top):g}", f"{x:g},{_y(number + 1, top):g}"]
        number += 1
    return StepLine(result.policy.id, " ".join([*points, f"100,{_y(number, top):g}"]), number)


def _x(second: int, begins_at: int, ends_at: int) -> float:
    return round(100 * (second - begins_at) / max(ends_at - begins_at, 1), 2)


def _y(number: int, top: int) -> float:
    return round(100 - 100 * number / top, 2)


def _dates(begins_at: int, ends_at: int) -> list[Label]:
    """At even distances, each at the beginning of its UTC day."""
    first, last = send_day(begins_at), send_day(ends_at)
    every = max(-(-(last - first).days // MOST_DATES), 1)
    days = [first + timedelta(days=number) for number in range(1, (last - first).days + 1, every)] or [first]
    return [Label(max(_x(_second_of_day(day), begins_at, ends_at), 0.0), f"{day.day} {day:%b}") for day in days]


def _second_of_day(day: date) -> int:
    return second_of(instant_of(0)) + (day - date(1970, 1, 1)).days * SECONDS_OF_A_DAY
