"""What a step made is taken back where it or a later one fails."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from permille.domain.values.errors import Failed, PermilleError, ServiceError


class Rollback:
    """Each step is prepared to be taken back before it is made: also where it succeeded and its answer was lost."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.left: list[str] = []

    def register(self, what: str, action: Callable[[], object]) -> None:
        """`what`: as it is named where `action`, which can be repeated, does not take it back."""

        def take_back() -> None:
            try:
                action()
            except ServiceError as error:
                self.left.append(f"{what} ({error})")

        self._stack.callback(take_back)


@contextmanager
def rollback_on_error() -> Iterator[Rollback]:
    """Takes everything back, the last step first, unless the block ends well. Raises what the block raised, and Failed
    where something is left, with what it is."""
    rollback = Rollback(stack := ExitStack())
    try:
        with stack:
            yield rollback
            stack.pop_all()  # all is done: nothing is taken back
    except PermilleError as error:
        if rollback.left:
            raise Failed(f"{error}; what could not be taken back: {', '.join(rollback.left)}") from error
        raise
