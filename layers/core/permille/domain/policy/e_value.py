"""The statistical evidence (an e-value) that an account's true complaint rate is above the limit."""

from decimal import Decimal
from functools import cache
from math import exp, log, log1p

from permille.domain.values.tally import PER_MILLE

MULTIPLES = (1.2, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0)  # of the limit: the alternative rates
LIMITS_BELOW = 10  # per 1,000; at 10 the largest alternative rate would be 1


def ln_e(complaints: int, delivered: int, limit_per_1000: int) -> float:
    """ln E of `E = mean_j (p_j/p0)^c * ((1-p_j)/(1-p0))^(n-c)`: p0 the limit, c complaints, n delivered but at least c.

    An honest sender, whose true rate is at most the limit, ever reaches E >= 1/alpha with a probability of at most
    alpha, however often it is judged (Ville's inequality). 1 <= limit_per_1000 < 10. For large counts the terms nearly
    cancel out: up to 10^9 delivered the error is below 1e-10 near a decision, where one more e-mail changes ln E by
    2e-4."""
    kept = max(delivered, complaints) - complaints
    logs = [complaints * complained + kept * did_not for complained, did_not in _weights(limit_per_1000)]
    most = max(logs)
    return most + log(sum(exp(term - most) for term in logs) / len(logs))


def is_evident(complaints: int, delivered: int, limit_per_1000: int, alpha: Decimal) -> bool:
    """Whether E >= 1/alpha."""
    return ln_e(complaints, delivered, limit_per_1000) >= ln_e_needed(alpha)


def ln_e_needed(alpha: Decimal) -> float:
    """ln(1/alpha)."""
    return -log(alpha)


@cache
def _weights(limit_per_1000: int) -> list[tuple[float, float]]:
    """What a complaint, and an e-mail without one, add to the logarithm, for each alternative rate."""
    honest = limit_per_1000 / PER_MILLE
    return [(log(multiple), log1p((1 - multiple) * honest / (1 - honest))) for multiple in MULTIPLES]
