"""The counts of an account at an instant of a replay, as Ingest would have counted them."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from itertools import islice

from permille.domain.account.account import Account
from permille.domain.timeline.kinds.complaints import CountedComplaint
from permille.domain.timeline.timeline import TimelineEntry, only
from permille.domain.values.tally import Tally
from permille.ports.feedback import Sender
from permille.usecases.feedback.counts import counts_of
from permille_cli.backtest.history import Arrivals, FeedbackHistory, instant_of, second_of, send_day

MINUTE = 60
_DELIVERED, _COMPLAINTS, _BOUNCES = range(3)


def tick_from(second: int) -> int:
    """The first run of the schedule from this second on: at each full minute."""
    return -(-second // MINUTE) * MINUTE


class Counted:
    """What has arrived up to an instant, without mail that was not sent since the account was off.

    one_recipient_days: of the policy
    off: when the account was off; an interval that is not over ends in infinity
    """

    def __init__(self, history: FeedbackHistory, one_recipient_days: int) -> None:
        self._history, self._one_recipient_days = history, one_recipient_days
        self._deliveries, self._bounces = _Cursor(history.deliveries), _Cursor(history.bounces)
        self._next_complaint = 0
        self._by_day: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
        self._complaints: list[TimelineEntry[CountedComplaint]] = []
        self._markers: set[str] = set()
        self.off: list[tuple[int, float]] = []
        self._epoch_began = 0
        self._epochs: tuple[datetime, ...] = ()

    def switched_off(self, at: int) -> None:
        """Mail after this instant is not sent."""
        self.off.append((at, float("inf")))

    def switched_on(self, at: int, account: Account) -> None:
        """Mail after this instant is sent again. Where a new epoch began, what was counted before does not count."""
        self.off[-1] = (self.off[-1][0], at)
        if account.epochs != self._epochs:
            self._epochs = account.epochs
            self._epoch_began = second_of(account.epochs[-1])
            self._by_day.clear()
            self._complaints.clear()

    def was_sent(self, sent: int) -> bool:
        """Whether mail of that instant was sent: the account was on."""
        return not any(begin < sent <= end for begin, end in self.off)

    def until(self, now: int) -> bool:
        """Counts what has arrived by now. Returns whether a complaint or bounce was counted."""
        self._add(self._deliveries, now, _DELIVERED)
        bounced = self._add(self._bounces, now, _BOUNCES)
        return self._add_complaints(now) or bounced

    def _add(self, cursor: "_Cursor", now: int, column: int) -> bool:
        added, rows = False, cursor.rows
        for row in cursor.until(now):
            sent = rows.sent[row]
            if sent >= self._epoch_began and (not self.off or self.was_sent(sent)):
                self._by_day[send_day(sent)][column] += rows.number[row]
                added = True
        return added

    def _add_complaints(self, now: int) -> bool:
        added, complaints = False, self._history.complaints
        while self._next_complaint < len(complaints) and complaints[self._next_complaint].at <= now:
            arrived = complaints[self._next_complaint]
            self._next_complaint += 1
            if self.was_sent(arrived.sent):
                sender = Sender("", self._history.account_id, self._epochs)
                [count] = counts_of(arrived.report, sender, instant_of(arrived.at), self._one_recipient_days)
                if count.once and count.once in self._markers:
                    count = count.as_repeated
                self._markers.add(count.once)
                if count.epoch == 1 + len(self._epochs):
                    self._by_day[count.day][_COMPLAINTS] += count.tally.complaints
                    self._complaints += only(CountedComplaint, [count.entry] if count.entry else [])
                    added |= count.tally.complaints > 0
        return added

    @property
    def next_complaint_at(self) -> int | None:
        """When the next report arrives about mail that was sent, if the account stays as it is."""
        complaints = islice(self._history.complaints, self._next_complaint, None)
        return next((arrived.at for arrived in complaints if self.was_sent(arrived.sent)), None)

    @property
    def next_bounce_at(self) -> int | None:
        """When the next bounce arrives."""
        return self._bounces.next_at

    @property
    def next_arrival_at(self) -> int | None:
        """When the next feedback arrives."""
        instants = (self._deliveries.next_at, self.next_bounce_at, self.next_complaint_at)
        return min((at for at in instants if at is not None), default=None)

    @property
    def last_complaint_day(self) -> date | None:
        """The last send day of which a complaint was counted."""
        return max((day for day, counts in self._by_day.items() if counts[_COMPLAINTS]), default=None)

    def days_since(self, first: date) -> dict[date, Tally]:
        """The tallies of the epoch from a send day on."""
        return {day: Tally(*counts_) for day, counts_ in self._by_day.items() if day >= first}

    def complaints_since(self, at: datetime) -> list[TimelineEntry[CountedComplaint]]:
        """The entries of counted complaints from an instant on."""
        return self._complaints[bisect_left(self._complaints, at, key=lambda one: one.at) :]


class _Cursor:
    """A position in arrivals."""

    def __init__(self, rows: Arrivals) -> None:
        self.rows, self._next = rows, 0

    def until(self, now: int) -> range:
        """The rows that arrived since, by now."""
        first, self._next = self._next, _after(self.rows.at, now, self._next)
        return range(first, self._next)

    @property
    def next_at(self) -> int | None:
        return self.rows.at[self._next] if self._next < len(self.rows.at) else None


def _after(at: Sequence[int], now: int, start: int) -> int:
    """The first index from `start` whose value is later than now."""
    while start < len(at) and at[start] <= now:
        start += 1
    return start
