"""Builders of histories for back-tests."""

from collections.abc import Sequence
from datetime import UTC, datetime

from permille.domain.feedback.complaint import Complaint
from permille.domain.feedback.message import Message
from permille.domain.feedback.recipients import Recipients
from permille_cli.backtest.history import Arrivals, ArrivedComplaint, FeedbackHistory, instant_of, second_of

BEGAN = second_of(datetime(2026, 3, 2, tzinfo=UTC))
HOUR, DAY = 3600, 86_400
Row = tuple[int, int, int]  # when it arrived and when the mail was sent, since BEGAN, and the number of recipients


def a_complaint(
    at: int, sent: int, name: object = "", *, of: str = "", feedback_type: str = "abuse"
) -> ArrivedComplaint:
    """A complaint that arrives at `at` about mail of `sent`, in seconds since BEGAN; `of`: the recipient."""
    message_id = f"message-{name or f'{at}-{sent}'}"
    recipients = Recipients((of or f"{message_id}@inbox.example",))
    message = Message(message_id, instant_of(BEGAN + sent), "permille-bakery", destination=recipients)
    report = Complaint(message, recipients, instant_of(BEGAN + at), feedback_type, "", "")
    return ArrivedComplaint(BEGAN + at, report)


def a_history(
    deliveries: Sequence[Row] = (), complaints: Sequence[ArrivedComplaint] = (), bounces: Sequence[Row] = ()
) -> FeedbackHistory:
    """The history of the account `bakery`."""
    return FeedbackHistory(
        "bakery", _arrivals(deliveries), _arrivals(bounces), sorted(complaints, key=lambda arrived: arrived.at)
    )


def _arrivals(rows: Sequence[Row]) -> Arrivals:
    return Arrivals.of((BEGAN + at, BEGAN + sent, number) for at, sent, number in rows)
