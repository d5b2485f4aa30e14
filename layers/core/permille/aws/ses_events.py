"""What SES writes, read once at the border.

Identity notifications have a `notificationType`, event publishing an `eventType`; the same happening arrives in both
where both are switched on. Either comes raw, in an SNS envelope, or as an EventBridge event.

There are two strictnesses. What speaks against a sender, a complaint or a bounce, counts as soon as message, send time,
caller and kind are there: the rest may be missing, odd or too long. What speaks for a sender, a delivery, counts for
each recipient that can be read.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from permille.addresses.mailbox import canonical_address
from permille.domain.feedback.feedback import (
    Bounce,
    Complaint,
    Delivery,
    Feedback,
    Ignored,
    Message,
    Rejection,
    Unreadable,
)
from permille.domain.feedback.recipients import NOBODY, Recipients
from permille.domain.feedback.smtp_status import code_of

ABOUT_TAG = "permille-account"  # on our own mails to owners
SET_UP_TEXT = "Successfully validated SNS topic"
LONGEST_NAME = 120  # of ids, types and callers: SES's have 70 at most, and they have to fit into a key
LONGEST_SUBJECT = 300  # what is kept of it
LONGEST_TIME = 40
LONGEST_DIAGNOSTIC = 500  # of what a mail server said: some send a page

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
_ESCAPED_HALF = re.compile(r"\\u[dD]")
_SPACE_BEFORE_THE_ZONE = re.compile(r"(?<!\s)\s++(?=(Z|[+-]\d\d(:?\d\d)?)$)")


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
    except (_Wrong, RecursionError) as wrong:
        return Unreadable(str(wrong), _named_caller(event), _named_kind(event))


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
    kind = _kind(event)
    if kind in UNCOUNTED_KINDS:
        return Ignored(kind)
    if kind not in _READERS:
        raise _Wrong(f"unknown kind {kind[:40]!r}")
    return _READERS[kind](_object(event, "mail", "the event"), _object(event, kind.lower(), "the event"))


def _kind(event: Json) -> str:
    published, notified = _kind_by(event, "eventType"), _kind_by(event, "notificationType")
    if published and notified and published != notified:
        raise _Wrong(f"eventType says {published[:40]!r}, and notificationType {notified[:40]!r}")
    if not (published or notified):
        raise _Wrong("neither eventType nor notificationType says what it is")
    return published or notified


def _kind_by(event: Json, key: str) -> str:
    kind = event.get(key)
    if kind is not None and not isinstance(kind, str):
        raise _Wrong(f"the event has {_named(kind)} as {key}, not a text")
    return kind.strip() if kind else ""


def _named_caller(event: Json) -> str:
    """Of what cannot be read, as far as it can be told: quarantine is sorted by it."""
    try:
        return _caller(_object(event, "mail", "the event"))
    except _Wrong:
        return ""


def _named_kind(event: Json) -> str:
    """Which of the counted kinds it is; empty where that cannot be told."""
    try:
        kind = _kind(event)
    except _Wrong:
        return ""
    return kind if kind in _READERS else ""


def _message(mail: Json, destination: Recipients | None = None) -> Message:
    tags = mail.get("tags")
    tags = tags if isinstance(tags, dict) else {}
    headers = mail.get("commonHeaders")
    subject = headers.get("subject") if isinstance(headers, dict) else None
    return Message(
        id=_id(mail, "messageId", "mail"),
        sent_at=_instant(mail, "timestamp", "mail"),
        caller=_caller(mail),
        destination=destination,
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
    named = mail.get("callerIdentity")
    if named is not None and not isinstance(named, str):
        raise _Wrong(f"mail has {_named(named)} as callerIdentity, not a text")
    tagged = values[0] if values else ""
    if tagged and named and tagged != named:
        raise _Wrong("ses:caller-identity and mail.callerIdentity differ")
    return (tagged or named or "")[:LONGEST_NAME]


def _delivery(mail: Json, delivery: Json) -> Delivery:
    """Where the mail went to is not read: a delivery names whom it arrived at."""
    listed = delivery.get("recipients")
    if not isinstance(listed, list):
        raise _Wrong(f"delivery.recipients is {_named(listed)}, not a list")
    recipients = recipients_of(listed)
    if not recipients.readable:
        raise _Wrong("delivery.recipients holds no address")
    return Delivery(_message(mail), recipients)


def _bounce(mail: Json, bounce: Json) -> Bounce:
    return Bounce(
        _message(mail, _destination(mail)),
        recipients=_listed(bounce.get("bouncedRecipients")),
        permanent=_text(bounce, "bounceType", "bounce").strip().lower() == "permanent",
        sub_type=_name(bounce.get("bounceSubType")),
        bounced_at=_instant_or_none(bounce.get("timestamp")),
        rejections=_rejections(bounce.get("bouncedRecipients")),
    )


def _rejections(listed: object) -> dict[str, Rejection]:
    """By address, or by what stands in its place."""
    told: dict[str, Rejection] = {}
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict) and isinstance(named := one.get("emailAddress"), str):
            told.setdefault(canonical_address(named) or named, _rejection(one))
    return told


def _rejection(told: Json) -> Rejection:
    diagnostic = told.get("diagnosticCode")
    said = diagnostic[:LONGEST_DIAGNOSTIC] if isinstance(diagnostic, str) else ""
    return Rejection(code_of(_name(told.get("status")), said), said)


def _complaint(mail: Json, complaint: Json) -> Complaint:
    return Complaint(
        _message(mail, _destination(mail)),
        candidates=_listed(complaint.get("complainedRecipients")),
        reported_at=_instant_or_none(complaint.get("timestamp")),
        feedback_type=_name(complaint.get("complaintFeedbackType")),
        sub_type=_name(complaint.get("complaintSubType")),
        feedback_id=_feedback_id(complaint.get("feedbackId")),
    )


_READERS: dict[str, Callable[[Json, Json], Feedback]] = {
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
    """Quick, since it is asked of all feedback: one pass for an escaped one, and hardly any text is not ASCII."""
    return _ESCAPED_HALF.search(text) is not None or (not text.isascii() and _HALF_A_PAIR.search(text) is not None)


def _object(parent: Json, key: str, where: str) -> Json:
    value = parent.get(key)
    if not isinstance(value, dict):
        raise _Wrong(f"{where} has {_named(value)} as {key}, not an object")
    return value


def _text(parent: Json, key: str, where: str) -> str:
    value = parent.get(key)
    if not isinstance(value, str) or not value or value.isspace():
        raise _Wrong(f"{where} has {_named(value)} as {key}, not a text")
    return value


def _id(parent: Json, key: str, where: str) -> str:
    text = _text(parent, key, where)
    if len(text) > LONGEST_NAME:
        raise _Wrong(f"{where}.{key} is too long")
    return text


def _name(value: object) -> str:
    """Of a type; empty where it is none that SES could mean."""
    name = value.strip() if isinstance(value, str) else ""
    return name if len(name) <= LONGEST_NAME else ""


def _feedback_id(value: object) -> str:
    """One that is too long stays what it is for, by its digest."""
    text = value.strip() if isinstance(value, str) else ""
    return text if len(text) <= LONGEST_NAME else sha256(text.encode()).hexdigest()


def _first(value: object) -> str:
    return value[0][:LONGEST_NAME] if isinstance(value, list) and value and isinstance(value[0], str) else ""


def _destination(mail: Json) -> Recipients | None:
    listed = mail.get("destination")
    return recipients_of(listed) if isinstance(listed, list) else None


def _listed(listed: object) -> Recipients:
    """Objects with an emailAddress each; public captures without the list exist."""
    if not isinstance(listed, list):
        return NOBODY
    return recipients_of([one.get("emailAddress", one) if isinstance(one, dict) else one for one in listed])


def recipients_of(listed: Sequence[object]) -> Recipients:
    """Whom a list names, as SES wrote it."""
    readable: dict[str, None] = {}
    unreadable: list[str] = []
    for one in listed:
        address = canonical_address(one) if isinstance(one, str) else None
        if address:
            readable[address] = None
        else:
            unreadable.append(one if isinstance(one, str) else json.dumps(one, sort_keys=True))
    return Recipients(tuple(readable), tuple(unreadable))


def _instant(parent: Json, key: str, where: str) -> datetime:
    instant = _instant_or_none(_text(parent, key, where))
    if instant is None:
        raise _Wrong(f"{where}.{key} is no time")
    return instant


def _instant_or_none(text: object) -> datetime | None:
    """SES's own pages print a space before the zone; captures have offsets, and some no zone at all (UTC)."""
    if not isinstance(text, str) or len(text) > LONGEST_TIME:
        return None
    try:
        instant = datetime.fromisoformat(_SPACE_BEFORE_THE_ZONE.sub("", text))
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _named(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str) and not value.strip():
        return "an empty text"
    return {dict: "an object", list: "an array", str: "a text", bool: "a boolean"}.get(type(value), "a number")
