"""Exponential backoff between the attempts of a call."""

import random
from collections.abc import Iterator
from itertools import islice, repeat

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0  # seconds


def pauses(attempts: int | None = None) -> Iterator[float]:
    """Seconds to wait after each attempt, for so many attempts or without end. The jitter spreads writers that
    collide."""
    longest = FIRST_PAUSE
    for _ in islice(repeat(None), attempts):
        yield random.uniform(longest / 2, longest)  # noqa: S311 - no secret
        longest = min(2 * longest, LONGEST_PAUSE)
