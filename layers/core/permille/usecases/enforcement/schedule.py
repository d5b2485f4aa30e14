"""The run of every minute: accounts that are due are processed. Once an hour the age of the quarantine is measured."""

from collections.abc import Callable
from datetime import datetime, timedelta

from permille.domain.values.calendar import DAY
from permille.domain.values.errors import ServiceError
from permille.observability import emit, emit_count, measure
from permille.ports.feedback import QuarantineAge
from permille.usecases.enforcement.enforce import Run, enforce_due
from permille.usecases.enforcement.enforce_services import EnforceServices


def run_schedule(services: EnforceServices, now: datetime, time_left: Callable[[], timedelta]) -> Run:
    """Runs this minute. The metric `schedule.run` says that it ended; runs of the stream do not emit it, so that its
    alarm is about the schedule alone."""
    run = enforce_due(services, now, time_left)
    if now.minute == 0:
        _measure_quarantine(services.quarantine, now)
    emit("schedule.run")
    emit_count("feedback.received.records", 0)  # the alarm Uncounted needs data also where no feedback ever comes
    return run


def _measure_quarantine(quarantine: QuarantineAge, now: datetime) -> None:
    """Emits `quarantine.oldest_days`, 0 where quarantine is empty. Where it cannot be read now, an hour later."""
    try:
        oldest = quarantine.oldest()
    except ServiceError as error:
        emit("quarantine.unreadable", why=str(error))
        return
    measure("quarantine.oldest_days", (now - oldest) / DAY if oldest else 0.0)
