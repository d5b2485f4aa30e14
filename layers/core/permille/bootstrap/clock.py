"""The clock of functions and command: the only place that reads the time. The command has no settings to import."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any


def clock() -> datetime:
    """The real time, in UTC."""
    return datetime.now(UTC)


def replayed_now(control_table: str) -> datetime:
    """The real time, as far ahead as the last replayed event was; the same where nothing is replayed."""
    from permille.aws.replay_clock import ReplayedTime

    return clock() + ReplayedTime(table=control_table).ahead()


def time_of(event: Mapping[str, Any] | None = None) -> datetime:
    """The `now` of a run: the real time, unless ReplayClock is on. Then a scheduled event's `time` counts. While it is
    ahead of the real time, runs of events without a time are as far ahead, until the replayed time is cleared."""
    from permille.settings import ClockSettings

    settings = ClockSettings.from_env()
    if settings.replay_clock != "on":
        return clock()
    if not event or "time" not in event:
        return replayed_now(settings.control_table)
    from permille.aws.replay_clock import ReplayedTime

    replayed = ReplayedTime(table=settings.control_table)
    at = datetime.fromisoformat(event["time"]).astimezone(UTC)
    if at - clock() > max(replayed.ahead(), timedelta()):
        replayed.set(at - clock())
    return at
