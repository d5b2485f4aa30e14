"""SES's dialects, read once at the border.

Identity notifications have a `notificationType`, event publishing an `eventType`; the same happening arrives in both
where both are switched on. Either comes raw, in an SNS envelope, or as an EventBridge event.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from permille.domain.feedback import Bounce, Complaint, Delivery, Feedback, Ignored, Message, Unreadable

ABOUT_TAG = "permille-account"  # on our own mails to owners
SET_UP_TEXT = "Successfully validated SNS topic"
LONGEST_ADDRESS = 320
LONGEST_NAME = 120  # of ids, types and callers: SES's have 70 at most, and they have to fit into a key
LONGEST_SUBJECT = 300  # what is kept of it

Json = Mapping[str, Any]

# SES's ten kinds of events and the identity notifications' kinds that nobody counts.
UNCOUNTED_KINDS = frozenset(
    {"Send", "Reject", "Open", "Click", "Rendering Failure", "DeliveryDelay", "Subscription", "Received"}
    | {"AmazonSnsSubscriptionSucceeded"}
)

# What SES tells EventBridge that is about no message.
UNCOUNTED_DETAILS = frozenset(
    {
        "Sending Status Enabled",
        "Sending Status Disabled",
        "Advisor Recommendation Status Open",
        "Advisor Recommendation Status Resolved",
    }
)

# JSON can escape half a surrogate pair, which can be neither stored nor sent: it becomes a question mark.
_HALF_A_PAIR = re.compile(r"\\u[dD][89a-fA-F]")


class _Wrong(Exception):
    """Carries the reason of an Unreadable out of the depths of the parser."""


def parse(body: str) -> Feedback | Ignored | Unreadable:
    """Reads one record's body, whatever it holds; never raises."""
    try:
        return _read(body)
    except _Wrong as wrong:
        return Unreadable(str(wrong))


def _read(body: str) -> Feedback | Ignored:
    if body.startswith(SET_UP_TEXT):
        return Ignored("set-up notice")
    content = _json_object(body, "the body")
    if "Type" in content and "TopicArn" in content:
        return _read_envelope(content)
    if content.get("detail-type") in UNCOUNTED_DETAILS:
        return Ignored(content["detail-type"])
    if "detail-type" in content:
        content = _object(content, "detail", "the EventBridge event")
    return _read_event(content)


def _read_envelope(envelope: Json) -> Feedback | Ignored:
    if envelope["Type"] != "Notification":  # its links are never followed
        return Ignored(f"SNS {envelope['Type']}")
    message = _text(envelope, "Message", "the SNS envelope")
    if message.startswith(SET_UP_TEXT):
        return Ignored("set-up notice")
    return _read_event(_json_object(message, "the SNS message"))


def _read_event(event: Json) -> Feedback | Ignored:
    kind = event.get("eventType") or event.get("notificationType")
    if not isinstance(kind, str):
        raise _Wrong("neither eventType nor notificationType is there")
    if kind in UNCOUNTED_KINDS:
        return Ignored(kind)
    if kind not in _READERS:
        raise _Wrong(f"unknown kind {kind[:40]!r}")
    message = _message(_object(event, "mail", "the event"))
    return _READERS[kind](message, _object(event, kind.lower(), "the event"))


def _message(mail: Json) -> Message:
    tags = mail.get("tags")
    tags = tags if isinstance(tags, dict) else {}
    headers = mail.get("commonHeaders")
    subject = headers.get("subject") if isinstance(headers, dict) else None
    return Message(
        id=_id(mail, "messageId", "mail"),
        sent_at=_instant(mail, "timestamp", "mail"),
        caller=_caller(mail, tags),
        destination=_addresses(mail.get("destination", []), "mail.destination"),
        subject=subject[:LONGEST_SUBJECT] if isinstance(subject, str) else "",
        about=_first(tags.get(ABOUT_TAG)),
        campaign=_first(tags.get("campaign")),
    )


