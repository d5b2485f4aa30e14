"""Lists that are read page by page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of a list, and the position behind which the next page begins; empty at the end."""

    items: Sequence[T]
    next: str = ""

    @classmethod
    def of(cls, found: Sequence[T], limit: int, position: Callable[[T], str]) -> "Page[T]":
        """The first `limit` of what was found; more than these are found where there is another page."""
        items = found[:limit]
        return cls(items, position(items[-1]) if len(found) > limit else "")
