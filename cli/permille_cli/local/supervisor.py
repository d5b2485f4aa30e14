"""The one background process of an embedded stack: `python -m permille_cli.local.supervisor <state dir>`.

It holds the state directory's lock, runs the emulator and the SMTP listeners on free ports of loopback, writes
their addresses to running.json once all are healthy, and stops everything on a signal, when the emulator dies, or
when the stack's hours are over.
"""

import argparse
import asyncio
import logging
import os
import secrets
import signal
import ssl
import string
import tempfile
from asyncio import Task
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import trustme

from permille_cli.local.authority import Authority
from permille_cli.local.emulation import Emulation, emulated
from permille_cli.local.outbox import Outbox, destinations
from permille_cli.local.relay import MailFolder, sessions
from permille_cli.local.running import HOURS, Running
from permille_cli.local.smtp import Endpoint, SesSession
from permille_cli.local.state import StateDirectory

HOST = "127.0.0.1"
REGION = "us-east-1"
ACCOUNT = "000000000000"
log = logging.getLogger("permille.supervisor")


def main() -> None:
    """Parses the arguments, takes the lock and supervises until the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--hours", type=float, default=HOURS)
    parser.add_argument("--containers-host", default="", help="an address of this computer that containers reach")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    log.setLevel(logging.INFO)
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd warns at every login
    state = StateDirectory(arguments.directory.resolve())
    tempfile.tempdir = str(state.tmp)
    os.umask(0o077)
    with state.held():
        state.forget_running()
        asyncio.run(_supervise(state, arguments.hours, arguments.containers_host))


async def _supervise(state: StateDirectory, hours: float, containers_host: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as parts:
        emulation, running = await _start(state, parts, containers_host)
        parts.callback(state.forget_running)
        state.write_running(running)
        log.info("AWS at %s, SMTP at %s:%d", running.endpoint, running.smtp_host, running.smtp_port)
        reasons: dict[Task[Any], str] = {
            asyncio.create_task(stop.wait()): "by a signal",
            asyncio.create_task(emulation.process.wait()): "the emulator ended",
            asyncio.create_task(asyncio.sleep(hours * 3600)): f"{hours:g} hours are over",
        }
        log.info("stopping: %s", await _first(reasons))


async def _first(reasons: Mapping[Task[Any], str]) -> str:
    done, pending = await asyncio.wait(reasons, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    return reasons[done.pop()]


async def _start(state: StateDirectory, parts: AsyncExitStack, containers_host: str) -> tuple[Emulation, Running]:
    """Starts each part after those that it needs; they stop in reverse order."""
    key = "AKIA" + "".join(secrets.choice(string.ascii_uppercase + "234567") for _ in range(16))
    secret = secrets.token_urlsafe(30)
    relay_port = await parts.enter_async_context(_listening(sessions(MailFolder(state.mails, state.tmp))))
    emulation = await parts.enter_async_context(emulated(state, key, secret, f"{HOST}:{relay_port}", containers_host))
    running = Running(
        pid=os.getpid(),
        endpoint=f"http://{HOST}:{emulation.port}",
        containers_endpoint=f"http://{containers_host}:{emulation.containers_port}" if containers_host else None,
        region=REGION,
        account_id=ACCOUNT,
        access_key_id=key,
        secret_access_key=secret,
        smtp_host=HOST,
        smtp_port=0,
        relay_port=relay_port,
        certificate=str(state.certificate),
        mails=str(state.mails),
    )
    outbox = Outbox(running.client("sns"))
    await parts.enter_async_context(outbox.publishing())
    endpoint = Endpoint(
        authority=Authority(emulation.port, emulation.token),
        destinations=partial(destinations, running.client("sesv2")),
        outbox=outbox,
        now=state.now,
        region=REGION,
    )
    tls = _certified(state.certificate)
    smtp_port = await parts.enter_async_context(_listening(lambda: SesSession(endpoint, tls)))
    return emulation, running.with_smtp_port(smtp_port)


@asynccontextmanager
async def _listening(session: Callable[[], Any]) -> AsyncIterator[int]:
    """Listens on a free port, and yields its number."""
    server = await asyncio.get_running_loop().create_server(session, HOST, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def _certified(path: Path) -> ssl.SSLContext:
    """A server certificate of a new CA, whose certificate is written to `path`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(HOST, "localhost").configure_cert(context)
    return context


if __name__ == "__main__":
    main()
