"""Feedback of SES in our terms: deliveries, bounces, complaints; which of it counts, and its idempotency keys.

An identity is the idempotency key of one counted thing: reports with the same identity are counted once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from permille.domain.feedback.complaint import Complaint
from permille.domain.feedback.message import Message, digest
from permille.domain.feedback.recipients import NOBODY, Recipients

# SES refused these before sending, so they say nothing about the list's quality; SES's own rate leaves them out, too.
SUPPRESSED_BOUNCES = frozenset(
    {
        "suppressed",
        "onaccountsuppressionlist",
        "ontenantsuppressionlist",
        "emailvalidationsuppressed",
        "unsubscribedrecipient",
    }
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A mail was delivered to these recipients."""

    message: Message
    recipients: Recipients

    def identities(self) -> list[str]:
        """One for each recipient that counts. Unreadable recipients do not count."""
        return [_marker("delivery", self.message, address) for address in self.recipients.real]


@dataclass(frozen=True, slots=True)
class Rejection:
    """The answer of a recipient's mail server.

    status: the enhanced status code; may be empty
    diagnostic: the server's own words; may be empty
    """

    status: str = ""
    diagnostic: str = ""


NO_DETAILS = Rejection()


@dataclass(frozen=True, slots=True)
class FailedRecipient:
    """A bounced recipient that counts.

    identity: its idempotency key
    recipient: the address, where it is certain and readable, else empty
    rejection: the mail server's answer
    """

    identity: str
    recipient: str
    rejection: Rejection


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail bounced.

    recipients: whom SES lists as bounced
    permanent: whether it is a hard bounce
    sub_type: SES's bounceSubType
    bounced_at: None where the bounce does not say
    rejections: by recipient, where SES passes them on
    """

    message: Message
    recipients: Recipients
    permanent: bool
    sub_type: str
    bounced_at: datetime | None = None
    rejections: Mapping[str, Rejection] = field(default_factory=dict)

    def counting(self) -> Iterator[FailedRecipient]:
        """The recipients that count: of permanent bounces of mail that was really sent. Unreadable recipients count,
        too. Where none is listed, the message's recipients count; where these are unknown, one unknown recipient."""
        if not self.permanent or self.sub_type.lower() in SUPPRESSED_BOUNCES:
            return
        listed = self.recipients.number > 0
        who = self.recipients if listed else self.message.destination or NOBODY
        for address in who.real:
            yield self._failed(address, address if listed or who.only else "")
        for unreadable in dict.fromkeys(who.unreadable) if who.number else [""]:
            yield self._failed(unreadable, "")

    def identities(self) -> list[str]:
        """One for each recipient that counts."""
        return [failed.identity for failed in self.counting()]

    def _failed(self, listed_as: str, recipient: str) -> FailedRecipient:
        identity = _marker("bounce", self.message, listed_as)
        return FailedRecipient(identity, recipient, self.rejections.get(listed_as, NO_DETAILS))


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event of SES that is never counted.

    what: the name of its kind
    """

    what: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A body that is not feedback as SES documents it.

    reason: what is wrong with it
    sender: the `ses:caller-identity` that sent the mail; empty where it is not known
    kind: Complaint, Bounce or Delivery; empty where it is not known
    """

    reason: str
    sender: str = ""
    kind: str = ""


Feedback = Delivery | Bounce | Complaint


def _marker(kind: str, message: Message, recipient: str) -> str:
    """It does not reveal the address. The length before the id keeps two different pairs from giving one text."""
    return f"{kind}#{digest(f'{len(message.id)}#{message.id}#{recipient}')}"
