"""Confidence intervals of a proportion."""

import math
from collections.abc import Callable

from permille.reading.binomial import at_least, at_most

CONFIDENCE = 0.95
Z = 1.959963984540054  # standard deviations that contain 95 % of a normal distribution
STEPS = 60  # of bisection: the error is below 1e-18


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a proportion by Wilson's score, which is also valid for rare successes (JASA 22, 1927)."""
    if not 0 <= successes <= trials or not trials:
        raise ValueError(f"{successes} of {trials} is no share")
    share, z2 = successes / trials, Z * Z
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = Z / (1 + z2 / trials) * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials))
    return (0.0 if successes == 0 else middle - half), (1.0 if successes == trials else middle + half)


def proportion_at_least(successes: int, trials: int) -> float:
    """The one-sided lower 95 % bound of a proportion by Clopper and Pearson (Biometrika 26, 1934): it is exact, so that
    the true proportion is lower in at most 5 % of all cases. 0 where there are no trials."""
    if successes <= 0 or trials <= 0:
        return 0.0
    return _where(lambda p: at_least(successes, trials, p) > 1 - CONFIDENCE)


def proportion_at_most(successes: int, trials: int) -> float:
    """The one-sided upper bound, likewise. 1 where there are no trials."""
    if successes >= trials:
        return 1.0
    return _where(lambda p: at_most(successes, trials, p) <= 1 - CONFIDENCE)


def _where(is_beyond: Callable[[float], bool]) -> float:
    """The proportion from which on the condition holds."""
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_beyond(middle) else (middle, high)
    return high
