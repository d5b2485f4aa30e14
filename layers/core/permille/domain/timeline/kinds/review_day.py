"""The requested day of a review: it is near, it has passed, or it has to be chosen again."""

from collections.abc import Sequence
from datetime import date, datetime

from permille.domain.timeline.facts import Audience, Facts, declared
from permille.domain.words.mail_text import CHOOSE_ANOTHER_DAY, MailButton, MailContext, Section
from permille.domain.words.wording import day, local, times


@declared("review_reopened", Audience.OWNER, mailed=True)
class ReviewReopened(Facts):
    """The trial's day was over before the trial could begin. The request is open again."""

    day: date

    @property
    def button(self) -> MailButton:
        return CHOOSE_ANOTHER_DAY

    def headline(self, platform: str) -> str:
        return "Please choose a new day for your trial"

    def sentence(self) -> str:
        return (
            f"We are sorry: {day(self.day)} was over before your SMTP account could be switched on. "
            "Your request is open again."
        )

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [
            Section(
                "What you can do now",
                "Tell us on which day your next batch goes out. Everything else in your request stays as it was.",
            )
        ]


@declared("review_due", Audience.STAFF, announced=True)
class ReviewDue(Facts):
    """The requested day of an unanswered request begins within a day, or has begun."""

    day: date
    batch: int
    begins_at: datetime

    def headline(self, platform: str) -> str:
        return f"A request for {day(self.day)} is not answered yet"

    def sentence(self) -> str:
        return (
            f"The owner wants to send {times(self.batch, 'e-mail')} on that day, from {local(self.begins_at)} on: "
            "permille review approve, or decline."
        )


@declared("review_day_passed", Audience.OWNER, mailed=True)
class ReviewDayPassed(Facts):
    """The requested day is over, and the request is unanswered."""

    day: date

    @property
    def button(self) -> MailButton:
        return CHOOSE_ANOTHER_DAY

    def headline(self, platform: str) -> str:
        return "Your day passed before support answered: please choose another one"

    def sentence(self) -> str:
        return (
            f"We are sorry: {day(self.day)} is over, and support has not answered your request yet. It is still open."
        )

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [
            Section(
                "What you can do now",
                "Tell us on which other day your next batch goes out. Everything else in your request stays as it "
                f"was, and it keeps its place with {about.platform} Support.",
            )
        ]
