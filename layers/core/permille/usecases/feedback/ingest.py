"""Feedback comes in, is counted once, and wakes the accounts that it may concern."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial

from permille.domain.feedback.bounces import bounce_record
from permille.domain.feedback.feedback import Bounce, Complaint, Delivery, Feedback, Ignored, Message, Unreadable
from permille.domain.feedback.received import Received
from permille.domain.policy.policy import MAX_CLOCK_SKEW, Policy
from permille.domain.timeline.kinds.complaints import OwnerMailState, OwnerMailStopped, Reported, repeated, reported
from permille.domain.timeline.timeline import entry
from permille.domain.values.errors import PolicyNotValid, ServiceError, Unavailable
from permille.domain.values.tally import Tally, epoch_of
from permille.observability import emit, emit_count
from permille.ports.feedback import Count, Ledger, Quarantine, Sender
from permille.usecases.feedback.not_spam_reports import apply_not_spam_report

RESERVE = timedelta(seconds=25)  # of the time left, for a count that was begun and for what comes after it
ONE_CALL = timedelta(seconds=13)  # the longest that one call of the ledger takes where AWS does not answer

AGAINST_A_SENDER = "feedback.quarantined.bounce_or_complaint"  # also where nobody can tell what it was


@dataclass(slots=True)
class _Batch:
    """What is to be done for a batch of records, and which records wait for it."""

    counts: dict[str, Count] = field(default_factory=dict)
    records: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    nudges: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    bounced: set[str] = field(default_factory=set)  # accounts
    owner_mails: list[tuple[Received, OwnerMailState, Message]] = field(default_factory=list)
    taken_back: list[tuple[Received, str, Complaint]] = field(default_factory=list)
    known: list[Count] = field(default_factory=list)
    quarantined: list[tuple[Received, Unreadable]] = field(default_factory=list)
    too_early: list[str] = field(default_factory=list)


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
    ledger = services.ledger
    emit("feedback.received", records=len(received))
    try:
        senders = ledger.senders_for(
            {one.feedback.message.caller for one in received if isinstance(one.feedback, Feedback)}
        )
    except ServiceError as error:
        emit("feedback.retried", why=str(error), records=len(received))
        return [one.id for one in received]

    days = _one_recipient_days((one.feedback for one in received), services.policy)
    batch = _decide(received, senders, services.owner_mail_sender, now, days)

    failed = set(batch.too_early) | _count(batch, ledger, now, time_left() - RESERVE)
    failed |= _take(_steps(batch, ledger, services.quarantine, now, services.policy), time_left)
    return [one.id for one in received if one.id in failed]


def _one_recipient_days(parsed: Iterable[object], policy: Callable[[], Policy]) -> int | None:
    """The policy's number; 0 where nothing hangs on it, also where the policy is wrong, which may last; None where it
    cannot be read, which passes."""
    if not any(map(_needs_policy, parsed)):
        return 0
    try:
        return policy().one_recipient_days
    except PolicyNotValid:
        return 0
    except ServiceError as error:
        emit("feedback.retried", why=str(error))
        return None


def _bounces_suppress(policy: Callable[[], Policy]) -> bool:
    """Also where the policy is wrong, which may last: nobody is said to be mailed again who may not be."""
    try:
        return policy().suppress_bounces
    except PolicyNotValid:
        return True


def _needs_policy(feedback: object) -> bool:
    """Whether it counts as a complaint of somebody who is known: the policy says how often these count."""
    return isinstance(feedback, Complaint) and bool(feedback.recipient) and not feedback.why_not_counted


def _decide(
    received: Iterable[Received],
    senders: Mapping[str, Sender],
    own_caller: str,
    now: datetime,
    one_recipient_days: int | None,
) -> _Batch:
    batch = _Batch()
    for one in received:
        match one.feedback:
            case Ignored(what):
                emit("feedback.ignored", what=what)
            case Unreadable() as unreadable:
                batch.quarantined.append((one, unreadable))
            case Delivery() | Bounce() | Complaint() as feedback:
                _attribute(batch, one, feedback, senders, own_caller, now, one_recipient_days)
    return batch


def _attribute(
    batch: _Batch,
    one: Received,
    feedback: Feedback,
    senders: Mapping[str, Sender],
    own_caller: str,
    now: datetime,
    one_recipient_days: int | None,
) -> None:
    message = feedback.message
    sender = senders.get(message.caller)
    if message.caller and message.caller == own_caller:
        _add_owner_mail(batch, one, feedback)
    elif sender and sender.ignored:
        emit("feedback.ignored", what="the platform's own mail", caller=message.caller)
    elif message.sent_at > now + MAX_CLOCK_SKEW:
        batch.quarantined.append((one, _nobodys(feedback, "sent more than a day ahead")))
    elif sender is None:
        reason = "unattributed: no account owns this caller" if message.caller else "unattributed: no caller named"
        batch.quarantined.append((one, _nobodys(feedback, reason)))
    else:
        if one_recipient_days is None and _needs_policy(feedback):
            batch.too_early.append(one.id)
        else:
            _add(batch, one, feedback, sender, now, one_recipient_days or 0)


def _nobodys(feedback: Feedback, reason: str) -> Unreadable:
    return Unreadable(reason, feedback.message.caller, type(feedback).__name__)


def _add_owner_mail(batch: _Batch, one: Received, feedback: Feedback) -> None:
    """Of our own mails to owners only that one does not arrive, or is not wanted, is worth knowing. Identity
    notifications carry no tags, so they do not say which account it was about; the other dialect does."""
    state: OwnerMailState | None = None
    match feedback:
        case Complaint(why_not_counted=""):
            state = "complained"
        case Bounce(permanent=True):
            state = "bounced"
    if state and feedback.message.about:
        batch.owner_mails.append((one, state, feedback.message))
    else:
        emit("feedback.ignored", what="mail to an owner")


def _add(
    batch: _Batch, one: Received, feedback: Feedback, sender: Sender, now: datetime, one_recipient_days: int
) -> None:
    counts = counts_of(feedback, sender, now, one_recipient_days)
    for count in counts:
        if _names_more(count, batch.counts.get(count.identity)):  # a duplicate within the batch is the same identity
            batch.counts[count.identity] = count
        batch.records[count.identity].append(one.id)
    if isinstance(feedback, Complaint) and feedback.takes_back:
        batch.taken_back.append((one, sender.account_id, feedback))
    if isinstance(feedback, Delivery):
        _say_who_is_left_out(feedback)
    elif counts:
        batch.nudges[sender.account_id].append(one.id)
        batch.bounced.update([sender.account_id] if isinstance(feedback, Bounce) else [])


def _names_more(count: Count, other: Count | None) -> bool:
    """Whether this copy is the first, or says more of the mail than the other."""
    return other is None or _named(count) > _named(other)


def _named(count: Count) -> int:
    facts = count.entry.facts if count.entry else None
    return bool(facts.subject) + bool(facts.campaign) if isinstance(facts, Reported) else 0


def _say_who_is_left_out(delivery: Delivery) -> None:
    """Says how many of its recipients are no address: they do not count as delivered."""
    number, message = len(delivery.recipients.unreadable), delivery.message
    if number:
        emit("feedback.recipient_unreadable", number, caller=message.caller, message_id=message.id, recipients=number)


def counts_of(feedback: Feedback, sender: Sender, now: datetime, one_recipient_days: int) -> list[Count]:
    """What one piece of feedback adds to the tallies: by send day and epoch, never by the day on which it arrives."""
    sent_at = feedback.message.sent_at
    day, epoch = sent_at.date(), epoch_of(sent_at, sender.epochs)
    if isinstance(feedback, Complaint):
        return [_complaint(feedback, sender.account_id, day, epoch, now, one_recipient_days)]
    if isinstance(feedback, Bounce):
        return list(_bounces(feedback, sender.account_id, day, epoch, now))
    tally = Tally(delivered=1)
    return [Count(identity, sender.account_id, day, epoch, tally) for identity in feedback.identities()]


def _bounces(bounce: Bounce, account_id: str, day: date, epoch: int, now: datetime) -> Iterator[Count]:
    for one in bounce.counting():
        record = bounce_record(bounce, one, now, epoch)
        yield Count(one.identity, account_id, day, epoch, Tally(bounces=1), record=record)


def _complaint(
    report: Complaint, account_id: str, day: date, epoch: int, now: datetime, one_recipient_days: int
) -> Count:
    tally = Tally() if report.why_not_counted else Tally(complaints=1)
    count = Count(report.identity, account_id, day, epoch, tally, reported(account_id, now, report, epoch))
    if not one_recipient_days or not _needs_policy(report):
        return count
    once = report.marker_of_recipient(account_id, epoch, one_recipient_days)
    return replace(count, once=once, repeated=repeated(account_id, now, report, epoch, one_recipient_days))


def _count(batch: _Batch, ledger: Ledger, now: datetime, patience: timedelta) -> set[str]:
    counted = ledger.count(list(batch.counts.values()), now, patience)
    if not batch.counts:  # mail that counts for nobody: counting goes on all the same
        return set()
    emit("feedback.counted", new=len(counted.new), known=len(counted.duplicates), failed=len(counted.failed))
    batch.known += [count for count in batch.counts.values() if count.identity in counted.duplicates and _named(count)]
    return {record_id for identity in counted.failed for record_id in batch.records[identity]}


@dataclass(frozen=True, slots=True)
class _Step:
    """One thing to do after counting, which `records` wait for, and what is said when it is done: an event about it,
    and a metric more."""

    records: list[str]
    act: Callable[[], object]
    done: str = ""
    about: Mapping[str, str] = field(default_factory=dict)
    counted_as: str = ""


def _steps(
    batch: _Batch, ledger: Ledger, quarantine: Quarantine, now: datetime, policy: Callable[[], Policy]
) -> Iterator[_Step]:
    """What comes after counting. Accounts are nudged also when all was known already: the run that counted it may have
    been cut off before it came here."""
    for account_id, ids in batch.nudges.items():
        yield _Step(ids, partial(ledger.mark_due, account_id, now, bounced=account_id in batch.bounced))
    for one, account_id, report in batch.taken_back:
        bounces = partial(_bounces_suppress, policy)
        yield _Step([one.id], partial(apply_not_spam_report, ledger.suppressions, account_id, report, now, bounces))
    for count in batch.known:
        yield _Step(batch.records[count.identity], partial(ledger.add_mail_details, count))
    for one, state, message in batch.owner_mails:
        yield _Step([one.id], partial(_mark_owner_mail, ledger, state, message, now))
    for one, why in batch.quarantined:
        kept = partial(quarantine.keep, one.body, why.reason, why.caller, now)
        about = {"reason": why.reason, "caller": why.caller, "kind": why.kind}
        yield _Step([one.id], kept, "feedback.quarantined", about, "" if why.kind == "Delivery" else AGAINST_A_SENDER)


def _mark_owner_mail(ledger: Ledger, state: OwnerMailState, message: Message, now: datetime) -> None:
    """What is known already, or is about an address that is the owner's no more, changes nothing."""
    identity = f"owner-mail#{message.id}"
    told = entry(message.about, now, OwnerMailStopped(state=state), distinguisher=identity)
    address = message.destination.only if message.destination else ""
    if ledger.mark_owner_mail(identity, told, address):
        emit(f"owner_mail.{state}", account=message.about)
    else:
        emit("feedback.ignored", what="mail to an owner")


def _take(steps: Iterable[_Step], time_left: Callable[[], timedelta]) -> set[str]:
    """Returns the records that have to come again: their step failed, or there was no time for it."""
    failed: set[str] = set()
    for step in steps:
        try:
            if time_left() < ONE_CALL:
                raise Unavailable("there was no time left")
            step.act()
        except ServiceError as error:
            emit("feedback.retried", why=str(error))
            failed.update(step.records)
        else:
            _say(step)
    return failed


def _say(step: _Step) -> None:
    if step.done:
        emit(step.done, **step.about)
    if step.counted_as:
        emit_count(step.counted_as)
