"""What the schedule has done every minute: whoever is due is seen to; and once an hour, how long feedback has rested in
quarantine."""

from collections.abc import Callable
from datetime import datetime, timedelta

from permille.domain.values.errors import ServiceError
from permille.domain.values.local_days import A_DAY
from permille.observability import count_metric, measure, record
from permille.ports.feedback import QuarantineAge
from permille.usecases.enforcement.enforce import Enforcement, Run, enforce_due


def run_schedule(
    enforcement: Enforcement, quarantine: QuarantineAge, now: datetime, time_left: Callable[[], timedelta]
) -> Run:
    """The run of this minute. That it came to its end is measured as `schedule.run`: runs of the stream measure nothing
    of that name, so that its silence is the schedule's."""
    did = enforce_due(enforcement, now, time_left)
    if now.minute == 0:
        _measure_quarantine(quarantine, now)
    record("schedule.run")
    count_metric("feedback.received.records", 0)  # the alarm Uncounted needs it also where nothing ever comes
    return did


def _measure_quarantine(quarantine: QuarantineAge, now: datetime) -> None:
    """`quarantine.oldest_days`: 0 where nothing rests. What cannot be read now is measured an hour later."""
    try:
        oldest = quarantine.oldest()
    except ServiceError as error:
        record("quarantine.unreadable", why=str(error))
        return
    measure("quarantine.oldest_days", (now - oldest) / A_DAY if oldest else 0.0)
