"""What a piece of feedback adds to the tallies."""

from dataclasses import replace
from datetime import datetime

from permille.domain.feedback.bounces import bounce_record
from permille.domain.feedback.complaint import Complaint
from permille.domain.feedback.feedback import Bounce, Delivery, Feedback
from permille.domain.timeline.kinds.complaints import Reported, repeated, reported
from permille.domain.values.tally import Tally, epoch_of
from permille.ports.feedback import Count, Sender


def counts_of(feedback: Feedback, sender: Sender, now: datetime, one_recipient_days: int) -> list[Count]:
    """The counts of one piece of feedback, by send day and epoch, never by the day on which it arrives.

    one_recipient_days: a recipient's complaints of so many send days count once; 0: each counts
    """
    if isinstance(feedback, Complaint):
        return [_complaint(feedback, sender, now, one_recipient_days)]
    if isinstance(feedback, Bounce):
        return _bounces(feedback, sender, now)
    return _deliveries(feedback, sender)


def has_known_complainer(feedback: object) -> bool:
    """Whether it is a complaint that counts and names its recipient: the policy says how often these count."""
    return isinstance(feedback, Complaint) and bool(feedback.recipient) and not feedback.why_not_counted


def number_of_mail_details(count: Count) -> int:
    """How many of subject and campaign the entry of a complaint has; 0 for all other counts."""
    facts = count.entry.facts if count.entry else None
    return bool(facts.subject) + bool(facts.campaign) if isinstance(facts, Reported) else 0


def _deliveries(delivery: Delivery, sender: Sender) -> list[Count]:
    day, epoch = delivery.message.sent_at.date(), epoch_of(delivery.message.sent_at, sender.epochs)
    tally = Tally(delivered=1)
    return [Count(identity, sender.account_id, day, epoch, tally) for identity in delivery.identities()]


def _bounces(bounce: Bounce, sender: Sender, now: datetime) -> list[Count]:
    day, epoch = bounce.message.sent_at.date(), epoch_of(bounce.message.sent_at, sender.epochs)
    counts = []
    for recipient in bounce.counting():
        record = bounce_record(bounce, recipient, now, epoch)
        counts.append(Count(recipient.identity, sender.account_id, day, epoch, Tally(bounces=1), record=record))
    return counts


def _complaint(report: Complaint, sender: Sender, now: datetime, one_recipient_days: int) -> Count:
    account_id, sent_at = sender.account_id, report.message.sent_at
    epoch = epoch_of(sent_at, sender.epochs)
    tally = Tally() if report.why_not_counted else Tally(complaints=1)
    entry = reported(account_id, now, report, epoch)
    count = Count(report.identity, account_id, sent_at.date(), epoch, tally, entry)
    if not one_recipient_days or not has_known_complainer(report):
        return count
    return replace(
        count,
        once=report.marker_of_recipient(account_id, epoch, one_recipient_days),
        repeated=repeated(account_id, now, report, epoch, one_recipient_days),
    )
