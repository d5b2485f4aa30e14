"""Lists that are read page by page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list.

    next: the cursor of the next page; empty at the end
    """

    items: Sequence[T]
    next: str = ""

    @classmethod
    def of(cls, items: Sequence[T], limit: int, position: Callable[[T], str]) -> "Page[T]":
        """The first `limit` of the items. The caller reads more than `limit` where there are more: then `next` is the
        `position` of the last item of the page."""
        page = items[:limit]
        return cls(page, position(page[-1]) if len(items) > limit else "")
