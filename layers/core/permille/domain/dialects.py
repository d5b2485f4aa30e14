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

CONFIRMATIONS = ("SubscriptionConfirmation", "UnsubscribeConfirmation")

# Half a surrogate pair, which can be neither stored nor sent: it becomes a question mark. JSON can escape it.
_HALF_A_PAIR = re.compile(r"[\ud800-\udfff]")
_SPACE_BEFORE_THE_ZONE = re.compile(r"\s+(?=(Z|[+-]\d\d(:?\d\d)?)$)")


class _Wrong(Exception):
    """Carries the reason of an Unreadable out of the depths of the parser."""


def parse(body: str) -> Feedback | Ignored | Unreadable:
    """Reads one record's body, whatever it holds; never raises."""
    try:
        event = _unwrapped(body, "the body")
    except _Wrong as wrong:
        return Unreadable(str(wrong))
    if isinstance(event, Ignored):
        return event
    try:
        return _read_event(event)
    except _Wrong as wrong:
        return Unreadable(str(wrong), _named_caller(event))


def _unwrapped(text: str, where: str) -> Json | Ignored:
    """The event in its wrappings, whatever is in what: EventBridge can publish to SNS."""
    if text.startswith(SET_UP_TEXT):
        return Ignored("set-up notice")
    content = _json_object(text, where)
    if "eventType" in content or "notificationType" in content:
        return content
    if "Type" in content and "TopicArn" in content:
        return _out_of_envelope(content)
    if "detail-type" in content:
        return _out_of_eventbridge(content)
    raise _Wrong(f"{where} has neither eventType nor notificationType")


def _out_of_envelope(envelope: Json) -> Json | Ignored:
    kind = _text(envelope, "Type", "the SNS envelope")
    if kind in CONFIRMATIONS:  # whose links are never followed
        return Ignored(f"SNS {kind}")
    if kind != "Notification":
        raise _Wrong(f"the SNS envelope has the unknown type {kind[:40]!r}")
    return _unwrapped(_text(envelope, "Message", "the SNS envelope"), "the SNS message")


def _out_of_eventbridge(event: Json) -> Json | Ignored:
    kind = _text(event, "detail-type", "the EventBridge event")
    return Ignored(kind) if kind in UNCOUNTED_DETAILS else _object(event, "detail", "the EventBridge event")


def _read_event(event: Json) -> Feedback | Ignored:
    kind = event.get("eventType") or event.get("notificationType")
    if not isinstance(kind, str):
        raise _Wrong("neither eventType nor notificationType says what it is")
    if kind in UNCOUNTED_KINDS:
        return Ignored(kind)
    if kind not in _READERS:
        raise _Wrong(f"unknown kind {kind[:40]!r}")
    message = _message(_object(event, "mail", "the event"))
    return _READERS[kind](message, _object(event, kind.lower(), "the event"))


def _named_caller(event: Json) -> str:
    """Of what cannot be read, as far as it can be told: quarantine is sorted by it."""
    try:
        return _caller(_object(event, "mail", "the event"))
    except _Wrong:
        return ""


def _message(mail: Json) -> Message:
    tags = mail.get("tags")
    tags = tags if isinstance(tags, dict) else {}
    headers = mail.get("commonHeaders")
    subject = headers.get("subject") if isinstance(headers, dict) else None
    return Message(
        id=_id(mail, "messageId", "mail"),
        sent_at=_instant(mail, "timestamp", "mail"),
        caller=_caller(mail),
        destination=_addresses(mail.get("destination"), "mail.destination"),
        subject=subject[:LONGEST_SUBJECT] if isinstance(subject, str) else "",
        about=_first(tags.get(ABOUT_TAG)),
        campaign=_first(tags.get("campaign")),
    )


def _caller(mail: Json) -> str:
    """SES alone sets these two; headers and all other tags are the sender's to write and are never believed."""
    tags = mail.get("tags")
    values = tags.get("ses:caller-identity") if isinstance(tags, dict) else None
    if values is not None and (not isinstance(values, list) or len(values) != 1 or not isinstance(values[0], str)):
        raise _Wrong("ses:caller-identity does not name one caller")
    tagged, named = (values[0][:LONGEST_NAME] if values else ""), _optional(mail, "callerIdentity", "mail")
    if tagged and named and tagged != named:
        raise _Wrong("ses:caller-identity and mail.callerIdentity differ")
    return tagged or named


