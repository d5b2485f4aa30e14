"""The monthly mail that says how an account stands; that its owner stopped it, and wants it again."""

from collections.abc import Sequence
from datetime import datetime

from permille.domain.policy.verdict import Verdict
from permille.domain.timeline.facts import Audience, By, Facts, declared
from permille.domain.timeline.kinds.alert import ASKED, EXPECTED
from permille.domain.timeline.kinds.numbers import AllowanceNumbers
from permille.domain.words.mail_text import MailContext, MailTone, Section
from permille.domain.words.wording import acted_for_owner, day, times


@declared("monthly_standing", Audience.OWNER, mailed=True, tone=MailTone.INFO)
class MonthlyStanding(AllowanceNumbers):
    """Once a month, while the window holds a complaint: how the account stands."""

    @classmethod
    def of_verdict(cls, verdict: Verdict, exempt_until: datetime | None) -> "MonthlyStanding":
        """Of an account that is on: where a rule is broken, time alone has broken it, or the account is exempt."""
        over = verdict.breaks
        return cls(
            **cls.counted_by(verdict), exempt_until=exempt_until or "", over=over, still_on=over and not exempt_until
        )

    @property
    def can_be_stopped(self) -> bool:
        return True

    def headline(self, platform: str) -> str:
        numbers = f"{times(self.complaints, 'complaint')} in {times(self.delivered, 'delivered e-mail')}"
        return f"How you stand with {platform}: {numbers}"

    def sentence(self) -> str:
        return f"{self.counts()} {self.left()}"

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [
            Section(
                "Why you get this",
                f"Your {about.platform} SMTP account works. Somebody pressed “Report spam” about an e-mail of yours "
                f"that was sent between {day(self.first_counted)} and {day(self.last_day)}, and it still counts. While "
                f"that is so, we tell you once a month how you stand. A complaint stops counting when its e-mail is "
                f"older than {self.window_days} days.",
            ),
            Section("What keeps you below the limit", steps=[("", ASKED), ("", EXPECTED)]),
            Section(
                "If you do not want this mail",
                "Stop it by the link below: one click is enough. You are still told of new complaints at once.",
            ),
        ]


@declared("monthly_mail_stopped", Audience.OWNER)
class MonthlyMailStopped(Facts):
    """The owner does not want the monthly mail any more."""

    by: By = ""

    def headline(self, platform: str) -> str:
        return "The monthly mail is switched off"

    def sentence(self) -> str:
        return f"New complaints, and whatever becomes of your SMTP account, are still mailed.{acted_for_owner(self.by)}"


@declared("monthly_mail_resumed", Audience.OWNER)
class MonthlyMailResumed(Facts):
    """The owner wants the monthly mail again."""

    by: By = ""

    def headline(self, platform: str) -> str:
        return "The monthly mail is switched on again"

    def sentence(self) -> str:
        return f"It comes in a month in which complaints count.{acted_for_owner(self.by)}"
