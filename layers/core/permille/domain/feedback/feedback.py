"""What SES tells about a message, in our own words: what of it counts, and what makes it the same thing told again."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

AT_THE_SIMULATOR = "@simulator.amazonses.com"
NOT_SPAM = "not-spam"
NOT_A_COMPLAINT = frozenset({NOT_SPAM, "auth-failure"})
# Refused before they were sent, so they say nothing about the list's quality; SES leaves them out of its rate as well.
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
class Recipients:
    """Whom a list names: addresses in their bare form, each once, and whatever else is listed, as it is written."""

    readable: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        return len(self.readable) + len(self.unreadable)

    @property
    def only(self) -> str:
        """The one address where there is nothing else, or empty."""
        return self.readable[0] if self.readable and self.number == 1 else ""

    @property
    def are_simulated(self) -> bool:
        """All of them are at SES's mailbox simulator, as far as is known, and somebody is known."""
        return bool(self.readable) and not self.unreadable and not _real(self.readable)


NOBODY = Recipients()


@dataclass(frozen=True, slots=True)
class Message:
    """The mail that the feedback is about. `caller` is whom SES saw sending it, or empty where SES does not say.
    `destination`: to whom it went, None where that is not known; of a delivery's message it is not asked.
    `about` is the account that one of our own mails to owners is about: to be read only where we are the caller."""

    id: str
    sent_at: datetime
    caller: str
    destination: Recipients | None = None
    subject: str = ""
    campaign: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    message: Message
    recipients: Recipients

    def identities(self) -> list[str]:
        """One for each recipient that counts: whoever cannot be read does not."""
        return [_marker("delivery", self.message, address) for address in _real(self.recipients.readable)]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a recipient's mail server said: its enhanced status code, and its own words. Either may be empty."""

    status: str = ""
    diagnostic: str = ""


UNTOLD = Refusal()


@dataclass(frozen=True, slots=True)
class Bounced:
    """One that counts. `recipient`: whose address it is, where that is certain and can be read, else empty."""

    identity: str
    recipient: str
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Bounce:
    """`refusals`: by recipient, where they are told. `bounced_at` is None where the bounce does not say it."""

    message: Message
    recipients: Recipients
    permanent: bool
    sub_type: str
    bounced_at: datetime | None = None
    refusals: Mapping[str, Refusal] = field(default_factory=dict)

    def counting(self) -> Iterator[Bounced]:
        """One for each recipient that counts: permanent bounces of mail that was really sent. Whoever cannot be read
        counts too, and where nobody is listed, whom the mail went to, or one."""
        if not self.permanent or self.sub_type.lower() in SUPPRESSED_BOUNCES:
            return
        listed = self.recipients.number > 0
        who = self.recipients if listed else self.message.destination or NOBODY
        for one in _real(who.readable):
            yield self._bounced(one, one if listed or who.only else "")
        for one in dict.fromkeys(who.unreadable) if who.number else [""]:
            yield self._bounced(one, "")

    def identities(self) -> list[str]:
        return [one.identity for one in self.counting()]

    def _bounced(self, named: str, recipient: str) -> Bounced:
        return Bounced(_marker("bounce", self.message, named), recipient, self.refusals.get(named, UNTOLD))


@dataclass(frozen=True, slots=True)
class Complaint:
    """One report. `candidates` are everyone on the message at the reporting ISP: one of them complained. `reported_at`
    is None where the report does not say it."""

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
        """The same for every delivery of one report, in either dialect; reports that do not count have their own."""
        space = "report" if self.why_not_counted else "complaint"
        if self._destination.number == 1:
            return f"{space}#{self.message.id}"
        if self.feedback_id:
            return f"{space}#{self.message.id}#{self.feedback_id}"
        candidates = json.dumps([sorted(self.candidates.readable), sorted(self.candidates.unreadable)])
        return f"{space}#{self.message.id}#{_digest(candidates)}"

    def marker_of_recipient(self, account_id: str, epoch: int, days: int) -> str:
        """One for all complaints of its recipient about mail that the account sent in the same `days` UTC send days of
        an epoch, where it is certain who complained. The days are counted off from a fixed one, so that it does not
        matter which complaint is counted first. `days` is 1 or more."""
        block = self.message.sent_at.date().toordinal() // days
        return f"recipient#{_digest(json.dumps([account_id, epoch, days, block, self.recipient]))}"

    @property
    def recipient(self) -> str:
        """Who complained where that is certain, else empty: the only one whom the report names, or, where it names
        nobody that can be read, the only one whom the mail went to. Never a guess."""
        return self.candidates.only if self.candidates.readable else self._destination.only

    @property
    def takes_back(self) -> bool:
        """Whether somebody who is known says that the message is not spam, whatever they said of it before."""
        return self.feedback_type.lower() == NOT_SPAM and not self.sub_type and bool(self.recipient)

    @property
    def _destination(self) -> Recipients:
        return self.message.destination or NOBODY


@dataclass(frozen=True, slots=True)
class Ignored:
    """Not feedback that anybody counts, recognised by name."""

    what: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Not feedback as SES documents it: `reason` names what is wrong, `caller` who sent the mail, and `kind` whether it
    is a Complaint, a Bounce or a Delivery; both are empty where that is not told."""

    reason: str
    caller: str = ""
    kind: str = ""


Feedback = Delivery | Bounce | Complaint


def _real(addresses: tuple[str, ...]) -> list[str]:
    """Those that are not at SES's mailbox simulator, whose mail never counts."""
    return [address for address in addresses if not address.endswith(AT_THE_SIMULATOR)]


def _marker(kind: str, message: Message, recipient: str) -> str:
    """It tells nobody's address. With the length before the id no two pairs are one text."""
    return f"{kind}#{_digest(f'{len(message.id)}#{message.id}#{recipient}')}"


def _digest(text: str) -> str:
    """Its first 16 bytes, hexadecimal: equality is all that is asked of it."""
    return sha256(text.encode()).hexdigest()[:32]
