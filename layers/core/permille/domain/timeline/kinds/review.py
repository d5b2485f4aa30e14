"""The owner's review request, and support's answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from permille.domain.timeline.facts import Audience, By, Facts, declared
from permille.domain.timeline.kinds.staff import ByStaff
from permille.domain.timeline.kinds.verdicts import ANOTHER_COMPANY
from permille.domain.words.mail_text import MailContext, MailTone, Section
from permille.domain.words.trial_words import how_many, what_wins, whom_to_write_to
from permille.domain.words.wording import acted_for_owner, by_support, day, local, times

LONGEST_TEXT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested(Facts):
    """Base of requests: the day of the next batch and its size, what went wrong, and what the owner changed."""

    day: date
    batch: Annotated[int, "How many e-mails go out on that day."]
    cause: str
    change: str
    by: By = ""

    def sentence(self) -> str:
        batch = f"Your next batch: {times(self.batch, 'e-mail')} on {day(self.day)}. Support answers by e-mail."
        return f"{batch}{acted_for_owner(self.by, 'asked in your place')}"


@declared("review_requested", Audience.OWNER, mailed=True, tone=MailTone.INFO, announced=True)
class ReviewRequested(Requested):
    """The owner asks for a review."""

    receipt: Annotated[
        bool,
        "Whether the owner gets a mail that says so: at most one a day, however often a request is made again.",
    ] = True

    @property
    def is_mailed(self) -> bool:
        return self.receipt

    def headline(self, platform: str) -> str:
        return "We have got your request for a review"

    def announcement(self, platform: str) -> str:
        return f"The owner asks for a review: {times(self.batch, 'e-mail')} on {day(self.day)}"

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [
            Section(
                "What you told us",
                "It is on your report, where you can change it until support has answered.",
            ),
            Section(
                "What happens next",
                f"{about.platform} Support reads your request together with your numbers. If they agree, your SMTP "
                "account is switched on for that single day.",
            ),
            Section("Until then", f"Choose whom you are going to write to: s{whom_to_write_to()}"),
        ]


@declared("review_amended", Audience.OWNER)
class ReviewAmended(Requested):
    """An open request was changed: these are its facts now."""

    def headline(self, platform: str) -> str:
        return "Your request for a review was changed"


@declared("review_withdrawn", Audience.OWNER)
class ReviewWithdrawn(Facts):
    """The open request, or the agreed trial that has not begun, was withdrawn."""

    day: date
    by: By = ""

    def headline(self, platform: str) -> str:
        return "Your request for a review was withdrawn"

    def sentence(self) -> str:
        about = f"It was about the e-mails of {day(self.day)}. You can ask again at any time."
        return f"{about}{acted_for_owner(self.by)}"


@declared("review_approved", Audience.OWNER, mailed=True, tone=MailTone.GOOD)
class ReviewApproved(Facts):
    """Support approved a day. Its instants are in the account's time zone."""

    begins_at: datetime
    ends_at: datetime
    note: str
    by: str
    instead_of: Annotated[
        date | Literal[""], "The day that had been agreed on before, where the trial was moved; else empty."
    ] = ""
    least_delivered: Annotated[int, "How many e-mails have to be delivered for a verdict."] = 1
    most_sent: Annotated[int, "The day ends early when more are sent; 0 where it does not."] = 0
    ratio_above: Annotated[int, "With more delivered than this the rules decide; 0: one complaint always."] = 0

    def headline(self, platform: str) -> str:
        return f"Your {platform} SMTP account works on {day(self.begins_at)}, for one day"

    def sentence(self) -> str:
        moved = f", and not on {day(self.instead_of)}" if self.instead_of else ""
        note = f" {by_support(self.note)}" if self.note else ""
        return f"It works from {local(self.begins_at)} to {local(self.ends_at)}{moved}.{note}"

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [
            Section(
                "What you can do",
                "Send your batch on that day, with the same user name and password. "
                f"S{whom_to_write_to(self.ratio_above)}",
            ),
            Section(
                "What decides",
                "What the recipients of that day do. When it is over, your SMTP account is off again for two days, "
                f"because complaints come late. {what_wins(self.ratio_above)}"
                f"{how_many(self.least_delivered, self.most_sent)}",
            ),
        ]


@declared("review_declined", Audience.OWNER, mailed=True, tone=MailTone.BAD)
class ReviewDeclined(ByStaff):
    """Support declined the request."""

    ask_again_on: date

    def headline(self, platform: str) -> str:
        return "Your request for a review was declined"

    def sentence(self) -> str:
        return f"{self.the_reason()} You can ask again from {day(self.ask_again_on)} on."

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [
            Section(
                "What you can do now",
                steps=[
                    ("Answer the reason.", "Change what it names, and say so in your next request."),
                    ANOTHER_COMPANY,
                    (f"Ask {about.platform} Support", "if you do not understand the reason."),
                ],
            )
        ]
