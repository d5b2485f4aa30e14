"""The fields of SES's events, each read with the type that it must have."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

LONGEST_NAME = 120  # of ids, types and senders: SES's have 70 at most, and they have to fit into a key
LONGEST_TIME = 40

Json = Mapping[str, Any]

# Half a surrogate pair, which can be neither stored nor sent: it becomes a question mark. JSON can escape it.
_HALF_A_PAIR = re.compile(r"[\ud800-\udfff]")
_ESCAPED_HALF = re.compile(r"\\u[dD]")
_SPACE_BEFORE_THE_ZONE = re.compile(r"(?<!\s)\s++(?=(Z|[+-]\d\d(:?\d\d)?)$)")


class Malformed(Exception):
    """The reason why an event cannot be read."""


def json_object(text: str, where: str) -> Json:
    """Parses a JSON object. Raises Malformed, also where it is nested too deeply."""
    try:
        content = json.loads(text)
        if _may_hold_half_a_pair(text):
            content = json.loads(json.dumps(content, ensure_ascii=False).encode("utf-8", "replace"))
    except ValueError as error:  # without its position, by which no two of them would be alike
        raise Malformed(f"{where} is not JSON: {getattr(error, 'msg', error)}") from error
    except RecursionError:
        raise Malformed(f"{where} is nested too deeply") from None
    if not isinstance(content, dict):
        raise Malformed(f"{where} is {type_name(content)}, not a JSON object")
    return content


def _may_hold_half_a_pair(text: str) -> bool:
    """Whether a text may hold half a surrogate pair. Quick, since all feedback is checked: one pass for escapes, and
    hardly any text is not ASCII."""
    escaped = "\\u" in text and _ESCAPED_HALF.search(text) is not None
    return escaped or (not text.isascii() and _HALF_A_PAIR.search(text) is not None)


def object_at(parent: Json, key: str, where: str) -> Json:
    """An object of the event. Raises Malformed where there is none."""
    value = parent.get(key)
    if not isinstance(value, dict):
        raise Malformed(f"{where} has {type_name(value)} as {key}, not an object")
    return value


def text_at(parent: Json, key: str, where: str) -> str:
    """A text of the event. Raises Malformed where there is none, or only blanks."""
    value = parent.get(key)
    if not isinstance(value, str) or not value or value.isspace():
        raise Malformed(f"{where} has {type_name(value)} as {key}, not a text")
    return value


def id_at(parent: Json, key: str, where: str) -> str:
    """An id of the event, of at most LONGEST_NAME characters. Raises Malformed."""
    text = text_at(parent, key, where)
    if len(text) > LONGEST_NAME:
        raise Malformed(f"{where}.{key} is too long")
    return text


def name_or_empty(value: object) -> str:
    """The name of a type; empty where it is no text, or longer than any that SES has."""
    name = value.strip() if isinstance(value, str) else ""
    return name if len(name) <= LONGEST_NAME else ""


def feedback_id_or_empty(value: object) -> str:
    """The id of a report; in place of one that is too long its digest, which tells two reports apart as well."""
    text = value.strip() if isinstance(value, str) else ""
    return text if len(text) <= LONGEST_NAME else sha256(text.encode()).hexdigest()


def first_text(value: object) -> str:
    """The first text of a list, cut to LONGEST_NAME; empty where there is none."""
    return value[0][:LONGEST_NAME] if isinstance(value, list) and value and isinstance(value[0], str) else ""


def instant_at(parent: Json, key: str, where: str) -> datetime:
    """A time of the event. Raises Malformed where there is none, or it cannot be read."""
    instant = instant_or_none(text_at(parent, key, where))
    if instant is None:
        raise Malformed(f"{where}.{key} is no time")
    return instant


def instant_or_none(text: object) -> datetime | None:
    """A time in UTC; None where it cannot be read. SES's own pages print a space before the zone; captures have
    offsets, and some no zone at all (UTC)."""
    if not isinstance(text, str) or len(text) > LONGEST_TIME:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return _instant_with_a_space(text)
    return _in_utc(instant)


def _instant_with_a_space(text: str) -> datetime | None:
    try:
        return _in_utc(datetime.fromisoformat(_SPACE_BEFORE_THE_ZONE.sub("", text)))
    except ValueError:
        return None


def _in_utc(instant: datetime) -> datetime | None:
    """None where it would be outside of the years that there are."""
    if instant.tzinfo is UTC:
        return instant
    try:
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except OverflowError:
        return None


def type_name(value: object) -> str:
    """What JSON calls the type of a value, for messages."""
    if value is None:
        return "nothing"
    if isinstance(value, str) and not value.strip():
        return "an empty text"
    return {dict: "an object", list: "an array", str: "a text", bool: "a boolean"}.get(type(value), "a number")
