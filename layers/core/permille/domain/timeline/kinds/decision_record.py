"""The decision record: the rule, the arithmetic, and everything that it was computed from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from permille.domain.policy.policy_file import policy_data
from permille.domain.policy.verdict import Verdict
from permille.domain.timeline.kinds.complaints import Reported
from permille.domain.timeline.kinds.numbers import Numbers, sent
from permille.domain.timeline.kinds.rule_numbers import BounceBurstNumbers, ComplaintBurstNumbers, RecentRatioNumbers
from permille.domain.timeline.timeline import Entry
from permille.domain.values.tally import PER_MILLE, Days
from permille.domain.words.wording import day, plain, times

LISTED_IDENTITIES = 1000  # of a decision record: an entry has to fit into a row and an event
NO_WORDS: Mapping[str, str] = {}


NotEnforced = Literal["", "monitor", "exempt"]  # why the account stays enabled; empty: it does not


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
    not_enforced: Annotated[NotEnforced, "Why the account stays enabled; empty where it does not."] = ""

    @classmethod
    def arguments(
        cls, verdict: Verdict, days: Days, complaints: Sequence[Entry], code: str, not_enforced: NotEnforced = ""
    ) -> dict[str, Any]:
        """The arguments for these facts. `complaints`: those that the verdict is about; `code`: the version that
        decides."""
        identities = [entry.facts.identity for entry in complaints if isinstance(entry.facts, Reported)]
        return {
            **cls.counted_by(verdict),
            "days": tuple(
                SendDay(day=on, delivered=tally.delivered, complaints=tally.complaints, bounces=tally.bounces)
                for on, tally in sorted(days.items())
                if on >= verdict.first_day
            ),
            "complaint_identities": tuple(identities[-LISTED_IDENTITIES:]),
            "rules": policy_data(verdict.policy),
            "code": code,
            "not_enforced": not_enforced,
        }

    def explained(self, complaints: Mapping[str, str] = NO_WORDS) -> list[str]:
        """The decision word for word, in lines: the rule, the arithmetic, and the counts behind it.

        complaints: in words, by their identity; one without words is named by its identity
        """
        days = [_day_line(counts) for counts in self.days if counts.delivered or counts.complaints or counts.bounces]
        identities = [f"  {complaints.get(identity) or plain(identity)}" for identity in self.complaint_identities]
        counted = sent(self.first_counted, self.last_day)
        return [
            self.broken() if self.rule else f"{self.counts()} {self.allowance()}",
            *self._arithmetic(),
            *([f"The e-mails {counted}, by the day of sending (UTC):", *days] if days else []),
            *(["The complaints that were counted, with the day of sending (UTC):", *identities] if identities else []),
            f"Policy {self.policy}, decided by version {self.code}.",
        ]

    def _arithmetic(self) -> list[str]:
        """Why the rule is broken, in the integers that were compared."""
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


def _ratio_arithmetic(rule: str, numbers: DecisionRecord | RecentRatioNumbers, at_least: int) -> list[str]:
    line = (
        f"{rule} is broken: {times(numbers.complaints, 'complaint')} are at least {at_least:,}, and "
        f"{_product(numbers.complaints, PER_MILLE)} is more than {_product(numbers.limit_per_1000, numbers.delivered)}."
    )
    if numbers.alpha is None:
        return [line]
    return [line, f"The evidence is ln E = {numbers.ln_e}, which is enough for alpha = {numbers.alpha}."]


def _day_line(counts: SendDay) -> str:
    line = f"{times(counts.delivered, 'delivered e-mail')}, {times(counts.complaints, 'complaint')}"
    return f"  {day(counts.day)}: {line}, {times(counts.bounces, 'bounce')}"


def _product(a: int, b: int) -> str:
    return f"{a:,} x {b:,} = {a * b:,}"
