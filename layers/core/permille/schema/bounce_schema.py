"""The JSON shape of a permanent bounce."""

from typing import Annotated

from typing_extensions import TypedDict

from permille.addresses.parts import LONGEST_ADDRESS
from permille.domain.feedback.bounces import LONGEST_DIAGNOSTIC, BounceRecord
from permille.domain.words.wording import plain
from permille.schema.doc import Doc


class BounceJson(TypedDict):
    """An e-mail that the recipient's mail server refused permanently."""

    id: Annotated[str, Doc("Sorts by the instant of counting.")]
    recipient: Annotated[str | None, Doc("The recipient's bare address; null where it is not certain.")]
    why: Annotated[str, Doc("The reason for people, by the status code.")]
    status: Annotated[str | None, Doc("The enhanced status code of RFC 3463, such as 5.1.1.")]
    diagnostic: Annotated[str | None, Doc(f"The mail server's answer, at most {LONGEST_DIAGNOSTIC} characters of it.")]
    message_id: Annotated[str, Doc("The message id of Amazon SES.")]
    subject: str
    campaign: str
    sent_at: Annotated[str, Doc("When the e-mail was sent.", "date-time")]
    bounced_at: Annotated[str, Doc("When the mail server refused it.", "date-time")]
    counted_at: Annotated[str, Doc("When the bounce was counted.", "date-time")]
    epoch: Annotated[int, Doc("The counting period that the e-mail belongs to.")]


def bounce_json(bounce: BounceRecord) -> BounceJson:
    """A recorded bounce."""
    details = bounce.details
    return {
        "id": bounce.id,
        "recipient": plain(bounce.recipient, LONGEST_ADDRESS) or None,
        "why": details.why,
        "status": details.status or None,
        "diagnostic": plain(details.diagnostic, LONGEST_DIAGNOSTIC) or None,
        "message_id": details.message_id,
        "subject": plain(details.subject),
        "campaign": plain(details.campaign),
        "sent_at": details.sent_at.isoformat(),
        "bounced_at": details.bounced_at.isoformat(),
        "counted_at": bounce.at.isoformat(),
        "epoch": details.epoch,
    }
