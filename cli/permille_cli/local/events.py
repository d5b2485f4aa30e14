"""The events that SES publishes about an accepted message, in the exact form of event publishing.

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import getaddresses
from typing import Any

from permille_cli.local.submission import HEADERS_BYTES, Submission

SIMULATOR = "simulator.amazonses.com"
OUTGOING_IP = "192.0.2.25"
PROCESSING_MILLIS = 212
SUPPRESSED = "Amazon SES has suppressed sending to this address because it has a recent history of bouncing."
_COMMON = {"from": "From", "to": "To", "cc": "Cc", "bcc": "Bcc", "replyTo": "Reply-To"}
Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted message with all that its events need."""

    submission: Submission
    message_id: str
    at: datetime
    identity_arn: str
    caller_identity: str
    configuration_set: str
    source_ip: str

    def fate(self) -> Iterator[Event]:
        """Deliveries and bounces of the message, one event per domain."""
        bounced = [to for to in self.submission.recipients if self._outcome(to) == "bounce"]
        suppressed = [to for to in self.submission.recipients if self._outcome(to) == "suppressed"]
        delivered = [to for to in self.submission.recipients if self._outcome(to) == "delivered"]
        for group in _by_domain(delivered):
            yield self._delivery(group)
        for group in _by_domain(bounced):
            yield self._bounce("General", "smtp; 550 5.1.1 user unknown", group)
        for group in _by_domain(suppressed):
            yield self._bounce("Suppressed", SUPPRESSED, group)

    def complaints(self) -> Iterator[Event]:
        """Complaints of recipients, one event each."""
        delivered = [to for to in self.submission.recipients if self._outcome(to) == "delivered"]
        for group in _by_domain(delivered):
            for _ in filter(self._complains, group):
                yield self._complaint(group)

    def _outcome(self, recipient: str) -> str:
        simulated = {"bounce": "bounce", "suppressionlist": "suppressed"}.get(_simulated(recipient))
        return simulated or ("bounce" if self.submission.script.bounces(recipient) else "delivered")

    def _complains(self, recipient: str) -> bool:
        return _simulated(recipient) == "complaint" or self.submission.script.complains(recipient)

    def _delivery(self, recipients: list[str]) -> Event:
        return {
            "eventType": "Delivery",
            "mail": self._mail({"ses:outgoing-ip": [OUTGOING_IP]}),
            "delivery": {
                "timestamp": _text(self.at),
                "processingTimeMillis": PROCESSING_MILLIS,
                "recipients": recipients,
                "smtpResponse": "250 2.6.0 Message received",
                "reportingMTA": "a8-25.smtp-out.amazonses.com",
            },
        }

    def _bounce(self, sub_type: str, diagnostic: str, recipients: list[str]) -> Event:
        failed = {"action": "failed", "status": "5.1.1", "diagnosticCode": diagnostic}
        return {
            "eventType": "Bounce",
            "bounce": {
                "bounceType": "Permanent",
                "bounceSubType": sub_type,
                "bouncedRecipients": [{"emailAddress": recipient, **failed} for recipient in recipients],
                "timestamp": _text(self.at),
                "feedbackId": new_id(self.at),
                "reportingMTA": "dsn; a8-25.smtp-out.amazonses.com",
            },
            "mail": self._mail({}),
        }

    def _complaint(self, candidates: list[str]) -> Event:
        """A report names all recipients of the domain: most providers do not say who complained."""
        return {
            "eventType": "Complaint",
            "complaint": {
                "complainedRecipients": [{"emailAddress": recipient} for recipient in candidates],
                "timestamp": _text(self.at),
                "feedbackId": new_id(self.at),
                "complaintSubType": None,
                "userAgent": "Permille's embedded stack",
                "complaintFeedbackType": self.submission.script.feedback_type,
                "arrivalDate": _text(self.at),
            },
            "mail": self._mail({}),
        }

    def _mail(self, tags: dict[str, list[str]]) -> Event:
        return {
            "timestamp": _text(self.at),
            "source": self.submission.envelope_from,
            "sourceArn": self.identity_arn,
            "sendingAccountId": self.identity_arn.split(":")[4],
            "messageId": self.message_id,
            "destination": list(self.submission.recipients),
            "headersTruncated": not self.submission.headers_fit,
            "headers": list(_within(self.submission.headers, HEADERS_BYTES)),
            "commonHeaders": self._common_headers(),
            "tags": self._tags() | tags,
        }

    def _common_headers(self) -> Event:
        lists = {key: self.submission.first(name) for key, name in _COMMON.items()}
        common: Event = {key: _split(value) for key, value in lists.items() if value}
        common |= {"date": self.submission.first("Date")} if self.submission.all("Date") else {}
        return common | {"messageId": self.message_id, "subject": self.submission.first("Subject") or ""}

    def _tags(self) -> dict[str, list[str]]:
        domain = self.submission.senders[0].rpartition("@")[2].lower()
        tags = {
            "ses:configuration-set": [self.configuration_set],
            "ses:source-ip": [self.source_ip],
            "ses:from-domain": [domain],
            "ses:caller-identity": [self.caller_identity],
        }
        for name, value in self.submission.tags:
            tags.setdefault(name, []).append(value)
        return tags


def new_id(at: datetime) -> str:
    """An id like those of SES: its region (`0100` is us-east-1), the millisecond, something unique."""
    return f"0100{int(at.timestamp() * 1000):012x}-{uuid.uuid4()}-000000"


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _simulated(recipient: str) -> str:
    """The mailbox of SES's simulator that `recipient` is; empty for other addresses."""
    local, _, domain = recipient.lower().partition("@")
    return local.partition("+")[0] if domain == SIMULATOR else ""


def _by_domain(recipients: Iterable[str]) -> Iterable[list[str]]:
    groups: dict[str, list[str]] = {}
    for recipient in recipients:
        groups.setdefault(recipient.rpartition("@")[2].lower(), []).append(recipient)
    return groups.values()


def _within(headers: Iterable[tuple[str, str]], limit: int) -> Iterator[dict[str, str]]:
    for name, value in headers:
        limit -= len(name) + len(value) + 4
        if limit <= 0:
            return
        yield {"name": name, "value": value}


def _split(addresses: str) -> list[str]:
    return [f"{name} <{address}>" if name else address for name, address in getaddresses([addresses])]
