"""The events that SES publishes about a mail, in the exact form of event publishing.

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

OUTGOING_IP = "192.0.2.25"
MTA = "a8-25.smtp-out.amazonses.com"

Event = dict[str, Any]


def delivery(mail: Event, at: str, recipients: Sequence[str], millis: int | str) -> Event:
    """Recipients of one domain were reached. `millis`: from SES's acceptance to the delivery."""
    return {
        "eventType": "Delivery",
        "mail": mail | {"tags": mail["tags"] | {"ses:outgoing-ip": [OUTGOING_IP]}},
        "delivery": {
            "timestamp": at,
            "processingTimeMillis": millis,
            "recipients": list(recipients),
            "smtpResponse": "250 2.6.0 Message received",
            "reportingMTA": MTA,
        },
    }


def bounce(mail: Event, at: str, feedback_id: str, kind: tuple[str, str], rejected: Mapping[str, Event]) -> Event:
    """Recipients of one domain bounced. `kind`: bounceType and bounceSubType; `rejected`: what was answered for each
    recipient, as `rejection` makes it."""
    bounce_type, sub_type = kind
    return {
        "eventType": "Bounce",
        "bounce": {
            "bounceType": bounce_type,
            "bounceSubType": sub_type,
            "bouncedRecipients": [{"emailAddress": recipient, **answer} for recipient, answer in rejected.items()],
            "timestamp": at,
            "feedbackId": feedback_id,
            "reportingMTA": f"dsn; {MTA}",
        },
        "mail": mail,
    }


def rejection(status: str, diagnostic: str) -> Event:
    """The answer of a recipient's mail server: the enhanced status code, and its words."""
    return {"action": "failed", "status": status, "diagnosticCode": diagnostic}


def complaint(
    mail: Event, at: str, feedback_id: str, candidates: Sequence[str], feedback_type: str, agent: str
) -> Event:
    """One report. `candidates`: all recipients of the domain, since most providers do not say who complained; `agent`:
    the program that made the report."""
    return {
        "eventType": "Complaint",
        "complaint": {
            "complainedRecipients": [{"emailAddress": recipient} for recipient in candidates],
            "timestamp": at,
            "feedbackId": feedback_id,
            "complaintSubType": None,
            "userAgent": agent,
            "complaintFeedbackType": feedback_type,
            "arrivalDate": at,
        },
        "mail": mail,
    }


def id_at(at: datetime, unique: int) -> str:
    """An id like those of SES: its region (`0100` is us-east-1), the millisecond, and 128 bits like a UUID."""
    return id_of(int(at.timestamp() * 1000), unique)


def id_of(millis: int, unique: int) -> str:
    """The same, of milliseconds since 1970."""
    bits = f"{unique:032x}"
    return f"0100{millis:012x}-{bits[:8]}-{bits[8:12]}-{bits[12:16]}-{bits[16:20]}-{bits[20:]}-000000"


def timestamp(at: datetime) -> str:
    """A time as SES writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
