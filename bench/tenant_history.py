"""A tenant's mail as the history that a back-test replays: everything is delivered at once, and each complaint is of
another recipient."""

from dataclasses import dataclass
from datetime import datetime

from permille.domain.feedback.complaint import Complaint
from permille.domain.feedback.message import Message
from permille.domain.feedback.recipients import Recipients
from permille.domain.policy.policy import Policy
from permille_cli.backtest.consequences import consequences_of
from permille_cli.backtest.history import Arrivals, ArrivedComplaint, FeedbackHistory, second_of
from permille_cli.backtest.replay import replayed
from permille_cli.simulation.mailings import Mail
from permille_cli.simulation.population import PLATFORM

NAME = "tenant"


@dataclass(frozen=True, slots=True)
class Suspension:
    """When the rules disabled a tenant, and what it had sent by then: `complaints` are all about that mail, whenever
    they come. `by_time`: no complaint was counted since the look before, which had kept it."""

    at: datetime
    delivered: int
    complaints: int
    by_time: bool


def suspension(mail: Mail, policy: Policy) -> Suspension | None:
    """None where the tenant is not disabled by the time at which its last complaint can have come."""
    if not mail:
        return None
    history = history_of(mail)
    replay = replayed(history, policy, second_of(mail[-1].sent_at + PLATFORM.complaint_delay.at_most))
    if not replay.stops or not replay.stops[-1].lasts:
        return None
    last, let_out = replay.stops[-1], consequences_of(history, replay.off).let_out
    return Suspension(last.at, let_out.delivered, let_out.complaints, last.by_time)


def history_of(mail: Mail) -> FeedbackHistory:
    """The history of a tenant's mail."""
    sent = ((second_of(mailing.sent_at), mailing.delivered) for mailing in mail)
    complaints = [
        _complaint(at, mailing.sent_at, f"message-{number}-{which}")
        for number, mailing in enumerate(mail)
        for which, at in enumerate(mailing.complaints)
    ]
    return FeedbackHistory(
        NAME,
        deliveries=Arrivals.of((at, at, number) for at, number in sent),
        complaints=sorted(complaints, key=lambda arrived: arrived.at),
    )


def _complaint(at: datetime, sent_at: datetime, message_id: str) -> ArrivedComplaint:
    recipients = Recipients((f"{message_id}@inbox.example",))
    message = Message(message_id, sent_at, f"permille-{NAME}", destination=recipients)
    return ArrivedComplaint(second_of(at), Complaint(message, recipients, at, "abuse", "", ""))
