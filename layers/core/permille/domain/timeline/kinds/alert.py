"""The alert: complaints arrived, and how many more the account can have."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from permille.domain.policy.demands import DEMANDS_IN_WORDS
from permille.domain.policy.verdict import Decision, Verdict
from permille.domain.timeline.facts import Audience, declared
from permille.domain.timeline.kinds.complaints import Reported
from permille.domain.timeline.kinds.numbers import AllowanceNumbers
from permille.domain.timeline.timeline import Entry
from permille.domain.words.mail_text import MailContext, MailTone, Section
from permille.domain.words.wording import times

LISTED_COMPLAINTS = 20  # in one entry


# It is older than the window, or was sent before counting began anew.
ABOUT_OLDER_MAIL = "It is about e-mail that no longer counts towards the limit."


def listed(complaints: Sequence[Entry]) -> tuple[Reported, ...]:
    """The facts of the newest complaints, to be listed in another entry. `complaints`: oldest first."""
    newest = (complaint.facts for complaint in complaints[-LISTED_COMPLAINTS:])
    return tuple(
        Reported(**{name: getattr(facts, name) for name in Reported.__slots__})
        for facts in newest
        if isinstance(facts, Reported)
    )


@declared("alert", Audience.OWNER, mailed=True)
class Alert(AllowanceNumbers):
    """Complaints were counted since the last alert: which, and how many more the account can have."""

    level: Literal["notice", "warning"]
    new_complaints: int
    listed: tuple[Reported, ...]

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

    @property
    def tone(self) -> MailTone:
        return MailTone.ALARM if self.level == "warning" else MailTone.WARN

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [
            Section("Which e-mail it was", bullets=self._lines()),
            Section(
                "What the recipient did",
                "A real person read your e-mail and pressed “Report spam” or “Mark as spam”. No computer decides "
                "what is spam.",
            ),
            Section(
                "What happens at the limit",
                f"Above {times(self.limit_per_1000, 'spam complaint')} for every 1,000 e-mails, your {about.platform} "
                f"SMTP account is disabled. The way back is a review by {about.platform} Support, and one day of "
                f"sending whose recipients decide. The limit is not ours alone. {DEMANDS_IN_WORDS}",
            ),
            Section("How to avoid the next one", steps=[("", advice) for advice in self._advice()]),
        ]

    def _lines(self) -> list[str]:
        earlier = self.new_complaints - len(self.listed)
        return [report.line for report in self.listed] + ([f"and {earlier} earlier ones"] if earlier > 0 else [])

    def _advice(self) -> list[str]:
        is_named = any(report.recipient for report in self.listed)
        never = ", and never write again to whoever complained" if is_named else ""
        return [
            f"{ASKED} Take bought, old and guessed addresses off your list today{never}.",
            "Make leaving easier than complaining: put the unsubscribe link at the top.",
            EXPECTED,
        ]


ASKED = "Write only to people who asked for it."
EXPECTED = (
    "Say in the first line who you are and why they hear from you, and send what they expected, as often as they "
    "expected it."
)
