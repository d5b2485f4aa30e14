"""Pages that show what is available when a dependency is not."""

from collections.abc import Callable
from typing import TypeVar

from permille.domain.values.errors import ServiceError
from permille.observability import emit

T = TypeVar("T")


def or_none(what: str, ask: Callable[[], T]) -> T | None:
    """The result of `ask`, or None with a log event where the service fails. `what` names the part that is missing."""
    try:
        return ask()
    except ServiceError as error:
        emit("desk.part_missing", what=what, why=str(error))
        return None
