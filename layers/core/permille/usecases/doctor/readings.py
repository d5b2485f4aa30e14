"""Reads the facts that checks decide by. What several checks need is read once."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Protocol, TypeVar

from permille.domain.doctor.names import StackNames
from permille.domain.values.errors import PermilleError
from permille.usecases.doctor.services import DoctorServices

T = TypeVar("T")


class Progress(Protocol):
    """Shows how far something is that takes its time."""

    def __call__(self, items: Iterable[T], doing: str, /) -> Iterable[T]:
        """Yields the items. `doing`: what is being done with them."""


def unshown(items: Iterable[T], _: str) -> Iterable[T]:
    """The progress where nobody waits."""
    return items


class Readings:
    """The facts of one run, each read when it is first asked for.

    most_identities: how many identities are looked at in this run; None for all
    """

    def __init__(
        self,
        services: DoctorServices,
        now: datetime,
        progress: Progress,
        most_identities: int | None = None,
    ) -> None:
        self.services, self.now, self.progress, self.most_identities = services, now, progress, most_identities
        self._read: dict[Callable[[Readings], Any], Any] = {}

    @property
    def names(self) -> StackNames:
        """The names of the stack's parts."""
        return self.services.names

    def once(self, read: Callable[["Readings"], T]) -> T:
        """What `read` returns. It is called once, and where it failed, it fails again."""
        if read not in self._read:
            try:
                self._read[read] = read(self)
            except PermilleError as error:
                self._read[read] = error
        found = self._read[read]
        if isinstance(found, PermilleError):
            raise found
        answer: T = found
        return answer
