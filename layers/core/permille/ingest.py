"""Feedback comes in, is counted once, and wakes the accounts that it may concern."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from permille.domain import timeline
from permille.domain.dialects import parse
from permille.domain.feedback import Bounce, Complaint, Delivery, Feedback, Ignored, Unreadable
from permille.domain.policy import CLOCKS_APART
from permille.domain.reputation import Tally, epoch_of
from permille.errors import Unavailable
from permille.observability import record
from permille.ports import Count, Ledger, Quarantine, Sender


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
    quarantined: list[tuple[Received, str, str]] = field(default_factory=list)


def ingest(
    received: Sequence[Received], ledger: Ledger, quarantine: Quarantine, own_caller: str, now: datetime
) -> list[str]:
    """Counts a batch and returns the ids of the records that have to be delivered again.

    `own_caller` is who sends Permille's own mails to owners: they count against nobody.
    """
    record("feedback.received", records=len(received))
    parsed = [(one, parse(one.body)) for one in received]
    try:
        senders = ledger.whose({feedback.message.caller for _, feedback in parsed if isinstance(feedback, Feedback)})
    except Unavailable as error:
        record("feedback.retried", why=str(error), records=len(received))
        return [one.id for one in received]

    batch = _decide(parsed, senders, own_caller, now)

    failed = _count(batch, ledger, now)
    failed |= _nudge(batch, ledger, now)
    failed |= _keep(batch, quarantine, now)
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
    if message.caller and message.caller == own_caller:
        record("feedback.ignored", what="mail to an owner")
    elif message.sent_at > now + CLOCKS_APART:
        batch.quarantined.append((one, f"sent in the future: {message.sent_at.isoformat()}", message.caller))
    elif message.caller not in senders:
        reason = "unattributed: no account owns this caller" if message.caller else "unattributed: no caller named"
        batch.quarantined.append((one, reason, message.caller))
    else:
        _add(batch, one, feedback, senders[message.caller], now)


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


def _count(batch: _Batch, ledger: Ledger, now: datetime) -> set[str]:
    if not batch.counts:
        return set()
    counted = ledger.count(list(batch.counts.values()), now)
    record("feedback.counted", new=len(counted.new), known=len(counted.known), failed=len(counted.failed))
    return {record_id for identity in counted.failed for record_id in batch.records[identity]}


def _nudge(batch: _Batch, ledger: Ledger, now: datetime) -> set[str]:
    """Also when all was known already: the run that counted it may have been cut off before it came here."""
    failed: set[str] = set()
    for account_id, records in batch.nudges.items():
        try:
            ledger.nudge(account_id, now)
        except Unavailable as error:
            record("account.nudge_failed", account=account_id, why=str(error))
            failed.update(records)
    return failed


def _keep(batch: _Batch, quarantine: Quarantine, now: datetime) -> set[str]:
    failed: set[str] = set()
    for one, reason, caller in batch.quarantined:
        try:
            quarantine.keep(one.body, reason, caller, now)
            record("feedback.quarantined", reason=reason, caller=caller)
        except Unavailable as error:
            record("feedback.retried", why=str(error))
            failed.add(one.id)
    return failed
