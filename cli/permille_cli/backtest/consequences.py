"""What the disablings of an account would have meant: what was let out before them, and what was blocked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from permille.domain.values.tally import Tally
from permille_cli.backtest.history import Arrivals, FeedbackHistory


@dataclass(frozen=True, slots=True)
class Consequences:
    """Of one account under one policy. Feedback belongs to the mail that it is about, whenever it arrived.

    let_out: about mail that was sent while the account was on
    blocked: about mail that would not have been sent
    """

    let_out: Tally
    blocked: Tally


def consequences_of(history: FeedbackHistory, off: Sequence[tuple[int, float]]) -> Consequences:
    """The consequences of the account being off at these times."""

    def is_blocked(sent: int) -> bool:
        return any(begin < sent <= end for begin, end in off)

    if not off:
        return Consequences(total_of(history), Tally())
    blocked = Tally(
        delivered=_number_of(history.deliveries, is_blocked),
        complaints=sum(is_blocked(arrived.sent) for arrived in history.counting_complaints),
        bounces=_number_of(history.bounces, is_blocked),
    )
    return Consequences(_difference(total_of(history), blocked), blocked)


def _difference(total: Tally, part: Tally) -> Tally:
    return Tally(
        total.delivered - part.delivered,
        total.complaints - part.complaints,
        total.bounces - part.bounces,
    )


def total_of(history: FeedbackHistory) -> Tally:
    """Everything that counts."""
    complaints = sum(1 for _ in history.counting_complaints)
    return Tally(history.deliveries.total, complaints, history.bounces.total)


def _number_of(arrivals: Arrivals, is_counted: Callable[[int], bool]) -> int:
    return sum(number for sent, number in zip(arrivals.sent, arrivals.number, strict=True) if is_counted(sent))
