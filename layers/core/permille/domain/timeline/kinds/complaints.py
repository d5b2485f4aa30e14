"""What recipients said of the account's mails, and what became of mails to its owner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from permille.domain.feedback import feedback
from permille.domain.policy.demands import DEMANDS_IN_WORDS
from permille.domain.policy.policy import Decision, Verdict
from permille.domain.timeline.facts import Audience, Facts, Topic, declared
from permille.domain.timeline.kinds.numbers import Numbers
from permille.domain.timeline.timeline import Entry, TimelineEntry, entry
from permille.domain.words.mail_text import MailContext, MailTone, Section
from permille.domain.words.wording import FATES, STILL_ON, day, full_sentence, local, plain, quoted, times

LISTED_COMPLAINTS = 20  # of an alert
R = TypeVar("R", bound="Reported")
ABOUT_OLDER_MAIL = "It is about e-mail that is too old to count towards the limit."


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported(Facts):
    """A recipient's mail company reported a mail: what its sender may know of it."""

    identity: Annotated[str, "By which it is counted once."]
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
        return quoted(self.subject, self.campaign)

    @property
    def line(self) -> str:
        """In a list of them."""
        to = f" to {plain(self.recipient)}" if self.recipient else ""
        return f"{self.mail_named}, sent on {day(self.sent_at)}{to}"


def completed(known: Mapping[str, Any], later: Reported) -> dict[str, Any] | None:
    """A record's facts in JSON, with the subject and campaign that they lack and a later copy of the same feedback has;
    None where it has nothing more."""
    named = {"subject": later.subject, "campaign": later.campaign}
    more = {name: text for name, text in named.items() if text and not known.get(name)}
    return {**known, **more} if more else None


@declared("complaint", Audience.OWNER, topic=Topic.REPORTS)
class CountedComplaint(Reported):
    """A recipient marked a mail as spam, and it counts."""

    def headline(self, platform: str) -> str:
        return f"{plain(self.recipient) or 'A recipient'} marked your e-mail {self.mail_named} as spam"

    def sentence(self) -> str:
        return f"Sent on {day(self.sent_at)}, reported on {day(self.reported_at)}."


@declared("report", Audience.OWNER, topic=Topic.REPORTS)
class UncountedReport(Reported):
    """A report about a mail that does not count as a complaint."""

    def headline(self, platform: str) -> str:
        return f"A report about your e-mail {self.mail_named} arrived; it does not count as a complaint"

    def sentence(self) -> str:
        return f"Sent on {day(self.sent_at)}. Not counted: {plain(self.why_not_counted)}."


@declared("repeated_complaint", Audience.OWNER, topic=Topic.REPORTS)
class RepeatedComplaint(Reported):
    """A recipient marked another mail as spam whose complaint about a mail of the same days counts already."""

    def headline(self, platform: str) -> str:
        return f"{plain(self.recipient)} marked your e-mail {self.mail_named} as spam too; it does not count once more"

    def sentence(self) -> str:
        when = f"Sent on {day(self.sent_at)}, reported on {day(self.reported_at)}"
        return f"{when}. Not counted: {plain(self.why_not_counted)}."


def reported(account_id: str, at: datetime, report: feedback.Complaint, epoch: int) -> TimelineEntry[Reported]:
    """The report's entry: whether and where it counted. One that does not say when it was made was made when it is
    counted."""
    made = UncountedReport if report.why_not_counted else CountedComplaint
    return _reported(made, account_id, at, report, epoch, report.why_not_counted)


def repeated(
    account_id: str, at: datetime, report: feedback.Complaint, epoch: int, days: int
) -> TimelineEntry[RepeatedComplaint]:
    """The entry of a complaint that does not count, because one of its recipient's about mail of the same `days` send
    days does."""
    same = "day" if days == 1 else f"{days} days"
    why = f"this recipient's complaint about mail of the same {same} counts already"
    return _reported(RepeatedComplaint, account_id, at, report, epoch, why)


