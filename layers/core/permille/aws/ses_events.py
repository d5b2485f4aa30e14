"""Parses the events of SES. Only this module and `ses_envelopes`, `ses_fields` and `ses_recipients` know their form.

Identity notifications have a `notificationType`, event publishing an `eventType`; where both are
switched on, the same event arrives in both.

It is strict in two ways. A complaint or a bounce counts as soon as message, send time, sender and kind can be read: the
rest may be missing, odd or too long. A delivery counts for each recipient that can be read.
"""

from collections.abc import Callable

from permille.addresses.mailbox import canonical_address
from permille.aws.ses_envelopes import unwrap
from permille.aws.ses_fields import (
    LONGEST_NAME,
    Json,
    Malformed,
    feedback_id_or_empty,
    first_text,
    id_at,
    instant_at,
    instant_or_none,
    name_or_empty,
    object_at,
    text_at,
    type_name,
)
from permille.aws.ses_recipients import destination_of, listed_recipients, recipients_of
from permille.domain.feedback.complaint import Complaint
from permille.domain.feedback.feedback import Bounce, Delivery, Feedback, Ignored, Rejection, Unreadable
from permille.domain.feedback.message import Message
from permille.domain.feedback.recipients import Recipients
from permille.domain.feedback.smtp_status import code_of

ABOUT_TAG = "permille-account"  # on our own mails to owners
LONGEST_SUBJECT = 300  # what is kept of it
LONGEST_DIAGNOSTIC = 500  # of what a mail server said: some send a page

# SES's ten kinds of events and the identity notifications' kinds that are not counted.
UNCOUNTED_KINDS = frozenset(
    {"Send", "Reject", "Open", "Click", "Rendering Failure", "DeliveryDelay", "Subscription", "Received"}
    | {"AmazonSnsSubscriptionSucceeded"}
)


def parse(body: str) -> Feedback | Ignored | Unreadable:
    """Reads the body of one record, whatever it holds. Never raises."""
    try:
        event = unwrap(body, "the body")
    except Malformed as malformed:
        return Unreadable(str(malformed))
    return event if isinstance(event, Ignored) else read_event(event)


def read_event(event: Json) -> Feedback | Ignored | Unreadable:
    """Reads an event of SES, whatever it holds. Never raises."""
    try:
        return _read_event(event)
    except (Malformed, RecursionError) as malformed:
        return Unreadable(str(malformed), _sender_or_empty(event), _kind_or_empty(event))


def _read_event(event: Json) -> Feedback | Ignored:
    kind = _kind(event)
    if kind in UNCOUNTED_KINDS:
        return Ignored(kind)
    if kind not in _READERS:
        raise Malformed(f"unknown kind {kind[:40]!r}")
    return _READERS[kind](object_at(event, "mail", "the event"), object_at(event, kind.lower(), "the event"))


def _kind(event: Json) -> str:
    published, notified = _kind_by(event, "eventType"), _kind_by(event, "notificationType")
    if published and notified and published != notified:
        raise Malformed(f"eventType says {published[:40]!r}, and notificationType {notified[:40]!r}")
    if not (published or notified):
        raise Malformed("neither eventType nor notificationType says what it is")
    return published or notified


def _kind_by(event: Json, key: str) -> str:
    kind = event.get(key)
    if kind is not None and not isinstance(kind, str):
        raise Malformed(f"the event has {type_name(kind)} as {key}, not a text")
    return kind.strip() if kind else ""


def _sender_or_empty(event: Json) -> str:
    """The sender of an event that cannot be read, by which quarantine is sorted; empty where it cannot be read
    either."""
    try:
        return _sender(object_at(event, "mail", "the event"))
    except Malformed:
        return ""


def _kind_or_empty(event: Json) -> str:
    """The kind of an event that cannot be read, if it is one that is counted; empty where it cannot be read either."""
    try:
        kind = _kind(event)
    except Malformed:
        return ""
    return kind if kind in _READERS else ""


