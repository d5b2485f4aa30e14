"""The mail that feedback is about, and the digest of idempotency keys."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from permille.domain.feedback.recipients import Recipients


@dataclass(frozen=True, slots=True)
class Message:
    """The mail that feedback is about.

    id: SES's message id
    sent_at: when SES accepted it
    sender: the `ses:caller-identity` that sent it; empty where SES does not name one
    destination: its recipients; None where they are unknown, and always for deliveries
    subject, campaign: as the sender wrote them; may be empty
    about: of one of our own mails to owners, the account that it is about. Trust it only where we are the sender
    """

    id: str
    sent_at: datetime
    sender: str
    destination: Recipients | None = None
    subject: str = ""
    campaign: str = ""
    about: str = ""


def digest(text: str) -> str:
    """The first 16 bytes of SHA-256, in hexadecimal. It is compared for equality alone."""
    return sha256(text.encode()).hexdigest()[:32]
