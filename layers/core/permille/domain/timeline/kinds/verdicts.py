"""Decisions of the rules about an account, each with the numbers behind it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from permille.domain.policy.demands import DEMANDS_IN_WORDS
from permille.domain.policy.verdict import Verdict
from permille.domain.timeline.facts import Audience, declared
from permille.domain.timeline.kinds.decision_record import DecisionRecord
from permille.domain.timeline.kinds.numbers import Numbers, sent
from permille.domain.timeline.kinds.rule_numbers import ComplaintBurstNumbers, RecentRatioNumbers
from permille.domain.values.calendar import DAY
from permille.domain.values.status import HoldReason, Status
from permille.domain.words.mail_text import ASK_FOR_REVIEW, MailButton, MailContext, MailTone, Section
from permille.domain.words.trial_words import LIKELY_YOURS
from permille.domain.words.wording import local, stays_enabled, times, why_held


@declared("disabled", Audience.OWNER, mailed=True, change=(Status.ACTIVE, Status.DISABLED), tone=MailTone.BAD)
class Disabled(DecisionRecord):
    """A rule is broken, and the SMTP credential is switched off."""

    @property
    def button(self) -> MailButton:
        return ASK_FOR_REVIEW

    def headline(self, platform: str) -> str:
        return f"Your {platform} SMTP account has been disabled due to poor sending reputation"

    def sentence(self) -> str:
        return self.broken()

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [
            Section(
                "What happened",
                f"{self._why_counted()} The rule: {self.rule_in_words()}",
            ),
            Section(
                "What this means",
                f"E-mails sent through your {about.platform} SMTP account are refused from now on. Everything else in "
                f"{about.platform} keeps working.{self._demands()}",
            ),
            Section("What you can do now", steps=[ANOTHER_COMPANY, _provider_step(about), _review_step(about)]),
        ]

    def _why_counted(self) -> str:
        if self.is_about_bounces:  # of one day, which the numbers name
            return WHY_BOUNCES
        rule = self.burst if isinstance(self.burst, ComplaintBurstNumbers | RecentRatioNumbers) else None
        first = self.first_counted
        counted_from = max(first, self.last_day - (rule.days - 1) * DAY) if rule else first
        return f"{WHY_COMPLAINTS} Counted: e-mails {sent(counted_from, self.last_day)}."

    def _demands(self) -> str:
        """What mail companies ask of complaints, to append; they publish no such number of bounces."""
        return "" if self.is_about_bounces else f" The limit is not ours alone. {DEMANDS_IN_WORDS}"


WHY_BOUNCES = (
    "An e-mail bounces for good when its address does not exist. Many of them tell the mail companies that a list was "
    "bought, guessed or left to grow old."
)
WHY_COMPLAINTS = (
    "A complaint is a real person who read your e-mail and pressed “Report spam”. No computer decides what is spam."
)


def _provider_step(about: MailContext) -> tuple[str, str]:
    keep = f"Keep your campaigns in {about.platform}"
    if about.provider:
        go_on = f"{keep}: until you are back, your e-mails can go through {about.provider}."
        return "Send through the provider that you connected.", go_on
    connect = (
        f"{keep} and connect an account that you have with another e-mail provider. Your report has a form for it, and "
        f"{about.platform} Support helps you."
    )
    return "Connect another provider.", connect


def _review_step(about: MailContext) -> tuple[str, str]:
    details = (
        "The link below opens the form. Tell us when your next batch of e-mails goes out, how big it is, "
        "what went wrong and what you have changed. If we agree, your SMTP account is switched on for that single "
        f"day. If nobody who gets that batch complains, {LIKELY_YOURS}"
    )
    return f"Ask {about.platform} Support for a review.", details


ANOTHER_COMPANY = (
    "Send through another e-mail company.",
    "They count complaints and bounces as well, so fix your list first.",
)


@declared(
    "disabling_reversed", Audience.OWNER, mailed=True, change=(Status.DISABLED, Status.ACTIVE), tone=MailTone.GOOD
)
class DisablingReversed(Numbers):
    """A disabling was reversed: once all feedback was counted, the mail sent before it keeps the rules."""

    disabled_at: datetime

    @classmethod
    def of_verdict(cls, verdict: Verdict, disabled_at: datetime) -> "DisablingReversed":
        return cls(**cls.counted_by(verdict), disabled_at=disabled_at)

    def headline(self, platform: str) -> str:
        return f"Your {platform} SMTP account works again: it was disabled too early"

    def sentence(self) -> str:
        return (
            f"When it was disabled, on {local(self.disabled_at)}, not all of your e-mails had been counted yet. "
            f"Now they are: {self.counts()} {self.allowance()}"
        )

    def mail(self, about: MailContext) -> Sequence[Section]:
        return [
            Section(
                "What this means",
                f"We are sorry. Your {about.platform} SMTP account works again, with the same user name and password, "
                "and the disabling is not held against you. You need not ask for a review.",
            ),
            Section(
                "How to keep it",
                f"The complaints still count. More than {times(self.limit_per_1000, 'spam complaint')} for every 1,000 "
                "e-mails, and the account is disabled again.",
            ),
        ]


@declared("would_disable", Audience.STAFF)
class WouldDisable(DecisionRecord):
    """A rule is broken, and the account stays enabled: the mode is monitor, or it is exempt."""

    def headline(self, platform: str) -> str:
        return f"{self.rule} is broken, and {stays_enabled(exempt=self.not_enforced == 'exempt')}"

    def sentence(self) -> str:
        return self.broken()


@declared("would_keep", Audience.STAFF)
class WouldKeep(DecisionRecord):
    """The rules are kept again, after a `would_disable`."""

    def headline(self, platform: str) -> str:
        return "The rules are kept again; the account had stayed enabled"

    def sentence(self) -> str:
        return f"{self.counts()} {self.allowance()}"


@declared("held", Audience.STAFF, announced=True)
class RuleHeld(Numbers):
    """A broken rule is not acted on yet: uncounted `feedback` could still change the verdict, counting has `stalled`,
    the `breaker` is open, or there are `no_deliveries`."""

    hold_reason: HoldReason
    waiting: Annotated[int, "How many messages the feedback queue had."]

    @classmethod
    def of_verdict(cls, verdict: Verdict, why: HoldReason, waiting: int) -> "RuleHeld":
        return cls(**cls.counted_by(verdict), hold_reason=why, waiting=waiting)

    @property
    def is_announced(self) -> bool:
        return self.hold_reason.needs_staff

    def headline(self, platform: str) -> str:
        return f"{self.rule} is broken, and the account is held: {why_held(self.hold_reason)}"

    def sentence(self) -> str:
        return self.broken()
