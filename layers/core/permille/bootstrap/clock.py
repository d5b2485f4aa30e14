"""The clock: the only place that reads the time."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from permille.settings import ClockSettings


def clock() -> datetime:
    """The real time, in UTC."""
    return datetime.now(UTC)


def time_of(event: Mapping[str, Any] | None = None) -> datetime:
    """The `now` of a run: the real time, unless ReplayClock is on. Then a scheduled event's `time` counts. While it is
    ahead of the real time, runs of events without a time are as far ahead, until the replayed time is cleared."""
    settings = ClockSettings.from_env()
    if settings.replay_clock != "on":
        return clock()
    from permille.aws.replay_clock import ReplayedTime

    replayed = ReplayedTime(table=settings.control_table)
    ahead = replayed.ahead()
    if not event or "time" not in event:
        return clock() + ahead
    at = datetime.fromisoformat(event["time"]).astimezone(UTC)
    if at - clock() > max(ahead, timedelta()):
        replayed.set(at - clock())
    return at
