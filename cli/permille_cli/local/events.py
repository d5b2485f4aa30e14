"""What becomes of an accepted message, as events of SES."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import getaddresses

from permille_cli.local.submission import HEADERS_BYTES, Submission
from permille_cli.published_events import Event, bounce, complaint, delivery, id_at, rejection, timestamp

SIMULATOR = "simulator.amazonses.com"
PROCESSING_MILLIS = 212
AGENT = "Permille's embedded stack"
SUPPRESSED = "Amazon SES has suppressed sending to this address because it has a recent history of bouncing."
_COMMON = {"from": "From", "to": "To", "cc": "Cc", "bcc": "Bcc", "replyTo": "Reply-To"}


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
        return delivery(self._mail(), timestamp(self.at), recipients, PROCESSING_MILLIS)

    def _bounce(self, sub_type: str, diagnostic: str, recipients: list[str]) -> Event:
        rejected = dict.fromkeys(recipients, rejection("5.1.1", diagnostic))
        return bounce(self._mail(), timestamp(self.at), new_id(self.at), ("Permanent", sub_type), rejected)

    def _complaint(self, candidates: list[str]) -> Event:
        feedback_type = self.submission.script.feedback_type
        return complaint(self._mail(), timestamp(self.at), new_id(self.at), candidates, feedback_type, AGENT)

    def _mail(self) -> Event:
        return {
            "timestamp": timestamp(self.at),
            "source": self.submission.envelope_from,
            "sourceArn": self.identity_arn,
            "sendingAccountId": self.identity_arn.split(":")[4],
            "messageId": self.message_id,
            "destination": list(self.submission.recipients),
            "headersTruncated": not self.submission.headers_fit,
            "headers": list(_within(self.submission.headers, HEADERS_BYTES)),
            "commonHeaders": self._common_headers(),
            "tags": self._tags(),
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
    """A new id like those of SES."""
    return id_at(at, uuid.uuid4().int)


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
