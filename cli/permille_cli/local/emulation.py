"""Runs the emulator as a child that cannot outlive this process."""

import asyncio
import secrets
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from permille.domain.values.errors import Failed
from permille_cli.local.state import StateDirectory
from permille_cli.sam.tools import tool, tool_environment

MODULE, PACKAGE = "permille_cli.local.emulator", Path(__file__).parents[1]
HEALTHY_SECONDS = 60
STOPPING_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Emulation:
    """A healthy emulator.

    port: on loopback.
    containers_port: on the address for containers; may be the same.
    token: for its private paths.
    """

    process: Process
    port: int
    containers_port: int
    token: str


@asynccontextmanager
async def emulated(
    state: StateDirectory, key: str, secret: str, relay: str, containers_host: str = ""
) -> AsyncIterator[Emulation]:
    """Yields an emulator whose root credentials are `key` and `secret`, and which relays mail to `relay`. Containers
    may ask it as `containers_host`, if there is one."""
    token = secrets.token_urlsafe(32)
    ours = {
        "PERMILLE_TOKEN": token,
        "PERMILLE_CONTAINERS_HOST": containers_host,
        "PYTHONPATH": str(_module_path(state)),
    }
    process = await _start(state, _environment(state, key, secret, relay) | ours)
    try:
        assert process.stdout is not None
        ports = [int(port) for port in (await process.stdout.readline()).split()] or [0]
        await _healthy(process, ports[0], state)
        yield Emulation(process, ports[0], ports[-1], token)
    finally:
        await _stop(process)


def _module_path(state: StateDirectory) -> Path:
    """A folder with this package alone: beside it, where it is installed, is another boto3 than the emulator's."""
    folder = state.path / "modules"
    folder.mkdir(exist_ok=True)
    link = folder / PACKAGE.name
    link.unlink(missing_ok=True)
    link.symlink_to(PACKAGE)
    return folder


async def _start(state: StateDirectory, environment: dict[str, str]) -> Process:
    with (state.logs / "emulator.log").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            tool("python"), "-P", "-m", MODULE, stdin=PIPE, stdout=PIPE, stderr=log, cwd=state.tmp, env=environment
        )  # fmt: skip


def _environment(state: StateDirectory, key: str, secret: str, relay: str) -> dict[str, str]:
    return tool_environment(state.tmp, bare=True) | {
        "AUTH": "true",  # IAM is enforced
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": "us-east-1",
        "BIND_HOST": "127.0.0.1",
        "DOCKER_HOST": f"unix://{state.tmp}/no-docker.sock",  # it would remove containers that are not ours
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "S3_DATA_DIR": str(state.tmp / "s3"),
        "SMTP_HOST": relay,
        "STATE_DIR": str(state.tmp / "state"),
    }


async def _healthy(process: Process, port: int, state: StateDirectory) -> None:
    deadline = asyncio.get_running_loop().time() + HEALTHY_SECONDS
    while not await asyncio.to_thread(_answers, port):
        if process.returncode is not None or asyncio.get_running_loop().time() > deadline:
            raise Failed(f"the emulator does not answer; see {state.logs / 'emulator.log'}")
        await asyncio.sleep(0.1)


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


async def _stop(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.close()  # it ends at the end of its input
    try:
        await asyncio.wait_for(process.wait(), STOPPING_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
