"""A cache of some seconds for a blocking function."""

import asyncio
import time
from collections.abc import Callable
from typing import Generic, TypeVar

V = TypeVar("V")


class ShortCache(Generic[V]):
    """Caches the results of a blocking function for some seconds, and calls it outside the event loop."""

    def __init__(self, fetch: Callable[[str], V], *, seconds: float = 2) -> None:
        self._fetch = fetch
        self._seconds = seconds
        self._cached: dict[str, tuple[float, V]] = {}

    async def get(self, key: str) -> V:
        """The result for the key, cached or fetched."""
        until, value = self._cached.get(key, (0.0, None))
        if value is None or until < time.monotonic():  # None is not cached
            value = await asyncio.to_thread(self._fetch, key)
            self._cached[key] = (time.monotonic() + self._seconds, value)
        return value
