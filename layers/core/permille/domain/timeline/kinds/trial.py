"""The trial: cancelled, begun, ended."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from permille.domain.timeline.facts import Audience, Facts, declared
from permille.domain.timeline.kinds.staff import ByStaff
from permille.domain.values.status import Status
from permille.domain.words.mail_text import ASK_FOR_REVIEW, MailButton, MailContext, MailTone, Section
from permille.domain.words.trial_words import how_many, what_ends_it, whom_to_write_to
from permille.domain.words.wording import day, delivered, local


@declared("trial_cancelled", Audience.OWNER, mailed=True, ends_trial=True, tone=MailTone.BAD)
class TrialCancelled(ByStaff):
    """Support cancelled the agreed day before it began."""

    day: date

    @property
    def button(self) -> MailButton:
        return ASK_FOR_REVIEW

    def headline(self, platform: str) -> str:
        return "Your trial day was cancelled"

    def sentence(self) -> str:
        return (
            f"Your SMTP account stays off on {day(self.day)}. {self.the_reason()} "
            "You can ask for another day at any time."
        )

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [
            Section(
                "What this means",
                f"E-mails sent through your {about.platform} SMTP account are still refused. Everything else in "
                f"{about.platform} keeps working.{about.meanwhile}",
            ),
            Section(
                "What you can do now",
                "Ask for a review again when you are ready: you need not wait. If you have questions, answer this "
                f"mail or write to {about.platform} Support.",
            ),
        ]


@declared("trial_began", Audience.OWNER, mailed=True, change=(Status.DISABLED, Status.TRIAL), tone=MailTone.GOOD)
class TrialBegan(Facts):
    """The SMTP account is on for this day, and a new epoch begins."""

    ends_at: datetime
    least_delivered: Annotated[int, "How many e-mails have to be delivered for a verdict."] = 1
    most_sent: Annotated[int, "The day ends early when more are sent; 0 where it does not."] = 0
    ratio_above: Annotated[int, "With more delivered than this the rules decide; 0: one complaint always."] = 0
    mailed: Annotated[bool, "Whether the owner gets a mail: not where the day was approved after it had begun."] = True

    @property
    def is_mailed(self) -> bool:
        return self.mailed

    def headline(self, platform: str) -> str:
        return f"Your {platform} SMTP account works today, and today only"

    def sentence(self) -> str:
        return f"It works until {local(self.ends_at)}. {what_ends_it(self.ratio_above)}"

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [
            Section(
                "What you can do now",
                f"Send your batch now, with the same user name and password. S{whom_to_write_to(self.ratio_above)}",
            ),
            Section(
                "What decides",
                "Only the e-mails that you send today. Older ones cannot end the trial, whatever their recipients do."
                f"{how_many(self.least_delivered, self.most_sent)}",
            ),
        ]


@declared("trial_ended", Audience.OWNER, mailed=True, change=(Status.TRIAL, Status.OBSERVING), tone=MailTone.INFO)
class TrialEnded(Facts):
    """The day is over. Late complaints may come until the verdict."""

    verdict_at: datetime
    delivered: int
    complaints: int = 0
    most_sent: Annotated[int, "More were sent than this, so that the day ended early; 0 where it did not."] = 0

    def headline(self, platform: str) -> str:
        return "Your trial day is over, and we are waiting for late complaints"

    def sentence(self) -> str:
        early = (
            f" More than the {self.most_sent:,} that were agreed on were sent, so the day ended early."
            if self.most_sent
            else ""
        )
        return (
            f"{delivered(self.delivered)}.{early} Your SMTP account is off until we know what the recipients say, "
            f"on {local(self.verdict_at)}."
        )

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [
            Section(
                "What happens next",
                f"Complaints can take a day or two to reach us. If {_kept(self.complaints)}, your {about.platform} "
                f"SMTP account is switched on again by itself, and you hear from us.{about.until_then}",
            )
        ]


def _kept(complaints: int) -> str:
    """What has to be by the verdict. `complaints`: so far; who has one, and goes on, is judged by the rules."""
    if complaints:
        return "the e-mails of your trial day keep your usual limits until then"
    return "nobody complains about the e-mails of your trial day"
