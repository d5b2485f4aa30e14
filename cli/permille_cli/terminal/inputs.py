"""Parses arguments, files and passwords into what use cases take. All functions raise InvalidInput."""

import io
import re
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from permille.domain.values.errors import InvalidInput, InvalidPolicy

if TYPE_CHECKING:
    from permille.domain.policy.policy import Policy
    from permille.domain.sending.smtp_server import Password


def password(*, from_stdin: bool) -> "Password":
    """Asks for the password without echo, or reads it from stdin, without its line ending."""
    from permille.domain.sending.smtp_server import LONGEST_PASSWORD, Password

    if from_stdin:
        text = sys.stdin.read(LONGEST_PASSWORD + 3)
        return Password(text.removesuffix("\n").removesuffix("\r"))
    if not sys.stdin.isatty():
        raise InvalidInput("there is no terminal to ask for the password: use --password-stdin")
    return Password(getpass("Password: "))


def day(text: str) -> date:
    """A date such as 2026-12-31."""
    from permille.domain.people import validation

    return validation.of_field("day", validation.day_from, text)


def end(text: str) -> datetime:
    """The end of a UTC day, or an instant."""
    from permille.domain.people import validation

    if "T" in text or " " in text.strip():
        return instant(text, "until", "a day such as 2026-12-31 or an ISO 8601 time")
    return validation.end_of(validation.of_field("until", validation.day_from, text))


def instant(text: str, field: str, takes: str = "an ISO 8601 time such as 2026-03-01T09:00:00Z") -> datetime:
    """An ISO 8601 time, UTC if it has no zone. `field`: the option, for the error; `takes`: what it takes."""
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(f"takes {takes}, not {text!r}", field) from error


SECRET_PREFIX = re.compile(r"[A-Za-z0-9_+=.@-]+(/[A-Za-z0-9_+=.@-]+)*")  # of names in Secrets Manager
MOST_CHARACTERS = 4096  # of an SSM parameter


def policy(file: str) -> "Policy":
    """The policy in a file; - for standard input."""
    return policy_of(file, policy_text(file))


def policy_text(file: str) -> str:
    """The text of a policy's file; - for standard input."""
    from permille.domain.policy.policy import PRESETS

    if file in PRESETS and not Path(file).exists():
        raise InvalidInput(f'{file} is a preset, and no file: save {{"preset": "{file}"}} in one, or pipe it to -')
    return text_of(file)


def policy_of(file: str, text: str) -> "Policy":
    """The policy in `text`, which was read from `file`."""
    from permille.domain.policy.policy_file import parse_policy

    if len(text) > MOST_CHARACTERS:
        raise InvalidInput(f"{file} has {len(text):,} characters; an SSM parameter holds at most {MOST_CHARACTERS:,}")
    try:
        return parse_policy(text)
    except InvalidPolicy as wrong:
        raise InvalidInput(f"{file}: {wrong}") from wrong


def text_of(file: str) -> str:
    """The text of a UTF-8 file without its byte order mark; - for standard input."""
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return io.StringIO(content.decode("utf-8-sig"), newline=None).read()  # with line endings of one character
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{file} is not UTF-8: {error.reason}") from error
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}") from error


def output_file(path: Path | None, option: str, *, others: Iterable[Path | str | None] = ()) -> None:
    """Checks before the work that its answer can be written to this file. `others`: files of the same command, which it
    must not overwrite."""
    if path is None:
        return
    if path.is_dir() or not path.absolute().parent.is_dir():
        why = "is a folder" if path.is_dir() else "is in a folder that does not exist"
        raise InvalidInput(f"{str(path)!r} {why}", option)
    if path.resolve() in {Path(other).resolve() for other in others if other}:
        raise InvalidInput(f"{str(path)!r} is another file of this command, and would be overwritten", option)
