"""Complaints as their owners see them: by campaign, the worst first, each with what the recipient did."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from permille.domain.timeline.kinds.complaints import RepeatedComplaint, Reported
from permille.domain.timeline.kinds.corrections import voided
from permille.domain.timeline.timeline import Entry, TimelineEntry, only
from permille.domain.words.wording import campaign_name, plain, subject_line

LONGEST_SUBJECT = 50  # beside the name of its campaign


class CountState(StrEnum):
    """Whether a report counts towards the limit, and if not, why."""

    YES = "yes"
    OLD = "older_than_window"
    EARLIER_EPOCH = "earlier_epoch"
    REPEATED = "repeated"  # by a recipient whose complaint about mail of the same days counts
    VOIDED = "taken_back"  # by support
    NEVER = "no_complaint"


@dataclass(frozen=True, slots=True)
class ComplaintRecord:
    """One report. `recipient`: who it was where exactly one was named, else empty. `why_not`: empty where it counts."""

    entry_id: str
    subject: str
    recipient: str
    sent_at: datetime
    reported_at: datetime
    did: str
    counts: CountState
    why_not: str
    epoch: int

    @property
    def is_complaint(self) -> bool:
        return self.counts not in (CountState.NEVER, CountState.VOIDED)


@dataclass(frozen=True, slots=True)
class Campaign:
    """All that was reported about the mails of one campaign, the newest first. `counting`: how many of it count."""

    name: str
    records: tuple[ComplaintRecord, ...]

    @property
    def counting(self) -> int:
        return sum(record.counts is CountState.YES for record in self.records)

    @property
    def named(self) -> tuple[str, ...]:
        """Who complained, where that is known."""
        named = (record.recipient for record in self.records if record.recipient and record.is_complaint)
        return tuple(dict.fromkeys(named))


_DID: Mapping[str, str] = {
    "": "marked it as spam",
    "abuse": "marked it as spam",
    "fraud": "reported it as fraud",
    "virus": "reported it as carrying a virus",
    "other": "reported it, without saying why",
    "not-spam": "said that it is not spam",
    "auth-failure": "could not be sure that it came from you (SPF, DKIM or DMARC failed)",
}


def did(facts: Reported) -> str:
    """What the recipient, or their mail company, did."""
    if facts.why_not_counted.startswith("suppressed"):
        return "never got it: the address had been suppressed before"
    return _DID.get(facts.feedback_type.lower(), _DID[""])


def campaigns(entries: Iterable[Entry], epoch: int, first_day: date) -> list[Campaign]:
    """The reports among `entries`, newest first, by campaign (where a mail has none, by subject): those of which most
    count come first, then the newest. A report counts where its mail is of `epoch`, sent on `first_day` or later."""
    groups: dict[str, list[ComplaintRecord]] = defaultdict(list)
    entries = list(entries)
    gone = voided(entries)
    for entry in only(Reported, entries):
        groups[campaign_name(entry.facts.campaign, entry.facts.subject)].append(_record(entry, epoch, first_day, gone))
    found = [Campaign(name, tuple(records)) for name, records in groups.items()]
    return sorted(
        found, key=lambda one: (one.counting, _complaints(one.records), one.records[0].reported_at), reverse=True
    )


def _complaints(records: Sequence[ComplaintRecord]) -> int:
    return sum(record.is_complaint for record in records)


def _record(entry: TimelineEntry[Reported], epoch: int, first_day: date, gone: Collection[str]) -> ComplaintRecord:
    facts = entry.facts
    return ComplaintRecord(
        entry_id=entry.id,
        subject=subject_line(facts.subject, LONGEST_SUBJECT),
        recipient=plain(facts.recipient),
        sent_at=facts.sent_at,
        reported_at=facts.reported_at,
        did=did(facts),
        counts=CountState.VOIDED if entry.id in gone else _counts(facts, epoch, facts.sent_at.date() >= first_day),
        why_not=plain(facts.why_not_counted),
        epoch=facts.epoch,
    )


def _counts(facts: Reported, epoch: int, recent: bool) -> CountState:  # noqa: FBT001
    if isinstance(facts, RepeatedComplaint):
        return CountState.REPEATED
    if facts.why_not_counted:
        return CountState.NEVER
    if facts.epoch != epoch:
        return CountState.EARLIER_EPOCH
    return CountState.YES if recent else CountState.OLD


def advice(campaign: Campaign) -> list[str]:
    """What to do about them."""
    complaints = [record for record in campaign.records if record.is_complaint]
    if not complaints:
        return []
    named = campaign.named
    said = [f"Never write again to {named[0] if len(named) == 1 else 'the people named here'}."] if named else []
    if any(not record.recipient for record in complaints):
        said.append("Not every mail company says who complained: take off whoever did not ask for these e-mails.")
    if campaign.counting > 1:
        said.append("Find out where the addresses of this list came from before you send to it again.")
    return said
