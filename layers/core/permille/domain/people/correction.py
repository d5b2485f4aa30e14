"""Decides on corrections of complaints by staff: one complaint is voided, or restored.

The complaint's entry stays on the timeline. The account is judged anew; a correction itself switches nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from permille.domain.account.account import TICK, Account
from permille.domain.account.assessment import Assessment
from permille.domain.account.correction import Correction, Void
from permille.domain.people.staff_commands import CorrectComplaint
from permille.domain.rules.outcome import Outcome
from permille.domain.timeline.kinds.complaints import CountedComplaint, Reported
from permille.domain.timeline.kinds.corrections import ComplaintRestored, ComplaintVoided, Corrected
from permille.domain.timeline.timeline import Entry, TimelineEntry, entry
from permille.domain.values.errors import DecisionRefused
from permille.domain.values.tally import first_day


@dataclass(frozen=True, slots=True)
class ComplaintToCorrect:
    """The complaint that a command corrects.

    entry: the entry of the command's id; the decision is refused if it is not a complaint's
    voided: whether it is voided now
    """

    entry: Entry
    voided: bool


def void(
    account: Account, command: CorrectComplaint, target: ComplaintToCorrect, window_days: int, now: datetime
) -> Outcome:
    """Voids the complaint. It is subtracted from the last assessment, so that the next complaint is a new one. A
    disabling is not rechecked: staff decide whether to reverse it."""
    complaint = _counted(target.entry)
    if target.voided:
        raise DecisionRefused(f"{complaint.id} is voided already")
    now = max(now, complaint.at + TICK)  # readers of the timeline meet the complaint first
    lowered = _without(account.assessment, complaint, account.epoch, window_days)
    judged_anew = replace(account, assessment=lowered, recheck=None, decided_at=now, due_at=now)
    return Outcome(
        judged_anew,
        [_correction_entry(ComplaintVoided, complaint, command, now)],
        correction=_correction(complaint, Void(now, command.by, command.reason)),
    )


def restore(account: Account, command: CorrectComplaint, target: ComplaintToCorrect, now: datetime) -> Outcome:
    """Restores the complaint, which then counts like a new one."""
    complaint = _counted(target.entry)
    if not target.voided:
        raise DecisionRefused(f"{complaint.id} counts: it is not voided")
    now = max(now, complaint.at + TICK)
    return Outcome(
        replace(account, decided_at=now, due_at=now),
        [_correction_entry(ComplaintRestored, complaint, command, now)],
        correction=_correction(complaint, None),
    )


def _counted(target: Entry) -> TimelineEntry[CountedComplaint]:
    match target.facts:
        case CountedComplaint() as facts:
            return TimelineEntry(target.account_id, target.id, target.at, facts)
        case Reported() as report:
            raise DecisionRefused(f"{target.id} never counted ({report.why_not_counted}): there is nothing to void")
        case _:
            raise DecisionRefused(f"{target.id} is no complaint: its kind is {target.kind}")


def _without(
    last: Assessment | None, complaint: TimelineEntry[CountedComplaint], epoch: int, window_days: int
) -> Assessment | None:
    """The last assessment as if the complaint had not been counted by then."""
    if last is None or complaint.facts.epoch != epoch or complaint.at.date() > last.day:
        return last
    in_window = complaint.facts.sent_at.date() >= first_day(last.day, window_days)
    return replace(last, complaints=max(0, last.complaints - 1)) if in_window else last


def _correction_entry(
    kind: type[Corrected], complaint: TimelineEntry[CountedComplaint], command: CorrectComplaint, now: datetime
) -> Entry:
    counted = complaint.facts
    facts = kind(
        complaint=complaint.id,
        identity=counted.identity,
        subject=counted.subject,
        campaign=counted.campaign,
        recipient=counted.recipient,
        sent_at=counted.sent_at,
        epoch=counted.epoch,
        staff_reason=command.reason,
        by=command.by,
    )
    return entry(complaint.account_id, now, facts, distinguisher=complaint.id)


def _correction(complaint: TimelineEntry[CountedComplaint], void: Void | None) -> Correction:
    facts = complaint.facts
    return Correction(facts.identity, facts.sent_at.date(), facts.epoch, void)
