"""That support took a complaint back, or let it count again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from permille.domain.timeline.facts import Audience, Facts, Topic, declared
from permille.domain.timeline.kinds.complaints import CountedComplaint
from permille.domain.timeline.timeline import Entry, TimelineEntry, only
from permille.domain.words.wording import quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected(Facts):
    """The complaint that it is about, and who of the staff decided, and why: neither is for the owner."""

    complaint: Annotated[str, "The id of the complaint's entry."]
    identity: Annotated[str, "By which it is counted once."]
    subject: str
    campaign: str
    recipient: Annotated[str, "Who complained, in its bare form, where that is certain; else empty."]
    sent_at: datetime
    epoch: int
    staff_reason: Annotated[str, "Why, for staff alone."]
    by: str

    @property
    def mail_named(self) -> str:
        return quoted(self.subject, self.campaign)


@declared("complaint_voided", Audience.OWNER, topic=Topic.REPORTS)
class ComplaintVoided(Corrected):
    """Support took a complaint back."""

    def headline(self, platform: str) -> str:
        return f"{platform} Support took back the complaint about your e-mail {self.mail_named}"

    def sentence(self) -> str:
        return "It does not count any more."


@declared("complaint_restored", Audience.OWNER, topic=Topic.REPORTS)
class ComplaintRestored(Corrected):
    """Support lets a complaint count again that it had taken back."""

    def headline(self, platform: str) -> str:
        return f"The complaint about your e-mail {self.mail_named} counts again"

    def sentence(self) -> str:
        return "Support had taken it back."


def voided(entries: Iterable[Entry]) -> Mapping[str, TimelineEntry[ComplaintVoided]]:
    """By the id of its entry, each complaint that is taken back according to the entries, in any order."""
    last = {one.facts.complaint: one for one in sorted(only(Corrected, entries), key=lambda one: one.id)}
    return {one.facts.complaint: one for one in only(ComplaintVoided, last.values())}


def counting(entries: Iterable[Entry]) -> list[TimelineEntry[CountedComplaint]]:
    """The complaints among the entries that are not taken back. Whatever is said of one comes after it."""
    entries = list(entries)
    gone = voided(entries)
    return [one for one in only(CountedComplaint, entries) if one.id not in gone]
