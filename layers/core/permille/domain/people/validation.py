"""Validation of what people enter, shared by command, pages and API.

A rule takes a value and returns its normal form. It raises InvalidInput where the value is invalid; the message does
not name the field, which the caller knows.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TypeVar

from permille.domain.policy.policy import LARGEST_BATCH
from permille.domain.rules.breaker import LARGEST_GRANT
from permille.domain.timeline.kinds.note import LONGEST_NOTE
from permille.domain.values.calendar import DAY, midnight
from permille.domain.values.entry_id import ENTRY_ID
from permille.domain.values.errors import InvalidInput
from permille.domain.words.wording import LONGEST_REASON, plain, shows_each

LONGEST_TEXT = 1000
LONGEST_SENDER = 128
LONGEST_NAME = 60
LAST_YEAR = 2999  # durations are added to days, which must not overflow
Raw = TypeVar("Raw")
Valid = TypeVar("Valid")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BRACKETS = ("Ps", "Pe")  # Unicode's categories of opening and closing brackets
_PLATFORM = re.compile(r"[a-z0-9-]{1,40}")
_DIGITS = re.compile(r"[0-9]{1,9}")
_NO_GRANT = f"say how many more may pass, from 0 to {LARGEST_GRANT:,}; or leave it empty"


def of_field(field: str, rule: Callable[[Raw], Valid], value: Raw) -> Valid:
    """Applies a rule. Raises InvalidInput that names the field."""
    try:
        return rule(value)
    except InvalidInput as error:
        raise InvalidInput(str(error), field) from error


def _text(missing: str, longest: int) -> Callable[[str], str]:
    """Makes the rule for a text that is not blank; it is stripped. `missing`: the message where it is blank."""

    def rule(text: str) -> str:
        stripped = text.strip()
        if not plain(stripped):
            raise InvalidInput(missing)
        if len(stripped) > longest:
            raise InvalidInput(f"{len(stripped):,} characters are too many; {longest:,} are enough")
        if any("\ud800" <= character <= "\udfff" for character in stripped):  # from bytes that are no UTF-8
            raise InvalidInput("holds characters that are none")
        return stripped

    return rule


reason = _text("say why; a few words are enough", LONGEST_REASON)
cause = _text("say what went wrong", LONGEST_TEXT)
change = _text("say what was changed", LONGEST_TEXT)
note_text = _text("write the note", LONGEST_NOTE)
decider = _text("it has to be known who decides", LONGEST_REASON)
sender = _text("names no IAM user or role", LONGEST_SENDER)


def holder(name: str) -> str:
    """The name of a link's holder, normalized by NFKC, so that names which differ in width, ligatures or blanks are
    equal. It has no brackets: the timeline appends in brackets who made the link."""
    normal = " ".join(word for word in unicodedata.normalize("NFKC", name).split(" ") if word)
    if not (normal and shows_each(normal) and len(normal) <= LONGEST_NAME):
        raise InvalidInput(
            f"takes 1 to {LONGEST_NAME} printable characters, each of which shows something, not {name!a}"
        )
    if any(unicodedata.category(character) in _BRACKETS for character in normal):
        raise InvalidInput("takes no brackets")
    return normal


def platform(name: str) -> str:
    """The name of the host platform that a token is for: lower-case ASCII letters, digits and hyphens."""
    if not _PLATFORM.fullmatch(name):
        raise InvalidInput(f"takes 1 to 40 of the signs a-z, 0-9 and - for a platform, not {name!a}")
    return name


def holder_or_all(name: str) -> str:
    """A holder's name, or empty for all holders."""
    return holder(name) if name else ""


def entry_id(text: str) -> str:
    """The id of a timeline entry; it is stripped."""
    if not ENTRY_ID.fullmatch(text.strip()):
        raise InvalidInput("takes the id of an entry, such as 20260310T120000.000000Z-1f2e3d4c")
    return text.strip()


def note(text: str) -> str:
    """A text like a reason, or empty where it is blank."""
    return reason(text) if text.strip() else ""


def batch(size: int) -> int:
    """The size of a batch, in e-mails."""
    if not 1 <= size <= LARGEST_BATCH:
        raise InvalidInput(f"a batch has 1 to {LARGEST_BATCH:,} e-mails; say how many go out on that day")
    return size


def grant(more: int | None) -> int | None:
    """How many more disablings the breaker lets pass; None for the policy's bound."""
    if more is not None and not 0 <= more <= LARGEST_GRANT:
        raise InvalidInput(_NO_GRANT)
    return more


def grant_from(text: str) -> int | None:
    """Parses a grant; None where the text is blank."""
    digits = text.strip()
    if not digits:
        return None
    if not _DIGITS.fullmatch(digits):
        raise InvalidInput(_NO_GRANT)
    return grant(int(digits))


def day(value: date) -> date:
    """A day up to LAST_YEAR, without a time."""
    if isinstance(value, datetime):
        raise InvalidInput("a day has no time")
    if value.year > LAST_YEAR:
        raise InvalidInput(f"that day is too far ahead; the last year is {LAST_YEAR}")
    return value


def instant(value: datetime) -> datetime:
    """An instant with a zone; returned in UTC."""
    if value.tzinfo is None:
        raise InvalidInput("takes an instant with its zone, such as 2026-03-01T09:00:00Z")
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise InvalidInput("is no instant that UTC has") from error


def day_from(text: str) -> date:
    """Parses a day in the form YYYY-MM-DD; no other form of ISO 8601 is accepted."""
    try:
        if _DAY.fullmatch(text.strip()):
            return day(date.fromisoformat(text.strip()))
    except ValueError as error:
        raise InvalidInput("is not a date of the calendar") from error
    raise InvalidInput("takes a day such as 2026-12-31")


def end_of(value: date) -> datetime:
    """The instant at which the day ends in UTC."""
    return midnight(day(value) + DAY, UTC)
