"""At which rates Amazon SES reviews and pauses a whole AWS account, and what its rates say."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from permille.domain.values.tally import Tally
from permille.domain.words.wording import rate, times


class Harm(StrEnum):
    """What SES works out a rate of."""

    COMPLAINTS = "complaints"
    BOUNCES = "bounces"

    def of(self, counts: Tally) -> int:
        return counts.complaints if self is Harm.COMPLAINTS else counts.bounces


class Level(StrEnum):
    """What SES does of its own accord at a rate."""

    FINE = "fine"
    CLOSE = "close to a review"
    REVIEW = "high enough for a review"
    PAUSE = "high enough for a pause"


@dataclass(frozen=True, slots=True)
class Lines:
    """The rates from which on the alarm of infra/template.yaml rings, SES reviews the AWS account, and SES may pause
    all its sending: so many per `per` e-mails, called `unit`."""

    per: int
    unit: str
    alarm: Decimal
    review: Decimal
    pause: Decimal

    def rate(self, share: Decimal) -> Decimal:
        """A share of 1, rounded up as `Tally.per_1000()` is: what is above a line never reads as below it."""
        return (share * self.per).quantize(Decimal("0.01"), ROUND_CEILING)

    def level(self, share: Decimal) -> Level:
        rate = share * self.per
        if rate >= self.review:
            return Level.PAUSE if rate >= self.pause else Level.REVIEW
        return Level.CLOSE if rate >= self.alarm else Level.FINE

    def said(self, share: Decimal) -> str:
        return f"{self.rate(share)} {self.unit}"

    def bounds(self) -> str:
        """`SES reviews from 1 per 1,000 and may pause from 5`"""
        return f"SES reviews from {self.review} {self.unit} and may pause from {self.pause}"


COMPLAINTS = Lines(1000, "per 1,000", Decimal("0.8"), Decimal(1), Decimal(5))
BOUNCES = Lines(100, "%", Decimal(4), Decimal(5), Decimal(10))


def bounce_percent(counts: Tally) -> Decimal | None:
    """Permanent bounces for every 100 that were delivered or bounced, rounded up to two decimal places."""
    sent = counts.delivered + counts.bounces
    return BOUNCES.rate(Decimal(counts.bounces) / sent) if sent else None


def denominators(days: int) -> str:
    """Why SES's complaint rate and Permille's differ."""
    return (
        "SES divides complaints by the e-mails to those mail companies alone that report complaints to it, over a "
        f"volume of its own choosing; Permille divides them by all e-mails delivered in the last {days} days, so its "
        "rate is usually lower."
    )


def counted(counts: Tally, days: int) -> str:
    """`SES itself has counted 812 complaints in 1,234,567 delivered e-mails over the last 45 days: 0.66 per 1,000.`"""
    said = f"{times(counts.complaints, 'complaint')} in {times(counts.delivered, 'delivered e-mail')}"
    per_1000 = rate(counts)
    return f"SES itself has counted {said} over the last {days} days{f': {per_1000} per 1,000' if per_1000 else ''}."
