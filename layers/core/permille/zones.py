"""Where an account is, as its row names it: by a name of the IANA time zone database."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from permille.domain.account import Account
from permille.domain.errors import DecisionRefused


def zone_of(account: Account) -> tzinfo:
    """For what is decided. Raises DecisionRefused where this host knows no zone of that name: days would be other
    days."""
    try:
        return ZoneInfo(account.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise DecisionRefused(f"{account.timezone!r} is no time zone that is known here") from error


def shown_zone_of(account: Account) -> tzinfo:
    """For what is only shown: UTC where the zone is not known. One account's keeps nobody from a page."""
    try:
        return zone_of(account)
    except DecisionRefused:
        return UTC
