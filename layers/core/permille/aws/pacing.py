"""The rate limit of SES's requests beside sending: one a second for an AWS account in a Region.

https://docs.aws.amazon.com/ses/latest/dg/quotas.html
"""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import ClientError

from permille.aws.client import code_of
from permille.aws.throttling import THROTTLED
from permille.domain.sending.ses_pace import INTERVAL

T = TypeVar("T")
TRIES = 12


class Paced:
    """Calls SES without a pause until it refuses a request as too fast, and from then on once in INTERVAL. Waits longer
    after each further refusal, with jitter, so that several commands at once succeed: for more than a minute in all."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        pause: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._clock, self._pause, self._chance = clock, pause, chance
        self._called_at = 0.0
        self._interval = 0.0

    def __call__(self, request: Callable[[], T]) -> T:
        """Returns what `request` returns. Raises SES's refusal after TRIES attempts; other errors at once."""
        for refused in range(1, TRIES):
            try:
                return self._in_time(request)
            except ClientError as error:
                if code_of(error) not in THROTTLED:
                    raise
            self._interval = INTERVAL
            self._pause(INTERVAL * (refused + self._chance()))
        return self._in_time(request)

    def _in_time(self, request: Callable[[], T]) -> T:
        early = self._called_at + self._interval - self._clock()
        if self._interval and early > 0:
            self._pause(min(early, self._interval))  # also where the clock was set back
        self._called_at = self._clock()
        return request()
