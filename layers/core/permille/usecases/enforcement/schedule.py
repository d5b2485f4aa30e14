"""What the schedule has done every minute: whoever is due is seen to; and once an hour, how long feedback has rested in
quarantine."""

from collections.abc import Callable
from datetime import datetime, timedelta

from permille.domain.values.calendar import DAY
from permille.domain.values.errors import ServiceError
from permille.observability import emit, emit_count, measure
from permille.ports.feedback import QuarantineAge
from permille.usecases.enforcement.enforce import EnforceServices, Run, enforce_due


def run_schedule(services: EnforceServices, now: datetime, time_left: Callable[[], timedelta]) -> Run:
    """The run of this minute. That it came to its end is measured as `schedule.run`: runs of the stream measure nothing
    of that name, so that its silence is the schedule's."""
    did = enforce_due(services, now, time_left)
    if now.minute == 0:
        _measure_quarantine(services.quarantine, now)
    emit("schedule.run")
    emit_count("feedback.received.records", 0)  # the alarm Uncounted needs it also where nothing ever comes
    return did


def _measure_quarantine(quarantine: QuarantineAge, now: datetime) -> None:
    """`quarantine.oldest_days`: 0 where nothing rests. What cannot be read now is measured an hour later."""
    try:
        oldest = quarantine.oldest()
    except ServiceError as error:
        emit("quarantine.unreadable", why=str(error))
        return
    measure("quarantine.oldest_days", (now - oldest) / DAY if oldest else 0.0)
