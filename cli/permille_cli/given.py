"""What people type, read into what the use cases take. All raise WrongInput where it cannot be."""

from datetime import UTC, date, datetime

from permille.domain.wording import LONGEST_REASON
from permille_cli.errors import WrongInput


def reason(text: str, option: str = "--reason") -> str:
    """One that says something."""
    if not text.strip():
        raise WrongInput(f"{option} must say why")
    if len(text) > LONGEST_REASON:
        raise WrongInput(f"{option} is {len(text)} characters long; {LONGEST_REASON} are enough")
    return text.strip()


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WrongInput(f"--day takes a day such as 2026-12-31, not {text!r}") from error


def instant(text: str, option: str, takes: str = "an ISO 8601 time such as 2026-03-01T09:00:00Z") -> datetime:
    """UTC, also where it says no zone."""
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise WrongInput(f"{option} takes {takes}, not {text!r}") from error
