"""The state directory of an embedded stack: its files, its lock, and whether it runs."""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from permille.domain.values.errors import Failed, InvalidInput
from permille_cli.local.files import foreign, remove, replace_private
from permille_cli.local.running import Running

LOCKING_SECONDS = 3
MAGIC = "An embedded stack of Permille is kept here; `permille local down` removes it.\n"
OURS = (
    "certificate.pem", "clock", "clock.new", "deployed.json", "deployed.new", "lock", "logs", "mails", "modules",
    "running.json", "running.new", "sam", "sources", "template.json", "tmp", ".aws-sam",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StateDirectory:
    """All files of one stack: after `down`, `rm -r` of it leaves nothing behind.

    A marker distinguishes it from other directories: it is written first, and removed last.
    """

    path: Path

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    @property
    def marker(self) -> Path:
        """Marks the directory as ours. It is locked while the stack starts or stops."""
        return self.path / ".permille-stack"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def mails(self) -> Path:
        return self.path / "mails"

    @property
    def tmp(self) -> Path:
        return self.path / "tmp"

    @property
    def certificate(self) -> Path:
        return self.path / "certificate.pem"

    @property
    def clock(self) -> Path:
        """Holds the instant of the latest `tick --at`; while it exists, mail is sent at that instant."""
        return self.path / "clock"

    def is_ours(self) -> bool:
        """Whether `make` created this directory, and no other user can write to it. A marker that is still being
        written counts."""
        try:
            return foreign(self.path) is None and MAGIC.startswith(self.marker.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False

    def check(self) -> None:
        """Raises InvalidInput if it is no directory, has foreign files, or other users can write to it."""
        try:
            if why := foreign(self.path):
                raise InvalidInput(f"{why}; choose another directory with --dir")
            if not self.is_ours() and any(self.path.iterdir()):
                raise InvalidInput(f"{self.path} contains other files; choose an empty directory with --dir")
        except FileNotFoundError:
            return  # nothing is there
        except OSError as error:
            raise InvalidInput(f"{self.path} cannot hold a stack: {error.strerror}") from error

    def make(self) -> None:
        self._claim()
        self.lock.touch()
        for directory in (self.logs, self.mails, self.tmp):
            directory.mkdir(exist_ok=True)

    def _claim(self) -> None:
        self.check()
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.check()  # somebody may have made it meanwhile
            self.marker.write_text(MAGIC, encoding="utf-8")
        except OSError as error:
            raise InvalidInput(f"{self.path} cannot hold a stack: {error.strerror}") from error

    def remove(self) -> None:
        """Removes our files. Foreign files stay, and the directory with them."""
        try:
            for name in OURS:
                remove(self.path / name)
            self.marker.unlink(missing_ok=True)
        except OSError as error:
            raise Failed(f"{error.filename} could not be removed: {error.strerror}") from error
        with suppress(OSError):  # something of somebody else is in it
            self.path.rmdir()

    @contextmanager
    def alone(self, waiting: Callable[[], None]) -> Iterator[None]:
        """Locks out other processes that start or stop this stack. Calls `waiting` before it waits for one."""
        while True:
            self._claim()
            with self.marker.open("r") as marker:
                if not _locked(marker):
                    waiting()
                    fcntl.flock(marker, fcntl.LOCK_EX)
                if _is_still(marker, self.marker):  # else the other process removed the directory
                    self.make()
                    yield
                    return

    def holder(self) -> int | None:
        """The process that runs this stack, or None."""
        while self.is_ours():
            try:
                with self.lock.open("r+") as lock:
                    if _locked(lock):
                        return None
                    if number := lock.read():
                        return int(number)
            except FileNotFoundError:  # it is being removed
                return None
            time.sleep(0.01)  # it is about to write its pid
        return None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Marks this process as the one that runs this stack. Raises BlockingIOError if another one does."""
        with self.lock.open("r+") as lock:
            deadline = time.monotonic() + LOCKING_SECONDS  # `holder` may hold it briefly
            while not _locked(lock):
                if time.monotonic() > deadline:
                    raise BlockingIOError(f"{self.lock} is held")
                time.sleep(0.05)
            lock.truncate()
            lock.write(str(os.getpid()))
            lock.flush()
            try:
                yield
            finally:
                lock.seek(0)
                lock.truncate()

    def running(self) -> Running | None:
        """The running stack, once it is healthy; None if there is none."""
        document = _read(self.path / "running.json")
        return Running(**document) if document and self.holder() is not None else None

    def write_running(self, running: Running) -> None:
        replace_private(self.path / "running.json", json.dumps(asdict(running), indent=2))

    def forget_running(self) -> None:
        for name in ("running.json", "deployed.json"):
            (self.path / name).unlink(missing_ok=True)

    def deployed(self) -> dict[str, Any] | None:
        """The document of `write_deployed`; None if it was not called since the start."""
        return _read(self.path / "deployed.json")

    def write_deployed(self, stack: dict[str, Any]) -> None:
        replace_private(self.path / "deployed.json", json.dumps(stack, indent=2))

    def set_clock(self, ahead: timedelta | None) -> None:
        """Sets how far ahead of the real time mail is sent (negative: behind); None: the real time."""
        if ahead is None:
            self.clock.unlink(missing_ok=True)
        else:
            replace_private(self.clock, str(ahead.total_seconds()))

    def now(self) -> datetime:
        """The time at which mail is sent: that of the latest tick, running on; else the real time."""
        now = datetime.now(UTC)
        try:
            return now + timedelta(seconds=float(self.clock.read_text(encoding="utf-8")))
        except (OSError, ValueError, OverflowError):  # not set, or invalid
            return now


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_still(file: IO[str], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _read(path: Path) -> dict[str, Any] | None:
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        return None
    return document
