"""Periods of the past, days or weeks, with the counts of all epochs, and those of the window at the time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from permille.domain.policy.policy import MAX_CLOCK_SKEW
from permille.domain.values import calendar
from permille.domain.values.calendar import DAY
from permille.domain.values.tally import Days, Tally, epoch_of, first_day, total

WEEK_DAYS = 7
WEEKS = 53  # a year, this week and the same one a year ago included

Epochs = Mapping[int, Days]


@dataclass(frozen=True, slots=True)
class Period:
    """A period of send days.

    first, last: the days, both included
    tallies: by epoch, in ascending order
    epoch: the epoch when the period ended
    window: that epoch's counts over the window that ends with the period
    """

    first: date
    last: date
    tallies: tuple[tuple[int, Tally], ...]
    epoch: int
    window: Tally

    @property
    def tally(self) -> Tally:
        """The counts of all epochs together."""
        return sum((tally for _, tally in self.tallies), Tally())


def range_of_days(today: date, count: int) -> list[tuple[date, date]]:
    """So many days up to today, each as a pair of first and last day."""
    first = first_day(today, count)
    return [(first + n * DAY, first + n * DAY) for n in range(count)]


def range_of_weeks(today: date) -> list[tuple[date, date]]:
    """A year of ISO weeks, each as a pair of first and last day; the last one ends today."""
    monday = today - timedelta(days=today.weekday())
    firsts = [monday - timedelta(days=WEEK_DAYS * n) for n in reversed(range(WEEKS))]
    return [(first, min(first + (WEEK_DAYS - 1) * DAY, today)) for first in firsts]


def read_from(first: date, window_days: int) -> date:
    """The oldest send day in the window of the period that begins with `first`."""
    return first_day(first, window_days)


def periods(
    epochs: Epochs, ranges: list[tuple[date, date]], starts: tuple[datetime, ...], window_days: int, now: datetime
) -> list[Period]:
    """Makes the periods. Mail of tomorrow, by a sender's fast clock, is included in today, as it is judged.

    epochs: the tallies
    ranges: pairs of first and last day, oldest first
    starts: of the second and later epochs
    """
    return [_period(epochs, first, last, starts, window_days, now) for first, last in ranges]


def _period(
    epochs: Epochs, first: date, last: date, starts: tuple[datetime, ...], window_days: int, now: datetime
) -> Period:
    until = last + MAX_CLOCK_SKEW if last == now.date() else last
    counted = ((epoch, total(days, first, until)) for epoch, days in sorted(epochs.items()))
    epoch = epoch_of(min(_end(last), now), starts)
    window = total(epochs.get(epoch, {}), first_day(last, window_days), until)
    return Period(first, last, tuple(pair for pair in counted if pair[1] != Tally()), epoch, window)


def _end(day: date) -> datetime:
    """The last instant of the day, in UTC."""
    return midnight(day + DAY) - timedelta(microseconds=1)


def midnight(day: date) -> datetime:
    """The instant at which the send day begins, in UTC."""
    return calendar.midnight(day, UTC)


def epochs_begun(starts: tuple[datetime, ...], first: datetime, last: datetime) -> Iterator[tuple[int, datetime]]:
    """The epochs that began between the two instants: number and start of each."""
    return ((number, start) for number, start in enumerate(starts, 2) if first <= start <= last)
