"""Lengths of time, and the calendar days of a time zone."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def today(zone: tzinfo, now: datetime) -> date:
    """The calendar day that it is in the zone at `now`."""
    return now.astimezone(zone).date()


def midnight(day: date, zone: tzinfo) -> datetime:
    """The instant in UTC at which the day begins in the zone. Days are 23 or 25 hours long where clocks change."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
