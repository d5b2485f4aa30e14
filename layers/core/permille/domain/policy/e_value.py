"""How strongly the counts speak against an honest sender: one at the limit or below it, who had bad luck."""

from decimal import Decimal
from functools import cache
from math import exp, log, log1p

from permille.domain.values.tally import PER_MILLE

MULTIPLES = (1.2, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0)  # of the limit: the guilty
LIMITS_BELOW = 10  # per 1,000; at 10 the guiltiest of them would be complained about by everybody


def ln_e(complaints: int, delivered: int, limit_per_1000: int) -> float:
    """ln E of `E = mean_j (p_j/p0)^c * ((1-p_j)/(1-p0))^(n-c)`, with p0 the limit and n at least c: the evidence that
    an honest sender is not what was seen. Whenever one looks, an honest sender ever reaches E >= 1/alpha with a chance
    of at most alpha (Ville's inequality). 1 <= limit_per_1000 < 10. The terms of a large sender nearly cancel out: for
    up to 10^9 delivered the error is below 1e-10 where a decision is near, and an e-mail more changes ln E by 2e-4."""
    kept = max(delivered, complaints) - complaints
    logs = [complaints * complained + kept * did_not for complained, did_not in _weights(limit_per_1000)]
    most = max(logs)
    return most + log(sum(exp(one - most) for one in logs) / len(logs))


def is_evident(complaints: int, delivered: int, limit_per_1000: int, alpha: Decimal) -> bool:
    """Whether E >= 1/alpha."""
    return ln_e(complaints, delivered, limit_per_1000) >= ln_e_needed(alpha)


def ln_e_needed(alpha: Decimal) -> float:
    """ln(1/alpha)."""
    return -log(alpha)


@cache
def _weights(limit_per_1000: int) -> list[tuple[float, float]]:
    """What a complaint and an e-mail without one add to the logarithm, for each of the guilty."""
    honest = limit_per_1000 / PER_MILLE
    return [(log(multiple), log1p((1 - multiple) * honest / (1 - honest))) for multiple in MULTIPLES]
