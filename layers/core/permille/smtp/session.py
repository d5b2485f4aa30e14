"""Bounds of a session with an untrusted server: a number of bytes, and a deadline by time.monotonic()."""

import smtplib
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from threading import Event, Thread, Timer
from typing import IO, Any

MOST_BYTES = 64 * 1024  # of all replies


class BoundedSession(smtplib.SMTP):
    """Reads at most MOST_BYTES of replies, plain text and TLS together; smtplib itself keeps all lines of a reply.
    `bytes_left`: how many more may be read."""

    bytes_left = MOST_BYTES

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Replies(self.sock.makefile("rb"), self)
        return super().getreply()


class _Replies:
    """The lines of a session's replies."""

    def __init__(self, file: IO[bytes], session: BoundedSession) -> None:
        self._file = file
        self._session = session

    def readline(self, limit: int) -> bytes:
        line = self._file.readline(min(limit, self._session.bytes_left + 1))
        self._session.bytes_left -= len(line)
        if self._session.bytes_left < 0:
            raise smtplib.SMTPException(f"more than {MOST_BYTES:,} bytes")
        return line

    def close(self) -> None:
        self._file.close()


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
