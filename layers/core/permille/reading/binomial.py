"""The binomial distribution: how probable a number of complaints is."""

from math import exp, inf, lgamma, log, log1p

from permille.domain.values.tally import PER_MILLE

NEGLIGIBLE = 1e-17  # the share of a sum that a float cannot represent


def chance(complaints: int, delivered: int, limit_per_1000: int) -> float:
    """The probability of at least so many complaints in so many delivered, if the true rate is exactly the limit."""
    return at_least(complaints, delivered, limit_per_1000 / PER_MILLE)


def at_least(k: int, n: int, p: float) -> float:
    """The upper tail of the binomial distribution: the probability of at least k of n, each with the probability p."""
    if k <= 0:
        return 1.0
    if k > n:
        return 0.0
    return 1 - _sum(n, p, k - 1, -1) if k <= n * p else _sum(n, p, k, 1)


def at_most(k: int, n: int, p: float) -> float:
    """The lower tail: the probability of at most k of n."""
    if k < 0:
        return 0.0
    if k >= n:
        return 1.0
    return _sum(n, p, k, -1) if k <= n * p else 1 - _sum(n, p, k + 1, 1)


def _sum(n: int, p: float, k: int, step: int) -> float:
    """The sum of the probabilities of k, k + step and so on, which decrease. Each is computed from the one before."""
    term, total, odds = exp(_ln_chance(n, p, k)), 0.0, p / (1 - p)
    while 0 <= k <= n and term > total * NEGLIGIBLE:
        total += term
        term *= (n - k) / (k + 1) * odds if step > 0 else k / ((n - k + 1) * odds)
        k += step
    return total


def _ln_chance(n: int, p: float, k: int) -> float:
    """The logarithm of the probability of exactly k in n."""
    if not 0 < p < 1:
        return 0.0 if k == n * p else -inf
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log1p(-p)
