"""Feedback of SES in our terms: deliveries, bounces, complaints; which of it counts, and its idempotency keys.

An identity is the idempotency key of one counted thing: reports with the same identity are counted once.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from permille.domain.feedback.recipients import NOBODY, Recipients

NOT_SPAM = "not-spam"
NOT_A_COMPLAINT = frozenset({NOT_SPAM, "auth-failure"})
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
class Message:
    """The mail that feedback is about.

    id: SES's message id
    sent_at: when SES accepted it
    caller: the `ses:caller-identity` that sent it; empty where SES does not name one
    destination: its recipients; None where they are unknown, and always for deliveries
    subject, campaign: as the sender wrote them; may be empty
    about: of one of our own mails to owners, the account that it is about. Trust it only where we are the caller
    """

    id: str
    sent_at: datetime
    caller: str
    destination: Recipients | None = None
    subject: str = ""
    campaign: str = ""
    about: str = ""


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
class Complaint:
    """One complaint report.

    candidates: all recipients of the message at the reporting provider; one of them complained
    reported_at: None where the report does not say
    feedback_type: of ARF (`abuse`, `not-spam` ...); may be empty
    sub_type: SES's complaintSubType; may be empty
    feedback_id: SES's id of the report; may be empty
    """

    message: Message
    candidates: Recipients
    reported_at: datetime | None
    feedback_type: str
    sub_type: str
    feedback_id: str

    @property
    def why_not_counted(self) -> str:
        """Empty where the report counts as a complaint."""
        if self.sub_type:
            return f"suppressed before sending ({self.sub_type})"
        if self.feedback_type.lower() in NOT_A_COMPLAINT:
            return f"the report says {self.feedback_type.lower()}"
        who = self.candidates if self.candidates.number else self._destination
        return "mailbox simulator" if who.are_simulated else ""

    @property
    def identity(self) -> str:
        """The same for each copy of one report, whether it comes as an event or as a notification. Reports that do not
        count have identities of their own."""
        space = "report" if self.why_not_counted else "complaint"
        if self._destination.number == 1:
            return f"{space}#{self.message.id}"
        if self.feedback_id:
            return f"{space}#{self.message.id}#{self.feedback_id}"
        candidates = json.dumps([sorted(self.candidates.readable), sorted(self.candidates.unreadable)])
        return f"{space}#{self.message.id}#{_digest(candidates)}"

    def marker_of_recipient(self, account_id: str, epoch: int, days: int) -> str:
        """The idempotency key of all complaints of `recipient`, who must be known, about the account's mail of one
        block of send days in one epoch. A block has `days` UTC days, 1 or more, and begins independently of the
        complaints, so that their order does not matter."""
        block = self.message.sent_at.date().toordinal() // days
        return f"recipient#{_digest(json.dumps([account_id, epoch, days, block, self.recipient]))}"

    @property
    def recipient(self) -> str:
        """Who complained, where that is certain, else empty: the only candidate or, where no candidate is readable, the
        only recipient of the message. Never a guess."""
        return self.candidates.only if self.candidates.readable else self._destination.only

    @property
    def takes_back(self) -> bool:
        """Whether a known recipient says that the message is not spam, which retracts an earlier complaint."""
        return self.feedback_type.lower() == NOT_SPAM and not self.sub_type and bool(self.recipient)

    @property
    def _destination(self) -> Recipients:
        return self.message.destination or NOBODY


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
    caller: the `ses:caller-identity` that sent the mail; empty where it is not known
    kind: Complaint, Bounce or Delivery; empty where it is not known
    """

    reason: str
    caller: str = ""
    kind: str = ""


Feedback = Delivery | Bounce | Complaint


def _marker(kind: str, message: Message, recipient: str) -> str:
    """It does not reveal the address. The length before the id keeps two different pairs from giving one text."""
    return f"{kind}#{_digest(f'{len(message.id)}#{message.id}#{recipient}')}"


def _digest(text: str) -> str:
    """The first 16 bytes of SHA-256, in hexadecimal. It is compared for equality alone."""
    return sha256(text.encode()).hexdigest()[:32]
