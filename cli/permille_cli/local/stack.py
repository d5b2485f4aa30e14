"""The life of the embedded stack, for commands and tests: up, described, down."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from rich.console import Console

from permille_cli.errors import Failure, WrongInput
from permille_cli.local.deployment import Deployment, deploy
from permille_cli.local.state import Running, StateDirectory

STARTING_SECONDS = 90
STOPPING_SECONDS = 60


def up(state: StateDirectory, deployment: Deployment, hours: float) -> dict[str, Any]:
    """Returns how to use the stack, started and deployed if it was not. If that fails nothing goes on running."""
    if not state.may_become_a_stack():
        raise WrongInput(f"{state.path} holds something else; name an empty directory with --dir")
    state.make()
    with _alone(state):
        found = described(state)
        if found is None:
            try:
                _start_and_deploy(state, deployment, hours)
            except BaseException:  # an interrupt too: nothing half-made goes on running
                down(state)
                raise
            found = described(state)
    if found is None:
        raise Failure("the embedded stack stopped as soon as it was up")
    return found


def described(state: StateDirectory) -> dict[str, Any] | None:
    """How to use the stack; None if none is up."""
    running, deployed = state.running(), state.deployed()
    if running is None or deployed is None:
        return None
    return {
        "endpoint": running.endpoint,
        "region": running.region,
        "account_id": running.account_id,
        "credentials": {
            "access_key_id": running.access_key_id,
            "secret_access_key": running.secret_access_key,
        },
        "smtp": {
            "host": running.smtp_host,
            "port": running.smtp_port,
            "certificate": running.certificate,
        },
        "mails": running.mails,
        "stack": deployed["stack"],
        "outputs": deployed["outputs"],
        "env": running.environment | {"PERMILLE_STACK": deployed["stack"]},
    }


def down(state: StateDirectory) -> bool:
    """Stops the stack and removes all of it; False if it was not running."""
    stopped = _stop(state)
    if state.is_a_stack():
        state.remove()
    return stopped


def set_clock(state: StateDirectory, instant: datetime | None) -> None:
    """From now on mail is sent at `instant`; None: at the real time."""
    if instant is None:
        state.clock.unlink(missing_ok=True)
    else:
        state.clock.write_text(instant.isoformat(), encoding="utf-8")


def _start_and_deploy(state: StateDirectory, deployment: Deployment, hours: float) -> None:
    with Console(stderr=True).status("Starting the embedded AWS ...") as progress:
        _stop(state)  # what an `up` left behind that was killed
        running = _start(state, hours)
        progress.update("Building and deploying Permille with SAM CLI ...")
        outputs = deploy(deployment, running, state)
    state.write_deployed({"stack": deployment.stack, "outputs": outputs})


def _start(state: StateDirectory, hours: float) -> Running:
    command = [sys.executable, "-m", "permille_cli.local.supervisor", str(state.path), "--hours", str(hours)]
    log_path = state.logs / "supervisor.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - ourselves
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=state.path, start_new_session=True
        )
    running: Running | None = None
    deadline = time.monotonic() + STARTING_SECONDS
    while running is None:
        if process.poll() is not None or time.monotonic() > deadline:
            said = log_path.read_text(encoding="utf-8").strip().splitlines()
            raise Failure("the embedded AWS did not start:\n" + "\n".join(said[-5:]))
        time.sleep(0.1)
        running = state.running()
    return running


def _stop(state: StateDirectory) -> bool:
    holder = state.holder()
    if holder is None:
        return False
    os.kill(holder, signal.SIGTERM)
    deadline = time.monotonic() + STOPPING_SECONDS
    while state.holder() is not None:
        if time.monotonic() > deadline:
            raise Failure(f"process {holder} does not stop; its log is {state.logs / 'supervisor.log'}")
        time.sleep(0.1)
    return True


@contextmanager
def _alone(state: StateDirectory) -> Iterator[None]:
    """Waits for whoever else is starting this stack."""
    with state.starting.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
