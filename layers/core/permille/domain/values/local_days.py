"""Days where an account is."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

A_DAY = timedelta(days=1)


def today(zone: tzinfo, now: datetime) -> date:
    return now.astimezone(zone).date()


def midnight(day: date, zone: tzinfo) -> datetime:
    """When the day begins there, in UTC: days are 23 or 25 hours long where clocks change."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
