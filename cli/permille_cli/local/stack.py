"""Starts, describes and stops the embedded stack, for commands and tests."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from rich.console import Console

from permille.domain.values.errors import Failed, InvalidInput
from permille_cli.local import containers
from permille_cli.local.deployment import FRAME_ORIGIN, Deployment, deploy
from permille_cli.local.files import made_private
from permille_cli.local.running import Running
from permille_cli.local.state import StateDirectory
from permille_cli.sam.tools import tools
from permille_cli.terminal.output import err

STARTING_SECONDS = 90
STOPPING_SECONDS = 60
INTERRUPTS = (signal.SIGINT, signal.SIGTERM)


def up(state: StateDirectory, deployment: Deployment, hours: float) -> dict[str, Any]:
    """Returns how to use the stack, started and deployed if it was not. If that fails, nothing keeps running."""
    with made_private(), _interrupted_once(), state.alone(_print_waiting):
        description = described(state)
        if description is not None:
            _check_same(deployment, description)
            return description
        try:
            _start_and_deploy(state, deployment, hours)
        except BaseException:  # also an interrupt: nothing incomplete keeps running
            _end(state)
            raise
        description = described(state)
    if description is None:
        raise Failed("the embedded stack stopped as soon as it was up")
    return description


def described(state: StateDirectory) -> dict[str, Any] | None:
    """Where the stack is, without its credentials; None if none is up."""
    running, deployed = state.running(), state.deployed()
    if running is None or deployed is None:
        return None
    return {
        "endpoint": running.endpoint,
        "containers_endpoint": running.containers_endpoint,
        "region": running.region,
        "aws_account_id": running.account_id,
        "smtp": {
            "host": running.smtp_host,
            "port": running.smtp_port,
            "certificate": running.certificate,
        },
        "mail_folder": running.mails,
        "stack": deployed["stack"],
        "outputs": deployed["outputs"],
    }


def environment(state: StateDirectory) -> dict[str, str]:
    """The variables, with root's credentials, by which SDKs and the command use the stack. Raises Failed if none is
    up."""
    running, deployed = state.running(), state.deployed()
    if running is None or deployed is None:
        raise Failed("the embedded stack stopped as soon as it was up")
    return running.environment | {"PERMILLE_STACK": deployed["stack"]}


def down(state: StateDirectory) -> bool:
    """Stops the stack and removes all of it; False if it was not running."""
    state.check()
    if not state.is_ours():
        return False
    with state.alone(_print_waiting):
        return _end(state)


def _end(state: StateDirectory) -> bool:
    stopped = _stop(state)
    state.remove()
    return stopped


def _print_waiting() -> None:
    err.print("Waiting for another `permille local` that starts or stops this stack ...")


def _check_same(requested: Deployment, description: dict[str, Any]) -> None:
    outputs = description["outputs"]
    for_containers = description["containers_endpoint"] is not None
    runs = Deployment(
        description["stack"],
        outputs["EnforcementMode"],
        outputs["PlatformName"],
        for_containers,
        outputs.get(FRAME_ORIGIN, ""),
    )
    if runs != requested:
        raise InvalidInput(f"the running stack is {runs}, not {requested}: `permille local down` stops it")


def _start_and_deploy(state: StateDirectory, deployment: Deployment, hours: float) -> None:
    containers_host = containers.host() if deployment.for_containers else ""
    tools()  # installed before the progress of starting is shown, since that has its own
    with Console(stderr=True).status("Starting the embedded AWS ...") as progress:
        _stop(state)  # left over from an `up` that was killed
        running = _start(state, hours, containers_host)
        progress.update("Building and deploying Permille with SAM CLI ...")
        outputs = deploy(deployment, running, state)
    state.write_deployed({"stack": deployment.stack, "outputs": outputs})


def _start(state: StateDirectory, hours: float, containers_host: str) -> Running:
    command = [sys.executable, "-m", "permille_cli.local.supervisor", str(state.path), "--hours", str(hours)]
    command += ["--containers-host", containers_host]
    with (state.logs / "supervisor.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - ourselves
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=state.path, start_new_session=True
        )
    try:
        return _once_healthy(state, process)
    except BaseException:  # it may not hold the lock yet, so `_stop` would not find it
        process.terminate()
        process.wait(STOPPING_SECONDS)
        raise


def _once_healthy(state: StateDirectory, process: subprocess.Popen[bytes]) -> Running:
    running: Running | None = None
    deadline = time.monotonic() + STARTING_SECONDS
    while running is None:
        if process.poll() is not None or time.monotonic() > deadline:
            lines = (state.logs / "supervisor.log").read_text(encoding="utf-8").strip().splitlines()
            raise Failed(f"the embedded AWS did not start: {lines[-1] if lines else 'no output'}")
        time.sleep(0.1)
        running = state.running()
    return running


def _stop(state: StateDirectory) -> bool:
    holder = state.holder()
    if holder is None:
        return False
    with suppress(ProcessLookupError):  # it has just ended
        os.kill(holder, signal.SIGTERM)
    deadline = time.monotonic() + STOPPING_SECONDS
    while state.holder() is not None:
        if time.monotonic() > deadline:
            raise Failed(f"process {holder} does not stop; its log is {state.logs / 'supervisor.log'}")
        time.sleep(0.1)
    return True


@contextmanager
def _interrupted_once() -> Iterator[None]:
    """SIGTERM interrupts like SIGINT. Signals after the first are ignored while cleaning up."""

    def interrupt(number: int, frame: object) -> None:  # noqa: ARG001
        for signal_number in INTERRUPTS:
            signal.signal(signal_number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in INTERRUPTS}
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is interrupt:  # else the process is about to end, and keeps ignoring
            for number, handler in before.items():
                signal.signal(number, handler)
