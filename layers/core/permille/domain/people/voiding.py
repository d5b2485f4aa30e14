"""What comes of it that support takes one complaint back, or lets it count again. It stays on the timeline; the account
is judged anew, and nothing is switched by that."""

from dataclasses import dataclass, replace
from datetime import datetime

from permille.domain.account.account import TICK, Account
from permille.domain.account.correction import Correction, Void
from permille.domain.account.look import Assessment
from permille.domain.people.commands import CorrectComplaint
from permille.domain.rules.decision import Outcome
from permille.domain.timeline.kinds.complaints import CountedComplaint, Reported
from permille.domain.timeline.kinds.corrections import ComplaintRestored, ComplaintVoided, Corrected
from permille.domain.timeline.timeline import Entry, TimelineEntry, entry
from permille.domain.values.errors import DecisionRefused
from permille.domain.values.tally import first_day


@dataclass(frozen=True, slots=True)
class Complained:
    """What is to be corrected. `told`: the entry of that id, which has to be a complaint's; `voided`: that is taken
    back."""

    told: Entry
    voided: bool


def void(account: Account, command: CorrectComplaint, about: Complained, window_days: int, now: datetime) -> Outcome:
    """The account's last look is lowered with what was counted, so that a complaint that comes next is a new one. A
    disabling is not judged once more by itself: what is left of its numbers is for a person to look at."""
    complaint = _counted(about.told)
    if about.voided:
        raise DecisionRefused(f"{complaint.id} is taken back already")
    now = max(now, complaint.at + TICK)  # whoever reads the complaint reads this too
    lowered = _without(account.look, complaint, account.epoch, window_days)
    judged_anew = replace(account, look=lowered, recheck=None, decided_at=now, due_at=now)
    return Outcome(
        judged_anew,
        [_told(ComplaintVoided, complaint, command, now)],
        correction=_correction(complaint, Void(now, command.by, command.reason)),
    )


def restore(account: Account, command: CorrectComplaint, about: Complained, now: datetime) -> Outcome:
    """It counts as a new complaint would."""
    complaint = _counted(about.told)
    if not about.voided:
        raise DecisionRefused(f"{complaint.id} counts: it is not taken back")
    now = max(now, complaint.at + TICK)
    return Outcome(
        replace(account, decided_at=now, due_at=now),
        [_told(ComplaintRestored, complaint, command, now)],
        correction=_correction(complaint, None),
    )


def _counted(told: Entry) -> TimelineEntry[CountedComplaint]:
    match told.facts:
        case CountedComplaint() as facts:
            return TimelineEntry(told.account_id, told.id, told.at, facts)
        case Reported() as report:
            raise DecisionRefused(f"{told.id} never counted ({report.why_not_counted}): there is nothing to take back")
        case _:
            raise DecisionRefused(f"{told.id} is no complaint: its kind is {told.kind}")


def _without(
    look: Assessment | None, complaint: TimelineEntry[CountedComplaint], epoch: int, window_days: int
) -> Assessment | None:
    """The look as it would be had the complaint not been counted by then."""
    if look is None or complaint.facts.epoch != epoch or complaint.at.date() > look.day:
        return look
    in_window = complaint.facts.sent_at.date() >= first_day(look.day, window_days)
    return replace(look, complaints=max(0, look.complaints - 1)) if in_window else look


def _told(
    kind: type[Corrected], complaint: TimelineEntry[CountedComplaint], command: CorrectComplaint, now: datetime
) -> Entry:
    facts = complaint.facts
    said = kind(
        complaint=complaint.id,
        identity=facts.identity,
        subject=facts.subject,
        campaign=facts.campaign,
        recipient=facts.recipient,
        sent_at=facts.sent_at,
        epoch=facts.epoch,
        staff_reason=command.reason,
        by=command.by,
    )
    return entry(complaint.account_id, now, said, distinguisher=complaint.id)


def _correction(complaint: TimelineEntry[CountedComplaint], void: Void | None) -> Correction:
    facts = complaint.facts
    return Correction(facts.identity, facts.sent_at.date(), facts.epoch, void)
