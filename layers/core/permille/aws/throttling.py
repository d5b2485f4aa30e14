"""Calls that must not happen twice. Their clients have ONE_TRY, since botocore repeats a call whose answer is lost.
Here a call is repeated that AWS refused as too fast: it had no effect."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import ClientError

from permille.aws.client import code_of

T = TypeVar("T")
THROTTLED = frozenset({"Throttling", "ThrottlingException", "TooManyRequestsException"})
PAUSES = (0.5, 1.0)  # seconds at least before the second and the third attempt, and at most twice as long


def unless_throttled(call: Callable[[], T], pause: Callable[[float], None] = time.sleep) -> T:
    """What the call returns. Raises AWS's refusal after the last attempt; others at once."""
    for seconds in PAUSES:
        try:
            return call()
        except ClientError as refused:
            if code_of(refused) not in THROTTLED:
                raise
        pause(random.uniform(seconds, 2 * seconds))  # noqa: S311 - no secret
    return call()