def _caller(mail: Json, tags: Json) -> str:
    """SES alone sets these two; headers and all other tags are the sender's to write and are never believed."""
    tagged, named = _first(tags.get("ses:caller-identity")), _optional(mail, "callerIdentity")
    if tagged and named and tagged != named:
        raise _Wrong("ses:caller-identity and mail.callerIdentity differ")
    return tagged or named


def _delivery(message: Message, delivery: Json) -> Delivery:
    return Delivery(message, _addresses(delivery.get("recipients"), "delivery.recipients"))


def _bounce(message: Message, bounce: Json) -> Bounce:
    return Bounce(
        message,
        recipients=_listed_addresses(bounce, "bouncedRecipients", "bounce"),
        permanent=bounce.get("bounceType") == "Permanent",
        sub_type=_optional(bounce, "bounceSubType"),
    )


def _complaint(message: Message, complaint: Json) -> Complaint:
    listed = complaint.get("complainedRecipients") is not None  # public captures without the list exist
    return Complaint(
        message,
        candidates=_listed_addresses(complaint, "complainedRecipients", "complaint") if listed else (),
        reported_at=_instant(complaint, "timestamp", "complaint"),
        feedback_type=_optional(complaint, "complaintFeedbackType"),
        sub_type=_optional(complaint, "complaintSubType"),
        feedback_id=_optional(complaint, "feedbackId"),
    )


_READERS: dict[str, Callable[[Message, Json], Feedback]] = {
    "Delivery": _delivery,
    "Bounce": _bounce,
    "Complaint": _complaint,
}


def _json_object(text: str, where: str) -> Json:
    try:
        content = json.loads(text)
        if _HALF_A_PAIR.search(text):
            content = json.loads(json.dumps(content, ensure_ascii=False).encode("utf-8", "replace"))
    except ValueError as error:
        raise _Wrong(f"{where} is not JSON: {error}") from error
    except RecursionError:
        raise _Wrong(f"{where} is nested too deeply") from None
    if not isinstance(content, dict):
        raise _Wrong(f"{where} is {_named(content)}, not a JSON object")
    return content


def _object(parent: Json, key: str, where: str) -> Json:
    value = parent.get(key)
    if not isinstance(value, dict):
        raise _Wrong(f"{where} has {_named(value)} as {key}, not an object")
    return value


def _text(parent: Json, key: str, where: str) -> str:
    value = parent.get(key)
    if not isinstance(value, str) or not value:
        raise _Wrong(f"{where} has {_named(value)} as {key}, not a text")
    return value


def _id(parent: Json, key: str, where: str) -> str:
    text = _text(parent, key, where)
    if len(text) > LONGEST_NAME:
        raise _Wrong(f"{where}.{key} is too long")
    return text


def _optional(parent: Json, key: str) -> str:
    value = parent.get(key)
    return value[:LONGEST_NAME] if isinstance(value, str) else ""


def _first(value: object) -> str:
    return value[0][:LONGEST_NAME] if isinstance(value, list) and value and isinstance(value[0], str) else ""


def _addresses(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _Wrong(f"{where} is {_named(value)}, not a list")
    for address in value:
        if not isinstance(address, str) or len(address) > LONGEST_ADDRESS:
            raise _Wrong(f"{where} holds what is no address")
    return tuple(value)


def _listed_addresses(parent: Json, key: str, where: str) -> tuple[str, ...]:
    listed = parent.get(key)
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise _Wrong(f"{where}.{key} is {_named(listed)}, not a list of recipients")
    return _addresses([one.get("emailAddress") for one in listed], f"{where}.{key}")


def _instant(parent: Json, key: str, where: str) -> datetime:
    """SES's own pages print a space before the zone; captures have offsets, and some no zone at all (UTC)."""
    text = _text(parent, key, where)
    try:
        instant = datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-"))
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _Wrong(f"{where}.{key} is no time: {text[:40]!r}") from error


def _named(value: object) -> str:
    if value is None:
        return "nothing"
    if value == "":
        return "an empty text"
    return {dict: "an object", list: "an array", str: "a text", bool: "a boolean"}.get(type(value), "a number")
