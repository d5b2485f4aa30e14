"""Counts feedback exactly once, and marks the accounts as due that it concerns.

A batch is sorted, counted in one call of the ledger, and followed up. A record is reported as failed where any of this
failed for it; it is delivered again then, and whatever was done before is not done twice.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from permille.domain.feedback.feedback import Feedback
from permille.domain.feedback.received import Received
from permille.domain.policy.policy import Policy
from permille.domain.values.errors import PolicyNotValid, ServiceError
from permille.observability import emit, emit_amounts
from permille.ports.feedback import Count, Ledger, Quarantine
from permille.usecases.feedback.batch import Batch, BatchContext, sort_batch
from permille.usecases.feedback.counts import has_known_complainer, number_of_mail_details
from permille.usecases.feedback.follow_ups import FollowUps

RESERVE = timedelta(seconds=25)  # of the time left: for a count that was begun, and for the steps after it


@dataclass(frozen=True, slots=True)
class IngestServices:
    """The dependencies of counting.

    policy: returns the policy in force. It is called for complaints of known recipients and for their "not spam"
        reports only: while it cannot be read, these have to be delivered again; where it is not valid, each complaint
        counts
    owner_mail_sender: the sender of Permille's own mails to owners, which count against no account; empty: not set
    """

    ledger: Ledger
    quarantine: Quarantine
    policy: Callable[[], Policy]
    owner_mail_sender: str = ""


def ingest(
    services: IngestServices, received: Sequence[Received], now: datetime, time_left: Callable[[], timedelta]
) -> list[str]:
    """Counts a batch and returns the ids of the records that have to be delivered again.

    time_left: how long the caller can still wait for the answer: what there is no time for has to be delivered again
    """
    emit_amounts("feedback.received", {"records": len(received)})
    try:
        senders = services.ledger.senders_for(_sender_names(received))
    except ServiceError as error:
        emit_amounts("feedback.retried", {"records": len(received)}, why=str(error))
        return [record.id for record in received]

    one_recipient_days = _one_recipient_days(received, services.policy)
    batch = sort_batch(received, BatchContext(senders, services.owner_mail_sender, now, one_recipient_days))
    duplicates, failed = _count(batch, services.ledger, now, time_left() - RESERVE)
    follow_ups = FollowUps(services.ledger, services.quarantine, services.policy, now, time_left)
    failed |= follow_ups.run(batch, duplicates) | set(batch.deferred)
    return [record.id for record in received if record.id in failed]


def _sender_names(received: Iterable[Received]) -> set[str]:
    return {record.feedback.message.sender for record in received if isinstance(record.feedback, Feedback)}


def _one_recipient_days(received: Iterable[Received], policy: Callable[[], Policy]) -> int | None:
    """The policy's number; 0 where nothing depends on it, or the policy is not valid, which may last; None where it
    cannot be read, which passes."""
    if not any(has_known_complainer(record.feedback) for record in received):
        return 0
    try:
        return policy().one_recipient_days
    except PolicyNotValid:
        return 0
    except ServiceError as error:
        emit("feedback.retried", why=str(error))
        return None


def _count(batch: Batch, ledger: Ledger, now: datetime, patience: timedelta) -> tuple[list[Count], set[str]]:
    """Returns the duplicates that have details of the mail, and the ids of the records that could not be counted.

    The ledger is called for an empty batch too: it keeps the heartbeat of counting.
    """
    result = ledger.count(list(batch.counts.values()), now, patience)
    if not batch.counts:
        return [], set()
    amounts = {"new": len(result.new), "known": len(result.duplicates), "failed": len(result.failed)}
    emit_amounts("feedback.counted", amounts)
    duplicates = [
        count
        for count in batch.counts.values()
        if count.identity in result.duplicates and number_of_mail_details(count)
    ]
    return duplicates, {record_id for identity in result.failed for record_id in batch.records_of[identity]}
