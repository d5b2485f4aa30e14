"""Feedback comes in, is counted once, and wakes the accounts that it may concern."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from permille.domain import timeline
from permille.domain.dialects import parse
from permille.domain.feedback import Bounce, Complaint, Delivery, Feedback, Ignored, Message, Unreadable
from permille.domain.policy import CLOCKS_APART
from permille.domain.reputation import Tally, epoch_of
from permille.errors import Unavailable
from permille.observability import record
from permille.ports import Count, Ledger, Quarantine, Sender

RESERVE = timedelta(seconds=10)  # of the time left, for what comes after counting


@dataclass(frozen=True, slots=True)
class Received:
    """One record: `id` is how its source knows it."""

    id: str
    body: str


@dataclass(slots=True)
class _Batch:
    """What is to be done for a batch of records, and which records wait for it."""

    counts: dict[str, Count] = field(default_factory=dict)
    records: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    nudges: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    owner_mails: list[tuple[Received, str, Message]] = field(default_factory=list)
    quarantined: list[tuple[Received, str, str]] = field(default_factory=list)


def ingest(
    received: Sequence[Received],
    ledger: Ledger,
    quarantine: Quarantine,
    own_caller: str,
    now: datetime,
    time_left: timedelta,
) -> list[str]:
    """Counts a batch and returns the ids of the records that have to be delivered again.

    `own_caller` is who sends Permille's own mails to owners: they count against nobody. `time_left` is how long the
    caller can wait for the answer.
    """
    record("feedback.received", records=len(received))
    parsed = [(one, parse(one.body)) for one in received]
    try:
        senders = ledger.whose({feedback.message.caller for _, feedback in parsed if isinstance(feedback, Feedback)})
    except Unavailable as error:
        record("feedback.retried", why=str(error), records=len(received))
        return [one.id for one in received]

    batch = _decide(parsed, senders, own_caller, now)

    failed = _count(batch, ledger, now, time_left - RESERVE)
    failed |= _apply(batch, ledger, quarantine, now)
    return [one.id for one in received if one.id in failed]


def _decide(
    parsed: Iterable[tuple[Received, Feedback | Ignored | Unreadable]],
    senders: Mapping[str, Sender],
    own_caller: str,
    now: datetime,
) -> _Batch:
    batch = _Batch()
    for one, feedback in parsed:
        match feedback:
            case Ignored(what):
                record("feedback.ignored", what=what)
            case Unreadable(reason):
                batch.quarantined.append((one, reason, ""))
            case Delivery() | Bounce() | Complaint():
                _attribute(batch, one, feedback, senders, own_caller, now)
    return batch


def _attribute(
    batch: _Batch,
    one: Received,
    feedback: Feedback,
    senders: Mapping[str, Sender],
    own_caller: str,
    now: datetime,
) -> None:
    message = feedback.message
    sender = senders.get(message.caller)
    if message.caller and message.caller == own_caller:
        _add_owner_mail(batch, one, feedback)
    elif sender and sender.ignored:
        record("feedback.ignored", what="the platform's own mail", caller=message.caller)
    elif message.sent_at > now + CLOCKS_APART:
        batch.quarantined.append((one, f"sent in the future: {message.sent_at.isoformat()}", message.caller))
    elif sender is None:
        reason = "unattributed: no account owns this caller" if message.caller else "unattributed: no caller named"
        batch.quarantined.append((one, reason, message.caller))
    else:
        _add(batch, one, feedback, sender, now)


def _add_owner_mail(batch: _Batch, one: Received, feedback: Feedback) -> None:
    """Of our own mails to owners only that one does not arrive, or is not wanted, is worth knowing. Identity
    notifications carry no tags, so they do not say which account it was about; the other dialect does."""
    failed = isinstance(feedback, Complaint) or (isinstance(feedback, Bounce) and feedback.permanent)
    if failed and feedback.message.about:
        batch.owner_mails.append(
            (one, "complained" if isinstance(feedback, Complaint) else "bounced", feedback.message)
        )
    else:
        record("feedback.ignored", what="mail to an owner")


def _add(batch: _Batch, one: Received, feedback: Feedback, sender: Sender, now: datetime) -> None:
    counts = counts_of(feedback, sender, now)
    for count in counts:
        batch.counts.setdefault(count.identity, count)  # a duplicate within the batch is the same identity
        batch.records[count.identity].append(one.id)
    if counts and not isinstance(feedback, Delivery):
        batch.nudges[sender.account_id].append(one.id)


def counts_of(feedback: Feedback, sender: Sender, now: datetime) -> list[Count]:
    """What one piece of feedback adds to the tallies: by send day and epoch, never by the day on which it arrives."""
    sent_at = feedback.message.sent_at
    day, epoch = sent_at.date(), epoch_of(sent_at, sender.epochs)
    if isinstance(feedback, Complaint):
        tally = Tally() if feedback.why_not_counted else Tally(complaints=1)
        entry = timeline.complaint(sender.account_id, now, feedback, epoch)
        return [Count(feedback.identity, sender.account_id, day, epoch, tally, entry)]
    tally = Tally(delivered=1) if isinstance(feedback, Delivery) else Tally(bounces=1)
    return [Count(identity, sender.account_id, day, epoch, tally) for identity in feedback.identities()]


def _count(batch: _Batch, ledger: Ledger, now: datetime, patience: timedelta) -> set[str]:
    if not batch.counts:
        return set()
    counted = ledger.count(list(batch.counts.values()), now, patience)
    record("feedback.counted", new=len(counted.new), known=len(counted.known), failed=len(counted.failed))
    return {record_id for identity in counted.failed for record_id in batch.records[identity]}


def _apply(batch: _Batch, ledger: Ledger, quarantine: Quarantine, now: datetime) -> set[str]:
    """What comes after counting; returns the records that have to come again. Accounts are nudged also when all was
    known already: the run that counted it may have been cut off before it came here."""
    failed: set[str] = set()
    for account_id, ids in batch.nudges.items():
        failed |= _unless_done(ids, partial(ledger.nudge, account_id, now))
    for one, state, message in batch.owner_mails:
        identity = f"owner-mail#{message.id}"
        entry = timeline.owner_mail(message.about, now, state, identity)
        undone = _unless_done([one.id], partial(ledger.mark_owner_mail, identity, entry))
        if not undone:
            record(f"owner_mail.{state}", account=message.about)
        failed |= undone
    for one, reason, caller in batch.quarantined:
        undone = _unless_done([one.id], partial(quarantine.keep, one.body, reason, caller, now))
        if not undone:
            record("feedback.quarantined", reason=reason, caller=caller)
        failed |= undone
    return failed


def _unless_done(record_ids: Iterable[str], act: Callable[[], None]) -> set[str]:
    try:
        act()
    except Unavailable as error:
        record("feedback.retried", why=str(error))
        return set(record_ids)
    return set()
