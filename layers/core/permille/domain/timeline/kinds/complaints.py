"""Complaints of recipients about the account's mails: counted, uncounted, or repeated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

from permille.domain.feedback.complaint import Complaint
from permille.domain.timeline.facts import Audience, Facts, Topic, declared
from permille.domain.timeline.timeline import TimelineEntry, entry
from permille.domain.words.wording import day, plain, quoted

R = TypeVar("R", bound="Reported")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported(Facts):
    """Base of the entries about one report, with everything that the sender may know."""

    identity: Annotated[str, "Its idempotency key."]
    message_id: str
    subject: str
    campaign: str
    feedback_type: str
    recipient: Annotated[str, "Who it was, in its bare form, where exactly one was named; else empty."]
    sent_at: datetime
    reported_at: datetime
    epoch: int
    why_not_counted: Annotated[str, "Empty where it counts."]

    @property
    def mail_named(self) -> str:
        """The mail, by subject and campaign."""
        return quoted(self.subject, self.campaign)

    @property
    def line(self) -> str:
        """The report as a line of a list."""
        to = f" to {plain(self.recipient)}" if self.recipient else ""
        return f"{self.mail_named}, sent on {day(self.sent_at)}{to}"


def completed(stored: Mapping[str, Any], later: Reported) -> dict[str, Any] | None:
    """A record's facts in JSON, with the subject and campaign that they lack and a later copy of the same feedback has;
    None where it has nothing more."""
    named = {"subject": later.subject, "campaign": later.campaign}
    more = {name: text for name, text in named.items() if text and not stored.get(name)}
    return {**stored, **more} if more else None


@declared("complaint", Audience.OWNER, topic=Topic.REPORTS)
class CountedComplaint(Reported):
    """A recipient marked a mail as spam, and it counts."""

    def headline(self, platform: str) -> str:
        return f"{plain(self.recipient) or 'A recipient'} marked your e-mail {self.mail_named} as spam"

    def sentence(self) -> str:
        return f"Sent on {day(self.sent_at)}, reported on {day(self.reported_at)}."


@declared("uncounted_report", Audience.OWNER, topic=Topic.REPORTS)
class UncountedReport(Reported):
    """A report about a mail that does not count as a complaint."""

    def headline(self, platform: str) -> str:
        return f"A report about your e-mail {self.mail_named} arrived; it does not count as a complaint"

    def sentence(self) -> str:
        return f"Sent on {day(self.sent_at)}. Not counted: {plain(self.why_not_counted)}."


@declared("repeated_complaint", Audience.OWNER, topic=Topic.REPORTS)
class RepeatedComplaint(Reported):
    """A recipient marked another mail as spam, and their complaint about mail of the same days counts already."""

    def headline(self, platform: str) -> str:
        return f"{plain(self.recipient)} marked your e-mail {self.mail_named} as spam too; it does not count once more"

    def sentence(self) -> str:
        when = f"Sent on {day(self.sent_at)}, reported on {day(self.reported_at)}"
        return f"{when}. Not counted: {plain(self.why_not_counted)}."


def reported(account_id: str, at: datetime, report: Complaint, epoch: int) -> TimelineEntry[Reported]:
    """Makes the entry of a report, which counts as a complaint or does not. `at`: when it is counted; the time of the
    report, too, where the report does not say."""
    kind = UncountedReport if report.why_not_counted else CountedComplaint
    return _reported(kind, account_id, at, report, epoch, report.why_not_counted)


def repeated(
    account_id: str, at: datetime, report: Complaint, epoch: int, days: int
) -> TimelineEntry[RepeatedComplaint]:
    """Makes the entry of a complaint that does not count, because another one of the same recipient, about mail of the
    same `days` send days, does."""
    same = "day" if days == 1 else f"{days} days"
    why = f"this recipient's complaint about mail of the same {same} counts already"
    return _reported(RepeatedComplaint, account_id, at, report, epoch, why)


def _reported(
    kind: type[R], account_id: str, at: datetime, report: Complaint, epoch: int, why_not_counted: str
) -> TimelineEntry[R]:
    facts = kind(
        identity=report.identity,
        message_id=report.message.id,
        subject=report.message.subject,
        campaign=report.message.campaign,
        feedback_type=report.feedback_type,
        recipient=report.recipient,
        sent_at=report.message.sent_at,
        reported_at=report.reported_at or at,
        epoch=epoch,
        why_not_counted=why_not_counted,
    )
    return entry(account_id, at, facts, distinguisher=report.identity)
