"""The deployed stack: SAM builds and deploys the template to the embedded AWS once, for all tests here."""

import json
import os
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

import boto3
import pytest
from tests.support.sessions import forget
from tests.support.shapes import conform

from permille_cli.main import status_of

COMMAND = [sys.executable, "-m", "permille_cli"]
T = TypeVar("T")


def eventually(found: Callable[[], T], *, seconds: float = 60) -> T:
    """Asks again until the answer is a true one, and returns it. The time is for machines that are busy."""
    deadline = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
        time.sleep(0.05)
    return answer


def permille(*arguments: str, env: dict[str, str], typed: str = "") -> subprocess.CompletedProcess[str]:
    """Runs the operator's command; `typed` is its stdin. What it prints with --json has to be as its schema says."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | env
    done = subprocess.run(  # noqa: S603
        [*COMMAND, *arguments], env=environment, input=typed, capture_output=True, text=True, timeout=300, check=False
    )
    if "--json" in arguments:
        conform(arguments, json.loads(done.stdout), done.returncode)
    return done


@dataclass(frozen=True, slots=True)
class Smtp:
    host: str
    port: int
    certificate: str


@dataclass(frozen=True, slots=True)
class Stack:
    """A running stack, as `permille local up` describes it."""

    directory: Path
    endpoint: str
    region: str
    account_id: str
    name: str
    env: dict[str, str]
    outputs: dict[str, str]
    smtp: Smtp
    mails: Path

    def client(self, service: Any, key: str | None = None, secret: str | None = None, region: str = "") -> Any:
        """A client with the credentials of whoever is named, else with root's."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=region or self.region,
            aws_access_key_id=key or self.env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=secret or self.env["AWS_SECRET_ACCESS_KEY"],
        )

    def session(self, key: str, password: str) -> smtplib.SMTP:
        """An SMTP session, logged in."""
        session = smtplib.SMTP(self.smtp.host, self.smtp.port, timeout=20)
        try:
            session.login(key, password)
        except smtplib.SMTPAuthenticationError:
            session.close()
            raise
        return session

    def run(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return permille(*arguments, env=self.env, typed=typed)

    def with_env(self, **more: str) -> "Stack":
        """The same, for whoever has more in the environment."""
        return replace(self, env=self.env | more)

    def answer(self, *arguments: str) -> Any:
        """What the command answers, as JSON. It has to succeed, and to keep its schema."""
        status, said, wrong = self.ran(*arguments, "--json")
        assert status == 0, wrong
        answer = json.loads(said)
        conform(arguments, answer, status)
        return answer

    def ran(self, *arguments: str) -> tuple[int, str, str]:
        """The command's exit status, its output, and what it says is wrong. It runs in this process, which takes a
        tenth of the time."""
        said, wrong = StringIO(), StringIO()
        with _environment(self.env), redirect_stdout(said), redirect_stderr(wrong):
            status = status_of(arguments)
        return status, said.getvalue(), wrong.getvalue()


@contextmanager
def _environment(env: dict[str, str]) -> Iterator[None]:
    """As if this process had been started in it."""
    before = dict(os.environ)
    forget()  # those that remember whose credentials it has
    try:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ.update(env)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        forget()


@pytest.fixture
def ahead(stack: Stack) -> Iterator[Stack]:
    """A stack whose clock a test may put ahead; afterwards it is the real time again. The runs of every minute rest
    meanwhile: to a sweep in the real time, what was decided ahead of it is due."""
    events = stack.client("events")
    rule = stack.outputs["EnforceScheduleName"]
    events.disable_rule(Name=rule)
    try:
        yield stack
    finally:
        events.enable_rule(Name=rule)
        stack.answer("local", "tick")


def a_new_function_worker(stack: Stack, function: str = "EnforceFunctionName") -> None:
    """Which has not read a policy within the last minute. `function`: the stack's output that names it."""
    name, functions = stack.outputs[function], stack.client("lambda")
    memory = functions.get_function_configuration(FunctionName=name)["MemorySize"]
    functions.update_function_configuration(FunctionName=name, MemorySize=513 if memory == 512 else 512)


@contextmanager
def running(directory: Path, *options: str) -> Iterator[Stack]:
    """A stack of its own for as long as the block lasts."""
    env = {"PERMILLE_LOCAL_DIR": str(directory)}
    try:
        up = permille("local", "up", "--hours", "1", "--json", *options, env=env)
        assert up.returncode == 0, up.stderr
        exported = permille("local", "status", "--export", "--json", env=env)
        yield _described(json.loads(up.stdout), directory, env | json.loads(exported.stdout))
    finally:
        permille("local", "down", env=env)


def _described(found: dict[str, Any], directory: Path, env: dict[str, str]) -> Stack:
    return Stack(
        directory=directory,
        endpoint=found["endpoint"],
        region=found["region"],
        account_id=found["aws_account_id"],
        name=found["stack"],
        env=env,
        outputs=found["outputs"],
        smtp=Smtp(**found["smtp"]),
        mails=Path(found["mail_folder"]),
    )
