"""What people type, held against what it has to be: each rule once, for command, pages and API.

A rule takes a value and returns it as it is kept. Where it cannot be kept, the rule raises InvalidInput with a message
that names no field: whoever shows it knows where it belongs.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from permille.domain.policy.policy import LARGEST_BATCH
from permille.domain.rules.breaker import LARGEST_GRANT
from permille.domain.values.entry_id import ENTRY_ID
from permille.domain.values.errors import InvalidInput
from permille.domain.words.wording import LONGEST_REASON, plain, shows_each

LONGEST_TEXT = 1000
LONGEST_SENDER = 128
LONGEST_NAME = 60
LAST_YEAR = 2999  # later days leave no room for what is added to them
Given = TypeVar("Given")
Kept = TypeVar("Kept")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BRACKETS = ("Ps", "Pe")  # opening and closing ones, as Unicode has them
_PLATFORM = re.compile(r"[a-z0-9-]{1,40}")
_DIGITS = re.compile(r"[0-9]{1,9}")
_NO_GRANT = f"say how many more may pass, from 0 to {LARGEST_GRANT:,}; or leave it empty"


def of_field(field: str, rule: Callable[[Given], Kept], value: Given) -> Kept:
    """The value as it is kept. Raises InvalidInput that names the field."""
    try:
        return rule(value)
    except InvalidInput as error:
        raise InvalidInput(str(error), field) from error


def _text(missing: str, longest: int) -> Callable[[str], str]:
    """The rule for a text that shows something; it is stripped. `missing`: the message where it shows nothing."""

    def rule(text: str) -> str:
        stripped = text.strip()
        if not plain(stripped):
            raise InvalidInput(missing)
        if len(stripped) > longest:
            raise InvalidInput(f"{len(stripped):,} characters are too many; {longest:,} are enough")
        if any("\ud800" <= character <= "\udfff" for character in stripped):  # of bytes that are no UTF-8
            raise InvalidInput("holds characters that are none")
        return stripped

    return rule


reason = _text("say why; a few words are enough", LONGEST_REASON)
cause = _text("say what went wrong", LONGEST_TEXT)
change = _text("say what was changed", LONGEST_TEXT)
decider = _text("it has to be known who decides", LONGEST_REASON)
sender = _text("names no IAM user or role", LONGEST_SENDER)


def holder(name: str) -> str:
    """The name of who is let in by a link, as NFKC has it: one for all that differ in width, ligatures or blanks. The
    timeline has who made the link in brackets behind it, so that it has none itself."""
    kept = " ".join(word for word in unicodedata.normalize("NFKC", name).split(" ") if word)
    if not (kept and shows_each(kept) and len(kept) <= LONGEST_NAME):
        raise InvalidInput(
            f"takes 1 to {LONGEST_NAME} printable characters, each of which shows something, not {name!a}"
        )
    if any(unicodedata.category(character) in _BRACKETS for character in kept):
        raise InvalidInput("takes no brackets")
    return kept


def platform(name: str) -> str:
    """The name of a token's host platform: a program's, which no person has to be called by."""
    if not _PLATFORM.fullmatch(name):
        raise InvalidInput(f"takes 1 to 40 of the signs a-z, 0-9 and - for a platform, not {name!a}")
    return name


def holder_or_all(name: str) -> str:
    """Empty for all."""
    return holder(name) if name else ""


def entry_id(text: str) -> str:
    if not ENTRY_ID.fullmatch(text.strip()):
        raise InvalidInput("takes the id of an entry, such as 20260310T120000.000000Z-1f2e3d4c")
    return text.strip()


def note(text: str) -> str:
    """As a reason, or empty."""
    return reason(text) if text.strip() else ""


def batch(size: int) -> int:
    if not 1 <= size <= LARGEST_BATCH:
        raise InvalidInput(f"a batch has 1 to {LARGEST_BATCH:,} e-mails; say how many go out on that day")
    return size


def grant(more: int | None) -> int | None:
    if more is not None and not 0 <= more <= LARGEST_GRANT:
        raise InvalidInput(_NO_GRANT)
    return more


def grant_from(text: str) -> int | None:
    """The number that a text is; None where it is empty."""
    digits = text.strip()
    if not digits:
        return None
    if not _DIGITS.fullmatch(digits):
        raise InvalidInput(_NO_GRANT)
    return grant(int(digits))


def day(value: date) -> date:
    if isinstance(value, datetime):
        raise InvalidInput("a day has no time")
    if value.year > LAST_YEAR:
        raise InvalidInput(f"that day is too far ahead; the last year is {LAST_YEAR}")
    return value


def instant(value: datetime) -> datetime:
    """In UTC."""
    if value.tzinfo is None:
        raise InvalidInput("takes an instant with its zone, such as 2026-03-01T09:00:00Z")
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise InvalidInput("is no instant that UTC has") from error


def day_from(text: str) -> date:
    """The day that a text is: YYYY-MM-DD and nothing else that ISO 8601 has for it."""
    try:
        if _DAY.fullmatch(text.strip()):
            return day(date.fromisoformat(text.strip()))
    except ValueError as error:
        raise InvalidInput("is no day that there is") from error
    raise InvalidInput("takes a day such as 2026-12-31")


def end_of(value: date) -> datetime:
    """When the day ends in UTC."""
    return datetime.combine(day(value) + timedelta(days=1), time(), UTC)
