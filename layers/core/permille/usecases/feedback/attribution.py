"""To which account feedback belongs, or why it counts for none."""

from collections.abc import Mapping
from datetime import datetime

from permille.domain.feedback.feedback import Feedback, Ignored, Unreadable
from permille.domain.policy.policy import MAX_CLOCK_SKEW
from permille.ports.feedback import Sender

OWNER_MAIL = Ignored("mail to an owner")  # Permille's own
PLATFORM_MAIL = Ignored("the platform's own mail")


def attribute(
    feedback: Feedback, senders: Mapping[str, Sender], owner_mail_sender: str, now: datetime
) -> Sender | Ignored | Unreadable:
    """The sender for whose account the feedback counts; else why it is ignored, or cannot be counted.

    senders: the known senders, by name
    owner_mail_sender: the sender of Permille's own mails to owners; empty where there is none
    now: when the feedback arrives
    """
    message = feedback.message
    if message.sender and message.sender == owner_mail_sender:
        return OWNER_MAIL
    sender = senders.get(message.sender)
    if sender and sender.ignored:
        return PLATFORM_MAIL
    if message.sent_at > now + MAX_CLOCK_SKEW:
        return _uncountable(feedback, "sent more than a day ahead")
    if sender is None:
        why = "the sender belongs to no account" if message.sender else "no sender named"
        return _uncountable(feedback, f"unattributed: {why}")
    return sender


def _uncountable(feedback: Feedback, reason: str) -> Unreadable:
    return Unreadable(reason, feedback.message.sender, type(feedback).__name__)
