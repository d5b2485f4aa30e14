"""What waits behind the tabs of the support desk, on each of its pages."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from permille.domain.rules.breaker import hour_of
from permille.ports.accounts import Control
from permille.ports.desk import AccountCounts, QuarantineCount, Queues
from permille.usecases.views.availability import or_none

MOST_COUNTED = 100  # more are shown as so many or more
COUNTED_EVERY = timedelta(minutes=1)


@dataclass(slots=True)
class UndeliveredCount:
    """Counts dead letters and feedback in quarantine, once in COUNTED_EVERY at most: it takes a call for each queue."""

    queues: Queues
    quarantine_count: QuarantineCount
    _counted_at: datetime | None = field(default=None, init=False)
    _count: int | None = field(default=None, init=False)

    def count(self, now: datetime) -> int | None:
        """How many there are, MOST_COUNTED at most; None where that is not known. May be COUNTED_EVERY old."""
        if self._counted_at is None or not timedelta() <= now - self._counted_at < COUNTED_EVERY:
            self._counted_at, self._count = now, or_none("what waits on the system's page", self._read)
        return self._count

    def _read(self) -> int:
        return min(MOST_COUNTED, self.queues.dead_letters() + self.quarantine_count.count(MOST_COUNTED))


@dataclass(frozen=True, slots=True)
class DeskTabs:
    """What the frame of the desk's pages shows. A count is None where it is not known, and MOST_COUNTED at most.

    waiting: accounts that wait for support
    held: accounts that are held for staff
    undelivered: dead letters, and feedback in quarantine
    breaker_opened_at: None while the breaker is closed, or where that is not known
    """

    waiting: int | None
    held: int | None
    undelivered: int | None
    breaker_opened_at: datetime | None


def desk_tabs(counts: AccountCounts, control: Control, undelivered: UndeliveredCount, now: datetime) -> DeskTabs:
    """Reads what the tabs show: two queries of counts and the breaker's row; a part that fails is None."""
    breaker = or_none("the breaker", lambda: control.breaker(hour_of(now)))
    return DeskTabs(
        waiting=or_none("who waits for support", lambda: counts.count_awaiting_support(MOST_COUNTED)),
        held=or_none("who is held", lambda: counts.count_held(MOST_COUNTED)),
        undelivered=undelivered.count(now),
        breaker_opened_at=breaker.opened_at if breaker else None,
    )