def _reported(
    made: type[R], account_id: str, at: datetime, report: feedback.Complaint, epoch: int, why_not_counted: str
) -> TimelineEntry[R]:
    facts = made(
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


def listed(complaints: Sequence[Entry]) -> tuple[Reported, ...]:
    """The newest of the complaints, for the entry that tells of them."""
    newest = (one.facts for one in complaints[-LISTED_COMPLAINTS:])
    return tuple(
        Reported(**{name: getattr(one, name) for name in Reported.__slots__})
        for one in newest
        if isinstance(one, Reported)
    )


@declared("alert", Audience.OWNER, mailed=True)
class Alert(Numbers):
    """Complaints came since the last alert, and so much is left before the account is disabled."""

    level: Literal["notice", "warning"]
    new_complaints: int
    listed: tuple[Reported, ...]
    exempt_until: Annotated[datetime | Literal[""], "No rule disables the account until then; empty where one may."]
    over: Annotated[bool, "A rule is broken."]
    still_on: Annotated[bool, "Time alone has broken it, so that nobody is disabled."] = False

    @classmethod
    def of_verdict(
        cls,
        verdict: Verdict,
        complaints: Sequence[Entry],
        exempt_until: datetime | None,
        *,
        still_on: bool = False,
    ) -> "Alert":
        return cls(
            **cls.counted_by(verdict),
            level="notice" if verdict.decision is Decision.KEEP else "warning",
            new_complaints=len(complaints),
            listed=listed(complaints),
            exempt_until=exempt_until or "",
            over=verdict.breaks,
            still_on=still_on,
        )

    def headline(self, platform: str) -> str:
        new = self.new_complaints
        marked = "Someone marked your e-mail as spam" if new == 1 else f"{new:,} new spam complaints about your e-mails"
        return f"Warning: {marked[0].lower()}{marked[1:]}" if self.level == "warning" else marked

    def sentence(self) -> str:
        return f"{self.counts() if self.complaints else ABOUT_OLDER_MAIL} {self.left()}"

    def left(self) -> str:
        if self.exempt_until:
            return f"No rule disables your SMTP account until {local(self.exempt_until)}."
        if self.still_on:
            return f"That is above the limit, and {STILL_ON}."
        return "That is above the limit." if self.over else self.allowance()

    @property
    def tone(self) -> MailTone:
        return MailTone.ALARM if self.level == "warning" else MailTone.WARN

    def mail(self, about: MailContext) -> Sequence[Section]:
        earlier = self.new_complaints - len(self.listed)
        never = ", and never write again to whoever complained" if any(one.recipient for one in self.listed) else ""
        return [
            Section(
                "Which e-mail it was",
                bullets=[one.line for one in self.listed] + ([f"and {earlier} earlier ones"] if earlier > 0 else []),
            ),
            Section(
                "What the recipient did",
                "A real person read your e-mail and pressed “Report spam” or “Mark as spam”. No computer decides "
                "what is spam.",
            ),
            Section(
                "What happens at the limit",
                f"Above {times(self.limit_per_1000, 'spam complaint')} for every 1,000 e-mails, your {about.platform} "
                f"SMTP account is disabled, until you have asked {about.platform} Support for a review. The limit is "
                f"not ours alone. {DEMANDS_IN_WORDS}",
            ),
            Section(
                "How to avoid the next one",
                steps=[
                    (
                        "",
                        (
                            "Write only to people who asked for it. Take bought, old and guessed addresses off your "
                            f"list today{never}."
                        ),
                    ),
                    ("", "Make leaving easier than complaining: put the unsubscribe link at the top."),
                    (
                        "",
                        (
                            "Say in the first line who you are and why they hear from you, and send what they "
                            "expected, as often as they expected it."
                        ),
                    ),
                ],
            ),
        ]


@declared("unsuppressed", Audience.STAFF)
class Unsuppressed(Facts):
    """A recipient who complained may be mailed again: staff say so, or the recipient, that it was not spam."""

    recipient: Annotated[str, "May be mailed again, until its holder complains or a mail to it bounces once more."]
    reason: str
    by: str

    def headline(self, platform: str) -> str:
        return f"{plain(self.recipient)} may be mailed again"

    def sentence(self) -> str:
        return f"By {plain(self.by)}: {full_sentence(self.reason)}"


OwnerMailState = Literal["bounced", "complained"]


@declared("owner_mail", Audience.STAFF)
class OwnerMailStopped(Facts):
    """A mail to the owner bounced or was complained about: the address is written to no more."""

    state: OwnerMailState

    def headline(self, platform: str) -> str:
        return f"The owner's address is not written to any more: a mail to it {FATES[self.state]}"

    def sentence(self) -> str:
        return "Reach the owner in another way, and have the address mended."
