"""What is simulated: reports of SES, and the truth about each tenant beside them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from permille_cli.simulation.population import Tenant


class FeedbackKind(StrEnum):
    """What SES reports of a mail."""

    DELIVERY = "delivery"
    PERMANENT_BOUNCE = "permanent_bounce"
    TRANSIENT_BOUNCE = "transient_bounce"
    COMPLAINT = "complaint"


class Report(NamedTuple):
    """One event of SES about a mail to one recipient. Times are in milliseconds since 1970; a tuple, so that reports
    are ordered by their arrival.

    tenant: its number
    at: when it happened, as the event says
    unique: 128 bits that no other mail has
    recipient: the number of the recipient, who gets no other mail of the tenant: who complains twice may count once
    feedback_type: of a complaint
    """

    arrives_at: int
    tenant: int
    at: int
    kind: FeedbackKind
    sent_at: int
    unique: int
    recipient: int
    feedback_type: str = ""


@dataclass(slots=True)
class Truth:
    """A tenant as it was drawn, and what it has sent so far.

    true_rate: expected complaints per delivered e-mail, bursts included
    complaints: all about the mail sent so far, also those that come later
    """

    tenant: Tenant
    true_rate: float
    mailings: int = 0
    bursts: int = 0
    delivered: int = 0
    complaints: int = 0
    permanent_bounces: int = 0
    transient_bounces: int = 0

    @property
    def mails(self) -> int:
        """Mails sent, each to one recipient."""
        return self.delivered + self.permanent_bounces + self.transient_bounces
