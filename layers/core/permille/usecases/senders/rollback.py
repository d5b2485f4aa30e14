"""Compensation: what earlier steps made is undone where a later step fails."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from permille.domain.values.errors import Failed, PermilleError, ServiceError


class Rollback:
    """The compensating actions of the steps so far. Each is registered before its step is made, so that a step which
    succeeded while its answer was lost is undone too."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.leftovers: list[str] = []

    def register(self, what: str, action: Callable[[], object]) -> None:
        """Adds an action that undoes a step.

        what: names the step's result in the error message where `action` fails
        action: idempotent; does nothing where the step was not made
        """

        def undo() -> None:
            try:
                action()
            except ServiceError as error:
                self.leftovers.append(f"{what} ({error})")

        self._stack.callback(undo)


@contextmanager
def nothing_undone() -> Iterator[Rollback]:
    """Undoes nothing: what was made stays for the next try, which completes it."""
    yield Rollback(ExitStack())


@contextmanager
def rollback_on_error() -> Iterator[Rollback]:
    """Undoes all steps, last first, where the block raises. Raises what the block raised, or Failed where a step could
    not be undone; its message names what is left."""
    rollback = Rollback(stack := ExitStack())
    try:
        with stack:
            yield rollback
            stack.pop_all()  # all is done: nothing is undone
    except PermilleError as error:
        if rollback.leftovers:
            raise Failed(f"{error}; what could not be undone: {', '.join(rollback.leftovers)}") from error
        raise