def _delivery(message: Message, delivery: Json) -> Delivery:
    return Delivery(message, _somebody(_addresses(delivery.get("recipients"), "delivery.recipients"), "delivery"))


def _bounce(message: Message, bounce: Json) -> Bounce:
    return Bounce(
        message,
        recipients=_somebody(_listed_addresses(bounce, "bouncedRecipients", "bounce"), "bounce"),
        permanent=_text(bounce, "bounceType", "bounce").lower() == "permanent",
        sub_type=_optional(bounce, "bounceSubType", "bounce"),
    )


def _complaint(message: Message, complaint: Json) -> Complaint:
    listed = complaint.get("complainedRecipients") is not None  # public captures without the list exist
    candidates = _listed_addresses(complaint, "complainedRecipients", "complaint") if listed else ()
    _somebody(candidates or message.destination, "complaint")
    return Complaint(
        message,
        candidates=candidates,
        reported_at=_instant(complaint, "timestamp", "complaint"),
        feedback_type=_optional(complaint, "complaintFeedbackType", "complaint"),
        sub_type=_optional(complaint, "complaintSubType", "complaint"),
        feedback_id=_optional(complaint, "feedbackId", "complaint"),
    )


_READERS: dict[str, Callable[[Message, Json], Feedback]] = {
    "Delivery": _delivery,
    "Bounce": _bounce,
    "Complaint": _complaint,
}


def _json_object(text: str, where: str) -> Json:
    try:
        content = json.loads(text)
        if _may_hold_half_a_pair(text):
            content = json.loads(json.dumps(content, ensure_ascii=False).encode("utf-8", "replace"))
    except ValueError as error:  # without its position, by which no two of them would be alike
        raise _Wrong(f"{where} is not JSON: {getattr(error, 'msg', error)}") from error
    except RecursionError:
        raise _Wrong(f"{where} is nested too deeply") from None
    if not isinstance(content, dict):
        raise _Wrong(f"{where} is {_named(content)}, not a JSON object")
    return content


def _may_hold_half_a_pair(text: str) -> bool:
    """Quick, since it is asked of all feedback: plain texts are searched as such, and hardly any is not ASCII."""
    return "\\ud" in text or "\\uD" in text or (not text.isascii() and _HALF_A_PAIR.search(text) is not None)


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


def _optional(parent: Json, key: str, where: str) -> str:
    value = parent.get(key)
    if value is not None and not isinstance(value, str):
        raise _Wrong(f"{where} has {_named(value)} as {key}, not a text")
    return (value or "")[:LONGEST_NAME]


def _first(value: object) -> str:
    return value[0][:LONGEST_NAME] if isinstance(value, list) and value and isinstance(value[0], str) else ""


def _addresses(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _Wrong(f"{where} is {_named(value)}, not a list")
    for address in value:
        if not isinstance(address, str) or len(address) > LONGEST_ADDRESS or "@" not in address:
            raise _Wrong(f"{where} holds what is no address")
    return tuple(value)


def _somebody(addresses: tuple[str, ...], where: str) -> tuple[str, ...]:
    if not addresses:
        raise _Wrong(f"the {where} names no recipient")
    return addresses


def _listed_addresses(parent: Json, key: str, where: str) -> tuple[str, ...]:
    listed = parent.get(key)
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise _Wrong(f"{where}.{key} is {_named(listed)}, not a list of recipients")
    return _addresses([one.get("emailAddress") for one in listed], f"{where}.{key}")


def _instant(parent: Json, key: str, where: str) -> datetime:
    """SES's own pages print a space before the zone; captures have offsets, and some no zone at all (UTC)."""
    text = _text(parent, key, where)
    try:
        instant = datetime.fromisoformat(_SPACE_BEFORE_THE_ZONE.sub("", text))
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _Wrong(f"{where}.{key} is no time") from error


def _named(value: object) -> str:
    if value is None:
        return "nothing"
    if value == "":
        return "an empty text"
    return {dict: "an object", list: "an array", str: "a text", bool: "a boolean"}.get(type(value), "a number")
