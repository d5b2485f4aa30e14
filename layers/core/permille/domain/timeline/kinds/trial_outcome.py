"""How a trial ended: unused, failed, or passed."""

from collections.abc import Sequence
from typing import Annotated, Literal

from permille.domain.policy.verdict import Rule
from permille.domain.timeline.facts import Audience, Facts, declared
from permille.domain.timeline.kinds.complaints import Reported
from permille.domain.timeline.kinds.staff import ByStaff
from permille.domain.timeline.kinds.verdicts import ANOTHER_COMPANY
from permille.domain.values.status import Status
from permille.domain.words.mail_text import ASK_FOR_REVIEW, MailButton, MailContext, MailTone, Section
from permille.domain.words.wording import delivered, times


@declared("trial_unused", Audience.OWNER, mailed=True, change=(Status.OBSERVING, Status.DISABLED), ends_trial=True)
class TrialUnused(Facts):
    """Too few e-mails were delivered on the trial day. The account stays off, and its owner can ask again."""

    delivered: int = 0
    least_delivered: Annotated[int, "How many e-mails had to be delivered for a verdict."] = 1

    @property
    def button(self) -> MailButton:
        return ASK_FOR_REVIEW

    def headline(self, platform: str) -> str:
        return "Too few e-mails went out on your trial day" if self.delivered else "Your trial day was not used"

    def sentence(self) -> str:
        if self.delivered:
            return f"{delivered(self.delivered)}, and we need {self.least_delivered:,} to decide by. Nobody complained."
        return "Nothing of it was delivered, so there is nothing to decide by."

    def mail(self, about: MailContext) -> Sequence[Section]:
        smaller = " Name the size that it will really have." if self.delivered else ""
        return [
            Section(
                "What you can do now",
                f"Ask for another review when you know when your next batch goes out.{smaller}",
            )
        ]


@declared(
    "stays_suspended",
    Audience.OWNER,
    mailed=True,
    change=(Status.OBSERVING, Status.DISABLED),
    ends_trial=True,
    tone=MailTone.BAD,
)
class StaysSuspended(Facts):
    """The trial failed: its mail was complained about, or broke another rule."""

    delivered: int
    complaints: int
    listed: tuple[Reported, ...]
    rule: Annotated[Literal[""] | Rule, "The rule that was broken; empty where one complaint was enough."]

    @property
    def button(self) -> MailButton:
        return ASK_FOR_REVIEW

    def headline(self, platform: str) -> str:
        return f"Your {platform} SMTP account stays disabled"

    def sentence(self) -> str:
        if self.complaints:
            about = f"{times(self.complaints, 'complaint')} about the e-mails of your trial day"
        else:
            about = "Too many of the e-mails of your trial day bounced for good"
        return f"{about}; {delivered(self.delivered)}."

    def mail(self, about: MailContext) -> Sequence[Section]:
        lines = [report.line for report in self.listed]
        which = [Section("Which e-mail it was", bullets=lines)] if lines else []
        still = "somebody pressed “Report spam”" if self.complaints else "many of the addresses do not exist"
        return [
            *which,
            Section(
                "What this means",
                "The people who got the e-mails of your trial day were the ones who know you best, and still "
                f"{still}. E-mails sent through your {about.platform} SMTP account are refused, as before the trial."
                f"{about.meanwhile}",
            ),
            Section("What you can do now", steps=[FIND_OUT, ANOTHER_COMPANY, _next_review(about)]),
        ]


FIND_OUT = (
    "Find out why.",
    "Ask yourself how the addresses of that batch came onto your list, and which others came the same way.",
)


def _next_review(about: MailContext) -> tuple[str, str]:
    return f"Ask {about.platform} Support for another review", "when you have changed something that matters."


@declared("confirmation_wanted", Audience.STAFF, announced=True)
class ConfirmationWanted(Facts):
    """The trial went well, and support has to confirm it before the account is reinstated."""

    delivered: int
    complaints: int = 0

    def headline(self, platform: str) -> str:
        return "The trial went well; support has to say that the account is reinstated"

    def sentence(self) -> str:
        return (
            f"{delivered(self.delivered)} on the trial day, and {_complained(self.complaints)}: permille review "
            "confirm, or disable."
        )


@declared("trial_confirmed", Audience.STAFF)
class TrialConfirmed(ByStaff):
    """Support confirmed that the trial went well."""

    def headline(self, platform: str) -> str:
        return "Support has confirmed the trial"


@declared(
    "reinstated",
    Audience.OWNER,
    mailed=True,
    change=(Status.OBSERVING, Status.ACTIVE),
    ends_trial=True,
    tone=MailTone.GOOD,
)
class Reinstated(Facts):
    """The trial passed: the SMTP account is on again."""

    delivered: int
    complaints: int = 0

    def headline(self, platform: str) -> str:
        return f"Welcome back: your {platform} SMTP account works again"

    def sentence(self) -> str:
        return f"{delivered(self.delivered)} on your trial day, and {_complained(self.complaints)}."

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [
            Section(
                "What this means",
                f"Your {about.platform} SMTP account works again, with the same user name and password. Old "
                "complaints do not count any more.",
            ),
            Section(
                "How to keep it",
                "Go on in small steps: to those who know you best, and a little more each time. More than 1 spam "
                "complaint for every 1,000 e-mails, and the account is disabled again.",
            ),
        ]


def _complained(complaints: int) -> str:
    if not complaints:
        return "nobody complained"
    return f"{times(complaints, 'complaint')} came: your limits were kept"
