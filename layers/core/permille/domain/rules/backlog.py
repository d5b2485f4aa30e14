"""The feedback backlog, and how long a decision waits for it. Time bounds each wait: on a busy platform the queue is
never empty."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from permille.domain.account.second_chance import Trial

HOLD_AT_MOST = timedelta(minutes=2)  # by then the backlog is counted that there was when a rule was broken
COUNTED_WITHIN = timedelta(minutes=10)  # of its arrival feedback is counted, unless it has to be retried
RETRIED_WITHIN = timedelta(minutes=30)  # five tries, six minutes apart; later tries are not waited for
STALLED_AFTER = timedelta(minutes=5)  # without anything counted, while the queue is not empty
ANY_NUMBER = 10**12  # deliveries: with so many more no ratio is broken


def earliest_outcome_at(trial: Trial) -> datetime:
    """The earliest instant of the verdict on a trial, when the backlog at the end of the observing is counted."""
    return trial.verdict_at + COUNTED_WITHIN


@dataclass(frozen=True, slots=True)
class Backlog:
    """The feedback queue, without its dead letters.

    messages: how many it has, those in flight included; None where SQS does not say
    oldest_sent_at: when the oldest was sent, by CloudWatch; None where it is empty, or CloudWatch has no data; long ago
        where it has messages, and CloudWatch cannot be read
    counted_at: when feedback was last counted, or found to count for no account; None if never
    """

    messages: int | None = 0
    oldest_sent_at: datetime | None = None
    counted_at: datetime | None = None

    def is_stalled(self, now: datetime) -> bool:
        """Whether nothing has been counted for STALLED_AFTER although the queue has, or may have, messages."""
        return self.messages != 0 and (self.counted_at is None or now - self.counted_at >= STALLED_AFTER)

    def deliveries_to_come(self, held_since: datetime | None, now: datetime) -> int:
        """How many deliveries the backlog may contain, with which a ratio still has to be broken: each message may be
        one. 0 once a hold has lasted HOLD_AT_MOST; ANY_NUMBER while counting is stalled, or the length is unknown."""
        if self.is_stalled(now):
            return ANY_NUMBER
        if held_since is not None and now - held_since >= HOLD_AT_MOST:
            return 0
        return ANY_NUMBER if self.messages is None else self.messages

    def is_counted_since(self, instant: datetime, now: datetime) -> bool:
        """Whether the backlog of `instant` has been counted by now. A message that was sent before, by CloudWatch, is
        waited for until it becomes a dead letter."""
        waited = now - instant
        if waited < COUNTED_WITHIN or self.is_stalled(now):
            return False
        return waited >= RETRIED_WITHIN or not self.waited_at(instant)

    def waited_at(self, instant: datetime) -> bool:
        """Whether CloudWatch shows a message that was sent by then."""
        return self.oldest_sent_at is not None and self.oldest_sent_at <= instant


NOTHING_WAITS = Backlog()
