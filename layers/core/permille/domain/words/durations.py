"""Durations in words."""

from datetime import timedelta

from permille.domain.words.wording import times

_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))  # with their seconds


def lasting(time: timedelta) -> str:
    """The duration in its largest unit, rounded down: `3 hours`."""
    seconds = int(time.total_seconds())
    for name, length in _UNITS:
        if seconds >= length:
            return times(seconds // length, name)
    return "less than a minute"
