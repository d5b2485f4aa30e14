"""What bounds a session with a server that may say anything, for any time: bytes and one instant at which all ends, by
time.monotonic()."""

import smtplib
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from threading import Event, Thread, Timer
from typing import IO, Any

MOST_BYTES = 64 * 1024  # of all answers


class BoundedSession(smtplib.SMTP):
    """Reads no more than MOST_BYTES of answers, in plain text and over TLS together; smtplib keeps all lines of one."""

    left = MOST_BYTES

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = _Answers(self.sock.makefile("rb"), self)
        return super().getreply()


class _Answers:
    """The lines of a session's answers."""

    def __init__(self, file: IO[bytes], session: BoundedSession) -> None:
        self._file = file
        self._session = session

    def readline(self, limit: int) -> bytes:
        line = self._file.readline(min(limit, self._session.left + 1))
        self._session.left -= len(line)
        if self._session.left < 0:
            raise smtplib.SMTPException(f"more than {MOST_BYTES:,} bytes")
        return line

    def close(self) -> None:
        self._file.close()


def left(ends: float) -> float:
    """How many seconds. Raises TimeoutError where none are."""
    seconds = ends - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def within(seconds: float, ask: Callable[[], list[Any]]) -> list[Any]:
    """The answer, if it comes in time: nothing else bounds how long a name is looked up. Raises TimeoutError."""
    answer = Future[list[Any]]()

    def run() -> None:
        try:
            answer.set_result(ask())
        except BaseException as error:  # noqa: BLE001 - it is raised where the answer is awaited
            answer.set_exception(error)

    Thread(target=run, daemon=True).start()
    return answer.result(seconds)


@contextmanager
def ended_at(ends: float, line: socket.socket) -> Iterator[None]:
    """Cuts the line at that instant, and raises TimeoutError. TLS takes the socket over, so it is a duplicate that is
    cut."""
    late = Event()
    with line.dup() as duplicate:

        def cut() -> None:
            late.set()
            with suppress(OSError):  # it has just ended
                duplicate.shutdown(socket.SHUT_RDWR)

        timer = Timer(max(0, ends - time.monotonic()), cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        except OSError as error:
            if late.is_set():
                raise TimeoutError from error
            raise
        finally:
            timer.cancel()
            timer.join()
