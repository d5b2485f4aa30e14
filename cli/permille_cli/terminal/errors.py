"""Errors for people, as one line, and for machines, as a JSON document."""

from enum import StrEnum
from typing import Any

from typer.exceptions import Abort, TyperException

from permille.domain.values.errors import (
    ConfirmationNeeded,
    DecisionRefused,
    InvalidInput,
    NotFound,
    PermilleError,
    PermissionDenied,
    Unavailable,
)

INTERRUPTED = 130  # 128 + SIGINT
REPORTED = (PermilleError, TyperException, OSError, Abort, KeyboardInterrupt)
_ARGUMENTS = ("complaint", "url")


class ErrorKind(StrEnum):
    """What kind of error ended a command."""

    INVALID_INPUT = "invalid_input"
    NOT_FOUND = "not_found"
    REFUSED = "refused"
    CONFIRMATION_NEEDED = "confirmation_needed"
    UNAVAILABLE = "unavailable"
    PERMISSION_DENIED = "permission_denied"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


_KINDS: dict[type[BaseException], ErrorKind] = {
    TyperException: ErrorKind.INVALID_INPUT,
    InvalidInput: ErrorKind.INVALID_INPUT,
    NotFound: ErrorKind.NOT_FOUND,
    ConfirmationNeeded: ErrorKind.CONFIRMATION_NEEDED,
    DecisionRefused: ErrorKind.REFUSED,
    Unavailable: ErrorKind.UNAVAILABLE,
    PermissionDenied: ErrorKind.PERMISSION_DENIED,
    Abort: ErrorKind.INTERRUPTED,
    KeyboardInterrupt: ErrorKind.INTERRUPTED,
}


def exit_status(error: BaseException) -> int:
    """With what the command exits."""
    if isinstance(error, PermilleError):
        return error.exit_code
    if isinstance(error, TyperException):
        return 2
    return INTERRUPTED if isinstance(error, (Abort, KeyboardInterrupt)) else 1


def as_text(error: BaseException) -> str:
    """The error as one line. Names the options that invalid input is in. Of a group without its command: the help."""
    text = _message(error)
    return text if text.startswith("Usage:") else " ".join(text.split())


def _message(error: BaseException) -> str:
    if isinstance(error, (Abort, KeyboardInterrupt)):
        return "interrupted"
    if isinstance(error, TyperException):
        return str(error.format_message()).replace("Value error, ", "")  # pydantic's prefix, for programmers
    if isinstance(error, InvalidInput):
        return "; ".join(_of_option(field, message) for field, message in error.errors)
    return str(error)


def as_data(error: BaseException) -> dict[str, Any]:
    """The document that is printed with --json."""
    kind = next((_KINDS[each] for each in type(error).__mro__ if each in _KINDS), ErrorKind.FAILED)
    fields = [
        {"field": _named(field), "message": message}
        for field, message in (error.errors if isinstance(error, InvalidInput) else ())
        if field
    ]
    return {"error": {"kind": kind.value, "message": as_text(error), "fields": fields}}


def _of_option(field: str, message: str) -> str:
    """The message with the option or argument of the field in front; an account is named by the message itself."""
    return message if field in ("", "account_id") else f"{_named(field)}: {message}"


def _named(field: str) -> str:
    if field in _ARGUMENTS:
        return field.upper()
    return "ID" if field == "account_id" else f"--{field.replace('_', '-')}"
