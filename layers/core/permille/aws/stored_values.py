"""Instants and keys as DynamoDB stores them. Instants are ISO 8601 in UTC with microseconds, which sort as texts."""

from datetime import UTC, date, datetime

CORRECTIONS = 8  # the shard of a tally that corrections are counted in; feedback has shards 0 to 7
DUE = "due"  # the one partition of the index `due`
SENDING, OFF = "sending", "off"  # those of `risk`


def instant(value: datetime) -> str:
    """An instant as it is stored; texts of the same length, which sort as the instants do."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def instant_of(text: str | None) -> datetime | None:
    """The stored instant; None where none is stored."""
    return datetime.fromisoformat(text) if text else None


def tally_key(day: date, epoch: int, shard: int) -> str:
    """The sort key of a tally: sorted by send day first."""
    return f"{day.isoformat()}#{epoch:04d}#{shard}"
