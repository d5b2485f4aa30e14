"""What SES tells about a message, in our own words: what of it counts, and what makes it the same thing told again."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

SIMULATOR = "simulator.amazonses.com"
NOT_A_COMPLAINT = frozenset({"not-spam", "auth-failure"})
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
class Message:
    """The mail that the feedback is about. `caller` is whom SES saw sending it, or empty where SES does not say.
    `about` is the account that one of our own mails to owners is about: to be read only where we are the caller."""

    id: str
    sent_at: datetime
    caller: str
    destination: tuple[str, ...]
    subject: str = ""
    campaign: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    message: Message
    recipients: tuple[str, ...]

    def identities(self) -> list[str]:
        """One for each recipient that counts."""
        return [f"delivery#{self.message.id}#{address}" for address in _real(self.recipients)]


@dataclass(frozen=True, slots=True)
class Bounce:
    message: Message
    recipients: tuple[str, ...]
    permanent: bool
    sub_type: str

    def identities(self) -> list[str]:
        """One for each recipient that counts: permanent bounces of mail that was really sent."""
        if not self.permanent or self.sub_type.lower() in SUPPRESSED_BOUNCES:
            return []
        return [f"bounce#{self.message.id}#{address}" for address in _real(self.recipients)]


@dataclass(frozen=True, slots=True)
class Complaint:
    """One report. `candidates` are everyone on the message at the reporting ISP: one of them complained."""

    message: Message
    candidates: tuple[str, ...]
    reported_at: datetime
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
        if not _real(self.candidates or self.message.destination):
            return "mailbox simulator"
        return ""

    @property
    def identity(self) -> str:
        """The same for every delivery of one report, in either dialect; reports that do not count have their own."""
        space = "report" if self.why_not_counted else "complaint"
        if len(self.message.destination) == 1:
            return f"{space}#{self.message.id}"
        if self.feedback_id:
            return f"{space}#{self.message.id}#{self.feedback_id}"
        candidates = ",".join(sorted(address.lower() for address in self.candidates))
        return f"{space}#{self.message.id}#{sha256(candidates.encode()).hexdigest()}"

    @property
    def recipient(self) -> str:
        """Who complained where the report names exactly one, else empty: never a guess from the candidates."""
        return self.candidates[0] if len(self.candidates) == 1 else ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Not feedback that anybody counts, recognised by name."""

    what: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Not feedback as SES documents it: `reason` names what is wrong, `caller` who sent the mail where that is told."""

    reason: str
    caller: str = ""


Feedback = Delivery | Bounce | Complaint


def _real(addresses: tuple[str, ...]) -> list[str]:
    """The distinct addresses, lower-cased, that are not at SES's mailbox simulator (whose mail never counts)."""
    lowered = dict.fromkeys(address.lower() for address in addresses)
    return [address for address in lowered if address.rpartition("@")[2].rstrip(">") != SIMULATOR]
