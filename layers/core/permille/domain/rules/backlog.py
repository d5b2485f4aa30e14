"""Feedback that waits to be counted, and for how long a decision waits for it. Time bounds every wait: on a busy
platform something waits always."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from permille.domain.account.second_chance import Trial

HOLD_AT_MOST = timedelta(minutes=2)  # what waited when a rule was broken is counted by then
COUNTED_WITHIN = timedelta(minutes=10)  # of arriving, unless a message has to be received again
RETRIED_WITHIN = timedelta(minutes=30)  # five tries, six minutes apart; it is tried on, and waited for no longer
STALLED_AFTER = timedelta(minutes=5)  # without anything counted, while messages wait
ANY_NUMBER = 10**12  # of deliveries: no ratio is broken with so many more


def verdict_from(trial: Trial) -> datetime:
    """The earliest instant of the verdict: what waited when the observing was over is counted by then."""
    return trial.verdict_at + COUNTED_WITHIN


@dataclass(frozen=True, slots=True)
class Backlog:
    """The feedback queue; its dead letters are not of it.

    messages: how many wait, those in flight included; None where SQS does not say
    oldest_sent_at: when the oldest of them was sent to the queue, where CloudWatch says; None also where none waits
    counted_at: when feedback was last counted, or found to count for nobody; None if never
    """

    messages: int | None = 0
    oldest_sent_at: datetime | None = None
    counted_at: datetime | None = None

    def is_stalled(self, now: datetime) -> bool:
        """Whether nothing at all is counted though feedback waits, or may wait."""
        return self.messages != 0 and (self.counted_at is None or now - self.counted_at >= STALLED_AFTER)

    def deliveries_to_come(self, held_since: datetime | None, now: datetime) -> int:
        """How many deliveries more a broken ratio has to withstand: each message may be one. 0 once the hold is over;
        ANY_NUMBER where nothing is counted, or where it is not known how many wait."""
        if self.is_stalled(now):
            return ANY_NUMBER
        if held_since is not None and now - held_since >= HOLD_AT_MOST:
            return 0
        return ANY_NUMBER if self.messages is None else self.messages

    def is_counted_since(self, instant: datetime, now: datetime) -> bool:
        """Whether what waited at `instant` has been counted by now. A message that CloudWatch shows to have been sent
        before that is waited for until it is a dead letter."""
        waited = now - instant
        if waited < COUNTED_WITHIN or self.is_stalled(now):
            return False
        return waited >= RETRIED_WITHIN or not self.waited_at(instant)

    def waited_at(self, instant: datetime) -> bool:
        """Whether CloudWatch shows a message that was sent before then."""
        return self.oldest_sent_at is not None and self.oldest_sent_at <= instant


NOTHING_WAITS = Backlog()
