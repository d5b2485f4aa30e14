"""Corrections by staff: a complaint is voided, or restored."""

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
    """Base of corrections: the complaint, who of the staff decided, and why. The last two are not for the owner."""

    complaint: Annotated[str, "The id of the complaint's entry."]
    identity: Annotated[str, "Its idempotency key."]
    subject: str
    campaign: str
    recipient: Annotated[str, "Who complained, in its bare form, where that is certain; else empty."]
    sent_at: datetime
    epoch: int
    staff_reason: Annotated[str, "Why, for staff alone."]
    by: str

    @property
    def mail_named(self) -> str:
        """The mail, by subject and campaign."""
        return quoted(self.subject, self.campaign)


@declared("complaint_voided", Audience.OWNER, topic=Topic.REPORTS)
class ComplaintVoided(Corrected):
    """Support voided a complaint."""

    def headline(self, platform: str) -> str:
        return f"{platform} Support took back the complaint about your e-mail {self.mail_named}"

    def sentence(self) -> str:
        return "It does not count any more."


@declared("complaint_restored", Audience.OWNER, topic=Topic.REPORTS)
class ComplaintRestored(Corrected):
    """Support lets a complaint count again that it had voided."""

    def headline(self, platform: str) -> str:
        return f"The complaint about your e-mail {self.mail_named} counts again"

    def sentence(self) -> str:
        return "Support had taken it back."


def voided(entries: Iterable[Entry]) -> Mapping[str, TimelineEntry[ComplaintVoided]]:
    """The voided complaints: the id of the complaint's entry, and the entry that voided it. `entries`: in any order."""
    in_order = sorted(only(Corrected, entries), key=lambda entry: entry.id)
    last = {entry.facts.complaint: entry for entry in in_order}
    return {entry.facts.complaint: entry for entry in only(ComplaintVoided, last.values())}


def counting(entries: Iterable[Entry]) -> list[TimelineEntry[CountedComplaint]]:
    """The counted complaints that are not voided. `entries`: with all corrections of these complaints."""
    entries = list(entries)
    without = voided(entries)
    return [entry for entry in only(CountedComplaint, entries) if entry.id not in without]
