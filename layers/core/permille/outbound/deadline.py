"""Deadlines of conversations with untrusted servers, as values of time.monotonic()."""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from threading import Event, Thread, Timer
from typing import Any


def seconds_left(deadline: float) -> float:
    """The seconds until the deadline. Raises TimeoutError where it is over."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def within(seconds: float, call: Callable[[], list[Any]]) -> list[Any]:
    """The result of the call. Raises TimeoutError where it takes longer, and leaves its thread behind: a name lookup
    cannot be bounded otherwise."""
    result = Future[list[Any]]()

    def run() -> None:
        try:
            result.set_result(call())
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is awaited
            result.set_exception(error)

    Thread(target=run, daemon=True).start()
    return result.result(seconds)


@contextmanager
def aborted_at(deadline: float, connection: socket.socket) -> Iterator[None]:
    """Shuts the connection down at the deadline, and raises TimeoutError. It works on a duplicate of the socket, since
    TLS takes the socket itself over."""
    expired = Event()
    with connection.dup() as duplicate:

        def abort() -> None:
            expired.set()
            with suppress(OSError):  # where the session has just ended
                duplicate.shutdown(socket.SHUT_RDWR)

        timer = Timer(max(0, deadline - time.monotonic()), abort)
        timer.daemon = True
        timer.start()
        try:
            yield
        except OSError as error:
            if expired.is_set():
                raise TimeoutError from error
            raise
        finally:
            timer.cancel()
            timer.join()
