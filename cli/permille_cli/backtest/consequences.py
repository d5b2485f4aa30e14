"""What the disablings of an account would have meant: what was let out before them, and what was blocked."""

from collections.abc import Sequence
from dataclasses import dataclass

from permille.domain.values.tally import Tally
from permille_cli.backtest.history import FeedbackHistory, second_of
from permille_cli.backtest.replay import Stop


@dataclass(frozen=True, slots=True)
class Consequences:
    """Of one account under one policy. Feedback belongs to the mail that it is about, whenever it arrived.

    let_out: about mail that was sent while the account was on
    blocked: about mail that would not have been sent
    """

    let_out: Tally
    blocked: Tally


def consequences_of(history: FeedbackHistory, stops: Sequence[Stop]) -> Consequences:
    """The consequences of the disablings."""
    off = [(second_of(stop.at), second_of(stop.reversed_at) if stop.reversed_at else None) for stop in stops]

    def is_blocked(sent: int) -> bool:
        return any(begin < sent and (end is None or sent <= end) for begin, end in off)

    totals = {False: Tally(), True: Tally()}
    for sent, number in zip(history.deliveries.sent, history.deliveries.number, strict=True):
        totals[is_blocked(sent)] += Tally(delivered=number)
    for arrived in history.complaints:
        if not arrived.report.why_not_counted:
            totals[is_blocked(arrived.sent)] += Tally(complaints=1)
    for sent, number in zip(history.bounces.sent, history.bounces.number, strict=True):
        totals[is_blocked(sent)] += Tally(bounces=number)
    return Consequences(let_out=totals[False], blocked=totals[True])
