"""Time zones by their names in the IANA database. They are read from this host's files."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from permille.domain.account.account import Account
from permille.domain.values.errors import DecisionRefused, InvalidInput


def zone_named(name: str) -> tzinfo:
    """For what is typed. Raises InvalidInput where this host knows no zone of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(f"{name!r} is no time zone; one is Europe/Vienna", "timezone") from error


def zone_of(account: Account) -> tzinfo:
    """For what is decided. Raises DecisionRefused where this host knows no zone of that name: days would be other
    days."""
    try:
        return zone_named(account.timezone)
    except InvalidInput as error:
        raise DecisionRefused(f"{account.timezone!r} is no time zone that is known here") from error


def shown_zone_of(account: Account) -> tzinfo:
    """For what is only shown: UTC where the zone is not known. One account's keeps nobody from a page."""
    try:
        return zone_of(account)
    except DecisionRefused:
        return UTC
