"""The counts that a sender is judged by: per send day, over a window, within one epoch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

PER = 1000  # complaints are counted per so many delivered


@dataclass(frozen=True, slots=True)
class Tally:
    delivered: int = 0
    complaints: int = 0
    bounces: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.delivered + other.delivered,
            self.complaints + other.complaints,
            self.bounces + other.bounces,
        )

    def per_1000(self) -> Decimal | None:
        """Complaints for every 1,000 delivered, rounded up to two decimal places: what is above a limit never reads as
        the limit, and no complaint as none. None where it says nothing, since no more was delivered than complained
        about: deliveries are counted later than they happen."""
        if self.delivered <= self.complaints:
            return None
        return Decimal(-(-self.complaints * PER * 100 // self.delivered)).scaleb(-2)


Days = Mapping[date, Tally]


def total_of(days: Days) -> Tally:
    return sum(days.values(), Tally())


def epoch_of(sent_at: datetime, starts: Sequence[datetime]) -> int:
    """The epoch that mail sent at `sent_at` belongs to: 1, plus one for each start that is not after it."""
    return 1 + sum(start <= sent_at for start in starts)


def first_day(today: date, window_days: int) -> date:
    """The oldest send day of the window that ends with today, today included."""
    return today - timedelta(days=window_days - 1)


def total(days: Days, first: date, last: date) -> Tally:
    """The sum of the send days from `first` to `last`, both included."""
    return total_of({day: tally for day, tally in days.items() if first <= day <= last})
