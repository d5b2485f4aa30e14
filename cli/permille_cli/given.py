"""What people type, read into what the use cases take. All raise InvalidInput where it cannot be."""

import sys
from datetime import UTC, date, datetime
from getpass import getpass

from permille.domain import validation
from permille.domain.errors import InvalidInput
from permille.domain.provider import LONGEST_PASSWORD, Password


def password(*, from_stdin: bool) -> Password:
    """Typed without being shown, or read from stdin, where the end of the line is none of it."""
    if from_stdin:
        text = sys.stdin.read(LONGEST_PASSWORD + 3)
        return Password(text.removesuffix("\n").removesuffix("\r"))
    if not sys.stdin.isatty():
        raise InvalidInput("nobody is here to type the password: pass it to --password-stdin")
    return Password(getpass("Password: "))


def day(text: str) -> date:
    return validation.of_field("day", validation.day_from, text)


def end(text: str) -> datetime:
    """The end of a day, or an instant."""
    if "T" in text or " " in text.strip():
        return instant(text, "until", "a day such as 2026-12-31 or an ISO 8601 time")
    return validation.end_of(validation.of_field("until", validation.day_from, text))


def instant(text: str, field: str, takes: str = "an ISO 8601 time such as 2026-03-01T09:00:00Z") -> datetime:
    """UTC, also where it says no zone."""
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(f"takes {takes}, not {text!r}", field) from error
