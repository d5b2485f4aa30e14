"""Whether an account really is a bad sender, as far as the archive tells: by its complaint ratio at the end."""

from dataclasses import dataclass
from enum import StrEnum

from permille.domain.policy.policy import ComplaintRatio
from permille.domain.values.tally import PER_MILLE, Tally
from permille_cli.backtest.history import SECONDS_OF_A_DAY, FeedbackHistory
from permille_cli.backtest.intervals import proportion_at_least, proportion_at_most

LIMIT_PER_1000 = ComplaintRatio().limit_per_1000  # that of the mailbox providers, whatever a policy allows
MATURE_AFTER = 2 * SECONDS_OF_A_DAY  # mail about which the complaints have come, by and large


class Sending(StrEnum):
    """How an account sends."""

    GOOD = "good"  # with 95 % confidence its true ratio is below the limit
    BAD = "bad"  # with 95 % confidence it is above
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class MatureRatio:
    """The ratio of an account's mature mail, by which it is a good or a bad sender.

    delivered, complaints: about mail that was sent MATURE_AFTER or longer before the archive ends
    at_least, at_most: one-sided 95 % bounds of the true ratio, by Clopper and Pearson
    """

    sending: Sending
    delivered: int
    complaints: int
    at_least: float
    at_most: float


def mature_ratio(history: FeedbackHistory, ends_at: int) -> MatureRatio:
    """The ratio of an account's mature mail. `ends_at`: the end of the archive, in seconds."""
    mature = _sent_until(history, ends_at - MATURE_AFTER)
    delivered = max(mature.delivered, mature.complaints)  # where deliveries are missing
    least = proportion_at_least(mature.complaints, delivered)
    most = proportion_at_most(mature.complaints, delivered)
    return MatureRatio(_sending(least, most), mature.delivered, mature.complaints, least, most)


def _sending(least: float, most: float) -> Sending:
    limit = LIMIT_PER_1000 / PER_MILLE
    if least > limit:
        return Sending.BAD
    return Sending.GOOD if most < limit else Sending.UNDETERMINED


def _sent_until(history: FeedbackHistory, second: int) -> Tally:
    rows = zip(history.deliveries.sent, history.deliveries.number, strict=True)
    return Tally(
        delivered=sum(number for sent, number in rows if sent <= second),
        complaints=sum(arrived.sent <= second for arrived in history.counting_complaints),
    )
