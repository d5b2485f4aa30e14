"""An SMTP session that reads a bounded number of bytes from an untrusted server."""

import smtplib
from typing import IO

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
