"""Populations as JSON documents. A document names what differs from the usual population; what `population_data` writes
can be changed and parsed again."""

import re
from datetime import timedelta
from typing import Any

from permille.domain.feedback.complaint import NOT_A_COMPLAINT
from permille.domain.policy.policy_numbers import abridged
from permille.domain.values.errors import InvalidInput
from permille_cli.simulation.document import DocumentPart, document
from permille_cli.simulation.population import (
    OF,
    PLATFORM,
    BounceShares,
    Bursts,
    ComplaintDelay,
    Population,
)

HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
MOST_MONTHLY = 100_000_000
MOST_SPREAD, MOST_BOUNCES = 5, 25  # per cent, of either kind
_FEEDBACK_TYPE = re.compile(r"[a-z-]{1,40}")


def population_data(population: Population) -> dict[str, Any]:
    """The population as JSON."""
    delay, bursts, bounces = population.complaint_delay, population.bursts, population.bounces
    return {
        "rates_per_100000": {str(rate): weight for rate, weight in population.rates.items()},
        "monthly_volumes": {str(volume): weight for volume, weight in population.volumes.items()},
        "rhythm_days": list(population.rhythms),
        "spread": population.spread,
        "complaint_delay": {
            "median_hours": delay.median / HOUR,
            "sigma": delay.sigma,
            "at_most_days": delay.at_most / DAY,
        },
        "bursts": {"percent": _percent(bursts.share), "factor": bursts.factor},
        "bounces": {
            "permanent_percent": _percent(bounces.permanent),
            "transient_percent": _percent(bounces.transient),
            "spread": bounces.spread,
            "retried_hours": bounces.retried / HOUR,
        },
        "sending_hours": population.sending / HOUR,
        "delivery_seconds": population.delivery / SECOND,
        "feedback_types": dict(population.feedback_types),
    }


def _percent(share: float) -> float:
    return round(100 * share, 12)


def parse_population(text: str) -> Population:
    """Parses a document. Raises InvalidInput, which says in one line what is wrong."""
    whole = document(text, population_data(PLATFORM))
    delay, bursts, bounces = whole.part("complaint_delay"), whole.part("bursts"), whole.part("bounces")
    return Population(
        rates=whole.weights_of_numbers("rates_per_100000", OF),
        volumes=whole.weights_of_numbers("monthly_volumes", MOST_MONTHLY),
        rhythms=whole.whole_numbers("rhythm_days", 1, 365),
        spread=whole.number("spread", 0, MOST_SPREAD),
        complaint_delay=ComplaintDelay(
            median=delay.number("median_hours", 0.01, 720) * HOUR,
            sigma=delay.number("sigma", 0, 5),
            at_most=delay.number("at_most_days", 0.01, 365) * DAY,
        ),
        bursts=Bursts(bursts.number("percent", 0, 100) / 100, bursts.number("factor", 1, 1000)),
        bounces=BounceShares(
            permanent=bounces.number("permanent_percent", 0, MOST_BOUNCES) / 100,
            transient=bounces.number("transient_percent", 0, MOST_BOUNCES) / 100,
            spread=bounces.number("spread", 0, MOST_SPREAD),
            retried=bounces.number("retried_hours", 0, 14) * HOUR,
        ),
        sending=whole.number("sending_hours", 0, 24) * HOUR,
        delivery=whole.number("delivery_seconds", 0, 3600) * SECOND,
        feedback_types=_feedback_types(whole),
    )


def _feedback_types(whole: DocumentPart) -> dict[str, float]:
    weights = whole.weights("feedback_types")
    for name in weights:
        if not _FEEDBACK_TYPE.fullmatch(name) or name in NOT_A_COMPLAINT:
            raise InvalidInput(f"feedback_types has {abridged(name)}; it takes types of complaints, such as abuse")
    return weights
