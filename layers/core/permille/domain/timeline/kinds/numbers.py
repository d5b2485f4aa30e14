"""The numbers of a verdict, which all entries about a verdict have."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from permille.domain.policy.verdict import Rule, Verdict
from permille.domain.timeline.facts import Facts
from permille.domain.timeline.kinds.rule_numbers import (
    BounceBurstNumbers,
    ComplaintBurstNumbers,
    RecentRatioNumbers,
    numbers_of_rule,
    shown_evidence,
)
from permille.domain.values.tally import PER_MILLE, Tally, first_counted
from permille.domain.words.wording import FEW, STILL_ON, day, limit, local, rate, times


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers(Facts):
    """Base of entries about a verdict: the counts of the window that ended on `last_day`, and what they break."""

    rule: Annotated[Literal[""] | Rule, "The first one that is broken; empty where none is."]
    delivered: int
    complaints: int
    bounces: int
    allowance_left: Annotated[int, "How many more complaints are allowed."]
    limit_per_1000: int
    window_days: int
    first_day: date
    last_day: date
    policy: Annotated[str, "The id of the policy that judged."]
    ln_e: Annotated[str | None, "The evidence, of a policy with an alpha."] = None
    alpha: str | None = None
    burst: BounceBurstNumbers | ComplaintBurstNumbers | RecentRatioNumbers | None = None
    counted_since: Annotated[datetime | None, "When counting began anew, if that was in the window."] = None

    @staticmethod
    def counted_by(verdict: Verdict) -> dict[str, Any]:
        """The arguments for the facts of this class."""
        ratio = verdict.policy.complaint_ratio
        return {
            "rule": verdict.rule or "",
            "delivered": verdict.counts.delivered,
            "complaints": verdict.counts.complaints,
            "bounces": verdict.counts.bounces,
            "allowance_left": verdict.allowance_left,
            "limit_per_1000": ratio.limit_per_1000,
            "window_days": verdict.policy.window_days,
            "first_day": verdict.first_day,
            "last_day": verdict.last_day,
            "policy": verdict.policy.id,
            "ln_e": shown_evidence(verdict.ln_e),
            "alpha": None if verdict.ln_e is None else str(ratio.alpha),
            "burst": numbers_of_rule(verdict),
            "counted_since": verdict.counted_since,
        }

    @property
    def is_about_bounces(self) -> bool:
        """Whether the broken rule is `bounce_burst`."""
        return isinstance(self.burst, BounceBurstNumbers)

    @property
    def first_counted(self) -> date:
        """The first send day that counts."""
        return first_counted(self.first_day, self.counted_since)

    def counts(self) -> str:
        """`2 complaints in 1,000 delivered e-mails over the last 45 days: 2.00 per 1,000.`"""
        per_1000 = rate(Tally(self.delivered, self.complaints))
        return (
            f"{times(self.complaints, 'complaint')} in {times(self.delivered, 'delivered e-mail')} "
            f"{over(self.window_days, self.counted_since)}{f': {per_1000} per 1,000' if per_1000 else ''}."
        )

    def allowance(self) -> str:
        """How many more complaints the account can have, in sentences."""
        few = f"{FEW} " if self.complaints * PER_MILLE > self.limit_per_1000 * self.delivered else ""
        if self.allowance_left == 0:
            return f"{few}One {'more' if self.complaints else 'complaint'} would disable your SMTP account."
        return f"{few}You can have {self.allowance_left:,} more; the one after that would disable your SMTP account."

    def broken(self) -> str:
        """The counts that break the rule, and the rule's limit, in sentences."""
        match self.burst:
            case BounceBurstNumbers() as burst:
                share = f" and {burst.percent} % of that day's e-mails" if burst.percent else ""
                return (
                    f"Of the e-mails sent on {day(burst.day)}, {burst.bounces:,} bounced for good and "
                    f"{burst.delivered:,} were delivered. The limit is {burst.more_than:,} bounces{share}."
                )
            case ComplaintBurstNumbers() as burst:
                return (
                    f"{times(burst.complaints, 'complaint')} about the e-mails of the last {burst.days} days. "
                    f"The limit is {burst.more_than:,}."
                )
            case RecentRatioNumbers() as recent:
                per_1000 = rate(Tally(recent.delivered, recent.complaints))
                return (
                    f"{times(recent.complaints, 'complaint')} in {times(recent.delivered, 'delivered e-mail')} of the "
                    f"last {recent.days} days{f': {per_1000} per 1,000' if per_1000 else ''}. For so few days "
                    f"{limit(recent.limit_per_1000, 'the limit')}"
                )
            case _:
                return f"{self.counts()} {limit(self.limit_per_1000)}"

    def rule_in_words(self) -> str:
        """The broken rule for owners, as the rest of a sentence."""
        match self.burst:
            case BounceBurstNumbers() as burst:
                share = f", where that is more than {burst.percent} % of them" if burst.percent else ""
                return f"of the e-mails of one day no more than {burst.more_than:,} may bounce for good{share}."
            case ComplaintBurstNumbers() as burst:
                return f"no more than {times(burst.more_than, 'complaint')} about the e-mails of {burst.days} days."
            case RecentRatioNumbers() as recent:
                return _at_most(recent.limit_per_1000, recent.days)
            case _:
                return _at_most(self.limit_per_1000, self.window_days)


def over(days: int, counted_since: datetime | None) -> str:
    """The time that counts: `over the last 45 days`, or since when."""
    return f"since {day(counted_since)}, when counting began anew" if counted_since else f"over the last {days} days"


def sent(first: date, last: date) -> str:
    """`sent on 15 March 2026`, or `sent from 1 March 2026 to 15 March 2026`"""
    return f"sent on {day(first)}" if first == last else f"sent from {day(first)} to {day(last)}"


def _at_most(per_1000: int, days: int) -> str:
    return f"no more than {times(per_1000, 'complaint')} for every 1,000 delivered e-mails of the last {days} days."


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowanceNumbers(Numbers):
    """Base of mails about counts that have switched nothing off."""

    exempt_until: Annotated[datetime | Literal[""], "No rule disables the account until then; empty where one may."]
    over: Annotated[bool, "A rule is broken."]
    still_on: Annotated[bool, "Time alone has broken it, so that nobody is disabled."] = False

    def left(self) -> str:
        """How many more complaints the account can have, as a sentence."""
        if self.exempt_until:
            return f"No rule disables your SMTP account until {local(self.exempt_until)}."
        if self.still_on:
            return f"That is above the limit, and {STILL_ON}."
        return "That is above the limit." if self.over else self.allowance()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainNumbers(Numbers):
    """The numbers of a verdict that is in no entry: for words about it."""

    @classmethod
    def of(cls, verdict: Verdict) -> "PlainNumbers":
        """The numbers of this verdict."""
        return cls(**cls.counted_by(verdict))
