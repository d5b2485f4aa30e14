"""Warnings for whoever sets a policy: numbers that turn a protection off, or make it much weaker than in the preset
`default`. All of them are allowed."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from permille.domain.policy.demands import AMAZON_SES, GOOGLE
from permille.domain.policy.policy import Policy
from permille.domain.policy.policy_file import policy_data
from permille.domain.policy.ses_review import BOUNCES
from permille.domain.values.json_values import flat

CHANCE_BELOW = 1000  # e-mails; a ratio of fewer is mostly chance


@dataclass(frozen=True, slots=True, kw_only=True)
class _Number:
    """A number of the policy, and the range that needs no warning.

    name: with its part of the policy, if any, before a dot
    least, most: the range, both included
    below, above: the consequence of a number outside the range
    """

    name: str
    least: int | Decimal = 0
    most: int | Decimal = 1_000_000
    below: str = ""
    above: str = ""

    def warning(self, value: Any) -> str:
        """Empty where there is none. `value` is None where the rule is off."""
        if value is None or self.least <= Decimal(value) <= self.most:
            return ""
        return f"{self.name} is {_formatted(value)}: {self.below if Decimal(value) < self.least else self.above}"


_NUMBERS = (
    _Number(name="window_days", least=14, below="complaints about mail that was sent before that do not count"),
    _Number(
        name="complaint_ratio.limit_per_1000",
        most=2,
        above=f"{GOOGLE.sentence} {AMAZON_SES.sentence.removesuffix('.')}",
    ),
    _Number(
        name="complaint_ratio.complaints_at_least",
        least=2,
        most=10,
        below="one complaint is enough to disable an account that sends little",
        above="an account with fewer complaints is kept, however few e-mails it sends",
    ),
    _Number(
        name="complaint_ratio.alpha",
        least=Decimal("0.001"),
        below="it takes very many complaints until the evidence is strong enough",
    ),
    _Number(name="bounce_burst.more_than", most=2000, above="up to so many bounces a day are kept"),
    _Number(
        name="bounce_burst.percent",
        most=BOUNCES.pause - 1,
        above=f"Amazon SES may pause the whole platform at {BOUNCES.pause} {BOUNCES.unit}",
    ),
    _Number(
        name="alert_every_minutes",
        least=10,
        most=360,
        below="an owner may get very many mails",
        above="an owner may hear of complaints only after they have led to a disabling",
    ),
    _Number(
        name="recheck_after_minutes", least=1, below="a disabling that came too early is not reversed automatically"
    ),
    _Number(
        name="breaker.at_least", most=50, above="the breaker does not open before that, however few accounts there are"
    ),
    _Number(name="breaker.percent_of_active", most=20, above="the breaker lets that share be disabled in an hour"),
    _Number(name="bounce_burst.days", most=14, above="a list that was cleaned long ago is still judged by its burst"),
    _Number(name="one_recipient_days", most=14, above="whoever complains every week is counted once"),
    _Number(
        name="breaker.beyond_doubt_alpha",
        most=Decimal("0.001"),
        above="what passes the breaker may be bad luck",
    ),
    _Number(name="breaker.beyond_doubt_times", most=10, above="a broken feed can have so many times more disabled"),
    _Number(
        name="second_chance.most_times",
        least=1,
        most=20,
        below="a trial ends early for no size",
        above="a trial may be far larger than was agreed on",
    ),
    _Number(
        name="second_chance.observing_hours", least=24, below="complaints about a trial that come later do not end it"
    ),
)


def warnings(policy: Policy) -> list[str]:
    """The warnings about a policy: a sentence each, without a full stop."""
    values = dict(flat(policy_data(policy)))
    of_numbers = (number.warning(values.get(number.name)) for number in _NUMBERS)
    return [*_special_cases(policy), *filter(None, of_numbers)]


def _special_cases(policy: Policy) -> Iterator[str]:
    if 0 < policy.second_chance.ratio_above < CHANCE_BELOW:
        yield f"second_chance.ratio_above is {policy.second_chance.ratio_above}: of so few e-mails a ratio says little"
    if policy.bounce_burst is None:
        yield "bounce_burst is off: nobody is disabled for bounces"
    if policy.breaker.bound(0) == 0:
        share = policy.breaker.percent_of_active
        fewest = f"with fewer than {-(-100 // share)} active accounts " if share else ""
        yield f"breaker.at_least is 0: {fewest}the breaker lets no disabling by the rules pass"


def _formatted(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
