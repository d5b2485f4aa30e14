"""The wrappings in which SES's events arrive: raw, in an SNS envelope, or as an EventBridge event."""

from permille.aws.ses_fields import Json, Malformed, json_object, object_at, text_at
from permille.domain.feedback.feedback import Ignored

SET_UP_TEXT = "Successfully validated SNS topic"
CONFIRMATIONS = ("SubscriptionConfirmation", "UnsubscribeConfirmation")

# Events of SES on EventBridge that are about no message.
UNCOUNTED_DETAILS = frozenset(
    {
        "Sending Status Enabled",
        "Sending Status Disabled",
        "Advisor Recommendation Status Open",
        "Advisor Recommendation Status Resolved",
    }
)


def unwrap(text: str, where: str) -> Json | Ignored:
    """The event in a text, which may be in an envelope of SNS, in an event of EventBridge, or in both: EventBridge can
    publish to SNS. `where`: what the text is, for messages. Raises Malformed."""
    if text.startswith(SET_UP_TEXT):
        return Ignored("set-up notice")
    return event_in(json_object(text, where), where)


def event_in(content: Json, where: str) -> Json | Ignored:
    """As `unwrap`, of a text that is parsed."""
    if "eventType" in content or "notificationType" in content:
        return content
    if "Type" in content and "TopicArn" in content:
        return _from_envelope(content)
    if "detail-type" in content:
        return _from_eventbridge(content)
    raise Malformed(f"{where} has neither eventType nor notificationType")


def _from_envelope(envelope: Json) -> Json | Ignored:
    kind = text_at(envelope, "Type", "the SNS envelope")
    if kind in CONFIRMATIONS:  # whose links are never followed
        return Ignored(f"SNS {kind}")
    if kind != "Notification":
        raise Malformed(f"the SNS envelope has the unknown type {kind[:40]!r}")
    return unwrap(text_at(envelope, "Message", "the SNS envelope"), "the SNS message")


def _from_eventbridge(event: Json) -> Json | Ignored:
    kind = text_at(event, "detail-type", "the EventBridge event")
    return Ignored(kind) if kind in UNCOUNTED_DETAILS else object_at(event, "detail", "the EventBridge event")
