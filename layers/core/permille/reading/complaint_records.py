"""Complaints as owners see them: by campaign, the worst first."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from permille.domain.feedback.complaint import SUPPRESSED_BEFORE
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
    """One report.

    entry_id: the id of its timeline entry
    subject: of the mail
    recipient: who complained, where that is certain, else empty
    sent_at, reported_at: of the mail, and of the report
    did: the recipient's act, in words
    counts: whether it counts today
    why_not: why it never counted, in words; empty where it did
    epoch: of the mail
    """

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
        """Whether it is a complaint that is not voided."""
        return self.counts not in (CountState.NEVER, CountState.VOIDED)


@dataclass(frozen=True, slots=True)
class Campaign:
    """The reports about the mails of one campaign.

    name: of the campaign or, without one, the subject
    records: newest first
    """

    name: str
    records: tuple[ComplaintRecord, ...]

    @property
    def counting(self) -> int:
        """How many of them count."""
        return sum(record.counts is CountState.YES for record in self.records)

    @property
    def named(self) -> tuple[str, ...]:
        """The recipients who complained, as far as they are known, each once."""
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
    """What the recipient, or their mail company, did: the rest of a sentence that begins with them."""
    if facts.why_not_counted.startswith(SUPPRESSED_BEFORE):
        return "never got it: the address had been suppressed before"
    return _DID.get(facts.feedback_type.lower(), _DID[""])


def campaigns(entries: Iterable[Entry], epoch: int, first_day: date) -> list[Campaign]:
    """Groups the reports among `entries`, newest first, by campaign or, where a mail has none, by subject. Campaigns
    with the most counting reports come first, then the newest. A report counts if its mail is of `epoch` and was sent
    on `first_day` or later."""
    groups: dict[str, list[ComplaintRecord]] = defaultdict(list)
    entries = list(entries)
    gone = voided(entries)
    for entry in only(Reported, entries):
        groups[campaign_name(entry.facts.campaign, entry.facts.subject)].append(_record(entry, epoch, first_day, gone))
    by_name = [Campaign(name, tuple(records)) for name, records in groups.items()]
    return sorted(by_name, key=_badness, reverse=True)


def _badness(campaign: Campaign) -> tuple[int, int, datetime]:
    complaints = sum(record.is_complaint for record in campaign.records)
    return campaign.counting, complaints, campaign.records[0].reported_at


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
    """Advice for the owner: sentences about what to do; none where no report is a complaint."""
    complaints = [record for record in campaign.records if record.is_complaint]
    if not complaints:
        return []
    named = campaign.named
    lines = [f"Never write again to {named[0] if len(named) == 1 else 'the people named here'}."] if named else []
    if any(not record.recipient for record in complaints):
        lines.append("Not every mail company says who complained: take off whoever did not ask for these e-mails.")
    if campaign.counting > 1:
        lines.append("Find out where the addresses of this list came from before you send to it again.")
    return lines
