"""What people type, read into what the use cases take. All raise InvalidInput where it cannot be."""

import sys
from datetime import UTC, date, datetime
from getpass import getpass

from permille.domain.errors import DecisionRefused, InvalidInput
from permille.domain.provider import LONGEST_PASSWORD, Password
from permille.domain.wording import LONGEST_REASON


def reason(text: str, option: str = "--reason") -> str:
    """One that says something."""
    if not text.strip():
        raise InvalidInput(f"{option} must say why")
    if len(text) > LONGEST_REASON:
        raise InvalidInput(f"{option} is {len(text)} characters long; {LONGEST_REASON} are enough")
    return text.strip()


def password(*, from_stdin: bool) -> Password:
    """Typed without being shown, or read from stdin, where the end of the line is none of it."""
    if from_stdin:
        text = sys.stdin.read(LONGEST_PASSWORD + 3)
        return _password(text.removesuffix("\n").removesuffix("\r"))
    if not sys.stdin.isatty():
        raise InvalidInput("nobody is here to type the password: pass it to --password-stdin")
    return _password(getpass("Password: "))


def _password(text: str) -> Password:
    try:
        return Password(text)
    except DecisionRefused as refused:
        raise InvalidInput(str(refused)) from refused


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"--day takes a day such as 2026-12-31, not {text!r}") from error


def instant(text: str, option: str, takes: str = "an ISO 8601 time such as 2026-03-01T09:00:00Z") -> datetime:
    """UTC, also where it says no zone."""
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(f"{option} takes {takes}, not {text!r}") from error
