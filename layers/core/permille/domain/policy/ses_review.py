"""The rates at which Amazon SES reviews or pauses a whole AWS account, and words about them."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from permille.domain.values.tally import Tally
from permille.domain.words.wording import rate, times


class Harm(StrEnum):
    """What SES computes a rate of."""

    COMPLAINTS = "complaints"
    BOUNCES = "bounces"

    def of(self, counts: Tally) -> int:
        """How many of them are counted."""
        return counts.complaints if self is Harm.COMPLAINTS else counts.bounces


class Level(StrEnum):
    """What SES may do at a rate."""

    FINE = "fine"
    CLOSE = "close to a review"
    REVIEW = "high enough for a review"
    PAUSE = "high enough for a pause"


@dataclass(frozen=True, slots=True)
class Lines:
    """The rates that have consequences, in so many per `per` e-mails.

    per: e-mails
    unit: `per` in words
    alarm: from which on the alarm of infra/template.yaml rings
    review: from which on SES reviews the AWS account
    pause: from which on SES may pause all its sending
    """

    per: int
    unit: str
    alarm: Decimal
    review: Decimal
    pause: Decimal

    def rate(self, share: Decimal) -> Decimal:
        """The rate of a share (0 to 1), rounded up like `Tally.per_1000()`, so that none above a line is shown as
        below."""
        return (share * self.per).quantize(Decimal("0.01"), ROUND_CEILING)

    def level(self, share: Decimal) -> Level:
        """What SES may do at a share (0 to 1)."""
        rate = share * self.per
        if rate >= self.review:
            return Level.PAUSE if rate >= self.pause else Level.REVIEW
        return Level.CLOSE if rate >= self.alarm else Level.FINE

    def in_words(self, share: Decimal) -> str:
        """`0.66 per 1,000`"""
        return f"{self.rate(share)} {self.unit}"

    def bounds(self) -> str:
        """`SES reviews from 1 per 1,000 and may pause from 5 per 1,000`"""
        return f"SES reviews from {self.review} {self.unit} and may pause from {self.pause} {self.unit}"


COMPLAINTS = Lines(1000, "per 1,000", Decimal("0.8"), Decimal(1), Decimal(5))
BOUNCES = Lines(100, "%", Decimal(4), Decimal(5), Decimal(10))


def bounce_percent(counts: Tally) -> Decimal | None:
    """Permanent bounces for every 100 recipients of a delivery or bounce, rounded up to two decimal places; None where
    there are none."""
    sent = counts.delivered + counts.bounces
    return BOUNCES.rate(Decimal(counts.bounces) / sent) if sent else None


def denominators(days: int) -> str:
    """Explains why SES's complaint rate and Permille's differ. `days`: Permille's window."""
    return (
        "SES divides complaints by the e-mails to those mail companies alone that report complaints to it, over a "
        f"volume of its own choosing; Permille divides them by all e-mails delivered in the last {days} days, so its "
        "rate is usually lower."
    )


def counted(counts: Tally, days: int) -> str:
    """`SES itself has counted 812 complaints in 1,234,567 delivered e-mails over the last 45 days: 0.66 per 1,000.`"""
    numbers = f"{times(counts.complaints, 'complaint')} in {times(counts.delivered, 'delivered e-mail')}"
    per_1000 = f": {rate(counts)} per 1,000" if rate(counts) else ""
    return f"SES itself has counted {numbers} over the last {days} days{per_1000}."