def _message(mail: Json, destination: Recipients | None = None) -> Message:
    tags = mail.get("tags")
    tags = tags if isinstance(tags, dict) else {}
    headers = mail.get("commonHeaders")
    subject = headers.get("subject") if isinstance(headers, dict) else None
    return Message(
        id=id_at(mail, "messageId", "mail"),
        sent_at=instant_at(mail, "timestamp", "mail"),
        sender=_sender(mail),
        destination=destination,
        subject=subject[:LONGEST_SUBJECT] if isinstance(subject, str) else "",
        about=first_text(tags.get(ABOUT_TAG)),
        campaign=first_text(tags.get("campaign")),
    )


def _sender(mail: Json) -> str:
    """The IAM identity that sent the mail, empty where none is named. SES alone sets these two fields; headers and all
    other tags can be set by the sender, and are never believed."""
    tags = mail.get("tags")
    values = tags.get("ses:caller-identity") if isinstance(tags, dict) else None
    if values is not None and (not isinstance(values, list) or len(values) != 1 or not isinstance(values[0], str)):
        raise Malformed("ses:caller-identity does not name one sender")
    named = mail.get("callerIdentity")
    if named is not None and not isinstance(named, str):
        raise Malformed(f"mail has {type_name(named)} as callerIdentity, not a text")
    tagged = values[0] if values else ""
    if tagged and named and tagged != named:
        raise Malformed("ses:caller-identity and mail.callerIdentity differ")
    return (tagged or named or "")[:LONGEST_NAME]


def _delivery(mail: Json, delivery: Json) -> Delivery:
    """The mail's `destination` is not read: a delivery names the recipients that it reached."""
    listed = delivery.get("recipients")
    if not isinstance(listed, list):
        raise Malformed(f"delivery.recipients is {type_name(listed)}, not a list")
    recipients = recipients_of(listed)
    if not recipients.readable:
        raise Malformed("delivery.recipients holds no address")
    return Delivery(_message(mail), recipients)


def _bounce(mail: Json, bounce: Json) -> Bounce:
    return Bounce(
        _message(mail, destination_of(mail)),
        recipients=listed_recipients(bounce.get("bouncedRecipients")),
        permanent=text_at(bounce, "bounceType", "bounce").strip().lower() == "permanent",
        sub_type=name_or_empty(bounce.get("bounceSubType")),
        bounced_at=instant_or_none(bounce.get("timestamp")),
        rejections=_rejections(bounce.get("bouncedRecipients")),
    )


def _rejections(listed: object) -> dict[str, Rejection]:
    """What the mail servers said, by the recipient's address, or by what stands in its place."""
    rejections: dict[str, Rejection] = {}
    for item in listed if isinstance(listed, list) else []:
        if isinstance(item, dict) and isinstance(address := item.get("emailAddress"), str):
            rejections.setdefault(canonical_address(address) or address, _rejection(item))
    return rejections


def _rejection(recipient: Json) -> Rejection:
    diagnostic = recipient.get("diagnosticCode")
    text = diagnostic[:LONGEST_DIAGNOSTIC] if isinstance(diagnostic, str) else ""
    return Rejection(code_of(name_or_empty(recipient.get("status")), text), text)


def _complaint(mail: Json, complaint: Json) -> Complaint:
    return Complaint(
        _message(mail, destination_of(mail)),
        candidates=listed_recipients(complaint.get("complainedRecipients")),
        reported_at=instant_or_none(complaint.get("timestamp")),
        feedback_type=name_or_empty(complaint.get("complaintFeedbackType")),
        sub_type=name_or_empty(complaint.get("complaintSubType")),
        feedback_id=feedback_id_or_empty(complaint.get("feedbackId")),
    )


_READERS: dict[str, Callable[[Json, Json], Feedback]] = {
    "Delivery": _delivery,
    "Bounce": _bounce,
    "Complaint": _complaint,
}
