"""Time zones by their names in the IANA database, read from this host's files."""

from datetime import UTC, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from permille.domain.values.errors import DecisionRefused, InvalidInput

if TYPE_CHECKING:
    from permille.domain.account.account import Account


def zone_named(name: str) -> tzinfo:
    """The zone of that name, as people type it. Raises InvalidInput where this host does not have it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(f"{name!r} is no time zone; one is Europe/Vienna", "timezone") from error


def zone_of(account: "Account") -> tzinfo:
    """The account's zone, for decisions. Raises DecisionRefused where this host does not have it: another zone would
    make other days."""
    try:
        return zone_named(account.timezone)
    except InvalidInput as error:
        raise DecisionRefused(f"{account.timezone!r} is no time zone that is known here") from error


def shown_zone_of(account: "Account") -> tzinfo:
    """The account's zone, for display; UTC where this host does not have it, so that a page can be shown."""
    try:
        return zone_of(account)
    except DecisionRefused:
        return UTC
