"""What the rules decided about an account: each with the numbers that it was decided by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from permille.domain.policy.demands import DEMANDS_IN_WORDS
from permille.domain.policy.policy import Verdict
from permille.domain.policy.policy_file import policy_data
from permille.domain.timeline.facts import Audience, declared
from permille.domain.timeline.kinds.complaints import Reported
from permille.domain.timeline.kinds.numbers import (
    BounceBurstNumbers,
    ComplaintBurstNumbers,
    Numbers,
    RecentRatioNumbers,
)
from permille.domain.timeline.timeline import Entry
from permille.domain.values.status import HoldReason, Status
from permille.domain.values.tally import PER_MILLE, Days
from permille.domain.words.mail_text import MailContext, MailTone, Section
from permille.domain.words.wording import WAITS_FOR, day, local, plain, times

LISTED_IDENTITIES = 1000  # of a decision record: an entry has to fit into a row and an event

Spared = Literal["", "only observed", "exempt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendDay:
    """What was counted of the mail sent on one UTC day."""

    day: date
    delivered: int
    complaints: int
    bounces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord(Numbers):
    """The decision record: rule, counts per send day, complaints, policy and the version that decided."""

    days: tuple[SendDay, ...]
    complaint_identities: tuple[str, ...]
    rules: Annotated[Mapping[str, Any], "The policy with all its numbers."]
    code: Annotated[str, "The version of the program that decided."]
    spared: Annotated[Spared, "Why nothing is switched; empty where it is."] = ""

    @classmethod
    def arguments(
        cls, verdict: Verdict, days: Days, complaints: Sequence[Entry], code: str, spared: Spared = ""
    ) -> dict[str, Any]:
        """For these facts; `complaints`: those that the verdict is about."""
        told = [one.facts.identity for one in complaints if isinstance(one.facts, Reported)]
        return {
            **cls.counted_by(verdict),
            "days": tuple(
                SendDay(day=on, delivered=one.delivered, complaints=one.complaints, bounces=one.bounces)
                for on, one in sorted(days.items())
                if on >= verdict.first_day
            ),
            "complaint_identities": tuple(told[-LISTED_IDENTITIES:]),
            "rules": policy_data(verdict.policy),
            "code": code,
            "spared": spared,
        }

    def explained(self) -> list[str]:
        """Word for word: the rule, the arithmetic, and what it was made of."""
        days = [_day_line(one) for one in self.days if one.delivered or one.complaints or one.bounces]
        identities = [f"  {plain(one)}" for one in self.complaint_identities]
        first, last = day(self.first_day), day(self.last_day)
        return [
            self.broken() if self.rule else f"{self.counts()} {self.allowance()}",
            *self._arithmetic(),
            *([f"The e-mails sent from {first} to {last}, by the day of sending:", *days] if days else []),
            *(["The complaints that were counted:", *identities] if identities else []),
            f"Policy {self.policy}, decided by version {self.code}.",
        ]

    def _arithmetic(self) -> list[str]:
        """Why the named rule is broken, in the integers that were compared."""
        match self.burst:
            case BounceBurstNumbers() as burst:
                sent = burst.bounces + burst.delivered
                return [
                    (
                        f"bounce_burst is broken: {burst.bounces:,} bounces are more than {burst.more_than:,}, and "
                        f"{_product(burst.bounces, 100)} is more than {_product(burst.percent, sent)}."
                    )
                ]
            case ComplaintBurstNumbers() as burst:
                return [f"complaint_burst is broken: {burst.complaints:,} is more than {burst.more_than:,}."]
            case RecentRatioNumbers() as recent:
                return _ratio_arithmetic("recent_ratio", recent, recent.complaints_at_least)
            case _:
                if not self.rule:
                    return ["No rule is broken."]
                return _ratio_arithmetic("complaint_ratio", self, self.rules["complaint_ratio"]["complaints_at_least"])


def _ratio_arithmetic(rule: str, counted: DecisionRecord | RecentRatioNumbers, at_least: int) -> list[str]:
    line = (
        f"{rule} is broken: {times(counted.complaints, 'complaint')} are at least {at_least:,}, and "
        f"{_product(counted.complaints, PER_MILLE)} is more than {_product(counted.limit_per_1000, counted.delivered)}."
    )
    if counted.alpha is None:
        return [line]
    return [line, f"The evidence is ln E = {counted.ln_e}, which is enough for alpha = {counted.alpha}."]


def _day_line(one: SendDay) -> str:
    counts = f"{times(one.delivered, 'delivered e-mail')}, {times(one.complaints, 'complaint')}"
    return f"  {one.day}: {counts}, {times(one.bounces, 'bounce')}"


def _product(one: int, other: int) -> str:
    return f"{one:,} x {other:,} = {one * other:,}"


@declared("disabled", Audience.OWNER, mailed=True, change=(Status.ACTIVE, Status.DISABLED), tone=MailTone.BAD)
class Disabled(DecisionRecord):
    """A rule was broken, and the SMTP credential is taken away."""

    def headline(self, platform: str) -> str:
        return f"Your {platform} SMTP account has been disabled due to poor sending reputation"

    def sentence(self) -> str:
        return self.broken()

    def mail(self, about: MailContext) -> Sequence[Section]:
        if self.is_about_bounces:
            why = (
                "An e-mail bounces for good when its address does not exist. Many of them tell the mail companies "
                "that a list was bought, guessed or left to grow old."
            )
        else:
            why = (
                "A complaint is a real person who read your e-mail and pressed “Report spam”. No computer decides what "
                "is spam."
            )
        other = (
            (
                "Send through the provider that you connected.",
                (
                    f"Keep your campaigns in {about.platform}: until you are back, your e-mails can go through "
                    f"{about.provider}."
                ),
            )
            if about.provider
            else (
                "Connect another provider.",
                (
                    f"Keep your campaigns in {about.platform} and connect an account that you have with another e-mail "
                    f"provider. {about.platform} Support helps you to set it up."
                ),
            )
        )
        return [
            Section(
                "What happened",
                f"{why} Counted: e-mails sent from {day(self.first_day)} to {day(self.last_day)}. "
                f"The rule: {self.rule_in_words()}",
            ),
            Section(
                "What this means",
                f"E-mails sent through your {about.platform} SMTP account are refused from now on. Everything else in "
                f"{about.platform} keeps working. The limit is not ours alone. {DEMANDS_IN_WORDS}",
            ),
            Section(
                "What you can do now",
                steps=[
                    ANOTHER_COMPANY,
                    other,
                    (
                        f"Ask {about.platform} Support for a review.",
                        (
                            "Tell us when your next big batch of e-mails goes out, how big it is, what went wrong "
                            "and what you have changed. If we agree, your SMTP account is switched on for that "
                            "single day. If nobody who gets that batch complains, it will likely be yours again for "
                            "good."
                        ),
                    ),
                ],
            ),
        ]


ANOTHER_COMPANY = (
    "Send through another e-mail company.",
    "They count complaints as well, so fix your list first.",
)


@declared(
    "disabling_reversed", Audience.OWNER, mailed=True, change=(Status.DISABLED, Status.ACTIVE), tone=MailTone.GOOD
)
class DisablingReversed(Numbers):
    """The mail sent before the account was disabled keeps the rules after all: the disabling came too early."""

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
    """A rule is broken, and nothing is switched: The mode is monitor, or the account is exempt."""

    def headline(self, platform: str) -> str:
        return f"{self.rule} is broken, and nothing is switched: the account is {self.spared}"

    def sentence(self) -> str:
        return self.broken()


@declared("would_keep", Audience.STAFF)
class WouldKeep(DecisionRecord):
    """The rules are kept again, after a `would_disable`."""

    def headline(self, platform: str) -> str:
        return "The rules are kept again; nothing had been switched"

    def sentence(self) -> str:
        return f"{self.counts()} {self.allowance()}"


@declared("held", Audience.STAFF)
class RuleHeld(Numbers):
    """A broken rule is not acted on yet: `feedback` waits that could still turn it, counting has `stalled`, or the
    `breaker` is open."""

    why: HoldReason
    waiting: Annotated[int, "So much feedback waited to be counted."]

    @classmethod
    def of_verdict(cls, verdict: Verdict, why: HoldReason, waiting: int) -> "RuleHeld":
        return cls(**cls.counted_by(verdict), why=why, waiting=waiting)

    def headline(self, platform: str) -> str:
        return f"{self.rule} is broken, and nothing is switched yet: {WAITS_FOR.get(self.why, plain(self.why))}"

    def sentence(self) -> str:
        return self.broken()
