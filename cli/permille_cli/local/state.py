"""The state directory of an embedded stack: where everything of it lies, and whether it runs."""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import boto3
from botocore.config import Config

LOCKING_SECONDS = 3


@dataclass(frozen=True, slots=True)
class Running:
    """What a running stack listens on, and who may do everything there."""

    pid: int
    endpoint: str
    region: str
    account_id: str
    access_key_id: str
    secret_access_key: str
    smtp_host: str
    smtp_port: int
    relay_port: int
    certificate: str
    mails: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which SDKs, SAM CLI and AWS CLI speak to this stack."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_DEFAULT_REGION": self.region,
        }

    def with_smtp_port(self, port: int) -> "Running":
        return replace(self, smtp_port=port)

    def client(self, service: Any) -> Any:
        """A client of this stack's AWS, whatever the environment says."""
        return boto3.client(
            service,
            config=Config(retries={"total_max_attempts": 2}),
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
        )


@dataclass(frozen=True, slots=True)
class StateDirectory:
    """Everything of one stack lies in here: `rm -r` of it leaves nothing behind once the stack is down."""

    path: Path

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    @property
    def starting(self) -> Path:
        """The lock of whoever starts and deploys the stack."""
        return self.path / "starting"

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

    def is_a_stack(self) -> bool:
        return self.lock.is_file()

    def may_become_a_stack(self) -> bool:
        """Whether nothing of anybody else is in here, since `down` removes it all."""
        return self.is_a_stack() or not self.path.exists() or not any(self.path.iterdir())

    def make(self) -> None:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.lock.touch()
        for directory in (self.logs, self.mails, self.tmp):
            directory.mkdir(exist_ok=True)

    def remove(self) -> None:
        shutil.rmtree(self.path)

    def holder(self) -> int | None:
        """The process that runs this stack, or None."""
        while self.is_a_stack():
            with self.lock.open("r+") as lock:
                if _locked(lock):
                    return None
                if number := lock.read():
                    return int(number)
            time.sleep(0.01)  # it is just about to say who it is
        return None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Marks this process as the one that runs this stack. Raises BlockingIOError if another one does."""
        with self.lock.open("r+") as lock:
            deadline = time.monotonic() + LOCKING_SECONDS  # somebody may be asking who holds it
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
        """What runs here, once it is healthy; None if nothing does."""
        path = self.path / "running.json"
        if self.holder() is None or not path.is_file():
            return None
        return Running(**json.loads(path.read_text(encoding="utf-8")))

    def write_running(self, running: Running) -> None:
        write_private(self.path / "running.json", asdict(running))

    def forget_running(self) -> None:
        for name in ("running.json", "deployed.json"):
            (self.path / name).unlink(missing_ok=True)

    def deployed(self) -> dict[str, Any] | None:
        """What `write_deployed` was given since this stack was started."""
        path = self.path / "deployed.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None

    def write_deployed(self, stack: dict[str, Any]) -> None:
        write_private(self.path / "deployed.json", stack)

    def now(self) -> datetime:
        """The instant at which mail is sent: the latest tick's, else the real one."""
        try:
            return datetime.fromisoformat(self.clock.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return datetime.now(UTC)


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_private(path: Path, document: dict[str, Any]) -> None:
    """Writes a file that its owner alone can read, at once or not at all."""
    fresh = path.with_suffix(".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
    fresh.replace(path)
