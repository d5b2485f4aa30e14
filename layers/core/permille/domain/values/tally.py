"""The counts that an account is judged by: per send day, over a window, within one epoch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

PER_MILLE = 1000  # complaint rates are per so many delivered e-mails


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of recipients.

    delivered: to whom a mail was delivered
    complaints: counted complaints
    bounces: permanent bounces
    """

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
        """Complaints for every 1,000 delivered. It is rounded up to two decimal places, so that a rate above a limit is
        never shown as the limit. None where there are no more deliveries than complaints: deliveries can be counted
        later than complaints, and then a rate says nothing."""
        if self.delivered <= self.complaints:
            return None
        return Decimal(-(-self.complaints * PER_MILLE * 100 // self.delivered)).scaleb(-2)


Days = Mapping[date, Tally]


def total_of(days: Days) -> Tally:
    """The sum of all send days."""
    return sum(days.values(), Tally())


def first_counted(first: date, counted_since: datetime | None) -> date:
    """The first send day that counts of a window that begins on `first`."""
    return max(first, counted_since.astimezone(UTC).date()) if counted_since else first


def epoch_of(sent_at: datetime, starts: Sequence[datetime]) -> int:
    """The epoch of mail sent at `sent_at`: its number, from 1. `starts`: those of the second and later epochs."""
    return 1 + sum(start <= sent_at for start in starts)


def first_day(today: date, window_days: int) -> date:
    """The oldest send day of a window of `window_days` days whose last day is today."""
    return today - timedelta(days=window_days - 1)


def total(days: Days, first: date, last: date) -> Tally:
    """The sum of the send days from `first` to `last`, both included."""
    return total_of({day: tally for day, tally in days.items() if first <= day <= last})
