"""Ctrl-C during work of many steps: the step in hand is finished."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from permille_cli.terminal.output import err


@contextmanager
def finishing_the_step() -> Iterator[Callable[[], bool]]:
    """Returns whether somebody has pressed Ctrl-C. The second time it interrupts at once."""
    pressed: list[int] = []
    before = signal.getsignal(signal.SIGINT)

    def note(number: int, _: FrameType | None) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)
        err.print("Finishing the account in hand; Ctrl-C again interrupts it.")

    signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)
