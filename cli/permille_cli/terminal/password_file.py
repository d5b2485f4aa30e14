"""The file that new SMTP passwords are written to: CSV, readable by its owner alone."""

import csv
import fcntl
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from permille.domain.sending.smtp_server import Password, Server
from permille.domain.values.errors import Failed, InvalidInput

COLUMNS = ("account_id", "host", "port", "username", "password")
OWNER_ALONE = 0o600


class PasswordFile:
    """Implements `SmtpPasswords`. Rows are appended, so the last row of an account is the valid one."""

    def __init__(self, file: FileIO, path: Path) -> None:
        self._file, self._path = file, path
        self._keys = dict(self._read())

    def key_of(self, account_id: str) -> str:
        return self._keys.get(account_id, "")

    def put(self, account_id: str, server: Server, password: Password) -> None:
        try:
            self._append(account_id, server.host, str(server.port), server.username, password.reveal())
        except OSError as error:
            raise Failed(f"{self._path} cannot be written: {error.strerror}; import again") from error
        self._keys[account_id] = server.username

    def _append(self, *cells: str) -> None:
        """Writes a row to the disk, the whole of it or nothing."""
        end = self._file.seek(0, os.SEEK_END)
        rest = _line(*cells)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
            os.fsync(self._file.fileno())
        except OSError:
            self._file.truncate(end)
            raise

    def _read(self) -> Iterator[tuple[str, str]]:
        """The key of each account. Drops a row that was cut off: its account is not complete, and gets another key."""
        whole, header = self._file.readall(), _line(*COLUMNS)
        if not whole.startswith(header):
            if not header.startswith(whole):
                raise InvalidInput(f"{self._path} is no file of passwords: name another one", "passwords")
            self._file.truncate(0)
            self._append(*COLUMNS)
            return
        rows, end, _ = whole.rpartition(b"\n")
        self._file.truncate(len(rows + end))
        read = csv.reader(io.StringIO(rows.removeprefix(header).decode("utf-8", "replace")))
        yield from ((row[0], row[3]) for row in read if len(row) == len(COLUMNS))


@contextmanager
def password_file(path: Path) -> Iterator[PasswordFile]:
    """Creates the file, or opens one that an earlier run created. Raises InvalidInput where it is another file, or
    others can read it."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, OWNER_ALONE)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be opened: {error.strerror}", "passwords") from error
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        _check(os.fstat(file.fileno()), path)
        _lock(descriptor, path)
        _sync(path.absolute().parent)
        yield PasswordFile(file, path)


def _check(status: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise InvalidInput(f"{path} is no file: name another one", "passwords")
    if stat.S_IMODE(status.st_mode) & ~OWNER_ALONE:
        raise InvalidInput(f"others can read {path}: chmod 600 it, or name another one", "passwords")


def _lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise Failed(f"another import is writing {path}: wait until it ends") from error


def _sync(folder: Path) -> None:
    """Makes the file's name durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _line(*cells: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode()
