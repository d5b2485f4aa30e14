"""Sorts a batch of feedback: what is counted for which account, what else is to be done, and what is kept aside."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from permille.domain.feedback.complaint import Complaint
from permille.domain.feedback.feedback import Bounce, Delivery, Feedback, Ignored, Unreadable
from permille.domain.feedback.message import Message
from permille.domain.feedback.received import Received
from permille.domain.timeline.kinds.owner_contact import OwnerMailState
from permille.observability import emit
from permille.ports.feedback import Count, Sender
from permille.usecases.feedback.attribution import OWNER_MAIL, attribute
from permille.usecases.feedback.counts import counts_of, has_known_complainer, number_of_mail_details


@dataclass(frozen=True, slots=True)
class NotSpamReport:
    """A recipient says that mail of this account is not spam."""

    record_id: str
    account_id: str
    report: Complaint


@dataclass(frozen=True, slots=True)
class OwnerMailFailure:
    """Permille's own mail to an owner did not arrive, or was complained about.

    message: the mail; its `about` names the account
    """

    record_id: str
    state: OwnerMailState
    message: Message


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that cannot be read or attributed, and why."""

    record: Received
    why: Unreadable


@dataclass(slots=True)
class Batch:
    """What is to be done for the records of a batch.

    counts: by identity; two copies in one batch are one count
    records_of: for each identity, the ids of the records that wait for its count
    due: for each account that is to be marked as due, the ids of the records that wait for that
    bounced: the accounts of which permanent bounces are counted
    deferred: ids of the records that cannot be counted before the policy can be read
    """

    counts: dict[str, Count] = field(default_factory=dict)
    records_of: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    due: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    bounced: set[str] = field(default_factory=set)
    not_spam_reports: list[NotSpamReport] = field(default_factory=list)
    owner_mail_failures: list[OwnerMailFailure] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    deferred: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BatchContext:
    """What the sorting depends on.

    senders: the known senders of the batch, by name
    owner_mail_sender: the sender of Permille's own mails to owners
    one_recipient_days: the policy's number, 0 where each complaint counts; None where the policy cannot be read now
    """

    senders: Mapping[str, Sender]
    owner_mail_sender: str
    now: datetime
    one_recipient_days: int | None


def sort_batch(received: Iterable[Received], context: BatchContext) -> Batch:
    """Each record goes to one place of the batch, or is ignored with a log event."""
    batch = Batch()
    for record in received:
        match record.feedback:
            case Ignored(what):
                emit("feedback.ignored", what=what)
            case Unreadable() as unreadable:
                batch.rejected.append(Rejected(record, unreadable))
            case Delivery() | Bounce() | Complaint() as feedback:
                _attribute(batch, record, feedback, context)
    return batch


def _attribute(batch: Batch, record: Received, feedback: Feedback, context: BatchContext) -> None:
    match attribute(feedback, context.senders, context.owner_mail_sender, context.now):
        case Unreadable() as uncountable:
            batch.rejected.append(Rejected(record, uncountable))
        case Ignored() as ignored if ignored is OWNER_MAIL:
            _add_owner_mail(batch, record, feedback)
        case Ignored(what):
            emit("feedback.ignored", what=what, sender=feedback.message.sender)
        case _ if context.one_recipient_days is None and has_known_complainer(feedback):
            batch.deferred.append(record.id)
        case sender:
            counts = counts_of(feedback, sender, context.now, context.one_recipient_days or 0)
            _add(batch, record, feedback, sender.account_id, counts)


def _add_owner_mail(batch: Batch, record: Received, feedback: Feedback) -> None:
    """Of Permille's own mails only bounces and complaints matter. Identity notifications carry no tags, so they do not
    say which account the mail was about; events do."""
    state: OwnerMailState | None = None
    match feedback:
        case Complaint(why_not_counted=""):
            state = "complained"
        case Bounce(permanent=True):
            state = "bounced"
    if state and feedback.message.about:
        batch.owner_mail_failures.append(OwnerMailFailure(record.id, state, feedback.message))
    else:
        emit("feedback.ignored", what=OWNER_MAIL.what)


def _add(batch: Batch, record: Received, feedback: Feedback, account_id: str, counts: list[Count]) -> None:
    for count in counts:
        _add_count(batch, count)
        batch.records_of[count.identity].append(record.id)
    if isinstance(feedback, Complaint) and feedback.takes_back:
        batch.not_spam_reports.append(NotSpamReport(record.id, account_id, feedback))
    if isinstance(feedback, Delivery):
        _log_unreadable_recipients(feedback)
    elif counts:
        batch.due[account_id].append(record.id)
        if isinstance(feedback, Bounce):
            batch.bounced.add(account_id)


def _add_count(batch: Batch, count: Count) -> None:
    """Of copies of one report the one with most details of the mail is kept."""
    other = batch.counts.get(count.identity)
    if other is None or number_of_mail_details(count) > number_of_mail_details(other):
        batch.counts[count.identity] = count


def _log_unreadable_recipients(delivery: Delivery) -> None:
    """Recipients that are no address do not count as delivered."""
    number, message = len(delivery.recipients.unreadable), delivery.message
    if number:
        emit(
            "feedback.recipient_unreadable",
            number,
            sender=message.sender,
            message_id=message.id,
            recipients=number,
        )
