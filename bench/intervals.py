"""Confidence intervals of a proportion."""

import math

Z = 1.959963984540054  # standard deviations that contain 95 % of a normal distribution


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a proportion by Wilson's score, which is also valid for rare successes (JASA 22, 1927)."""
    if not 0 <= successes <= trials or not trials:
        raise ValueError(f"{successes} of {trials} is no share")
    share, z2 = successes / trials, Z * Z
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = Z / (1 + z2 / trials) * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials * trials))
    return (0.0 if successes == 0 else middle - half), (1.0 if successes == trials else middle + half)
