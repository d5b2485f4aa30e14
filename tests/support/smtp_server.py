"""A small real SMTP server on loopback, with STARTTLS and AUTH, like a provider's."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult

HOST, USER, PASSWORD = "localhost", "bakery@example.com", "hidden-söcret"


@dataclass(slots=True)
class MailServer:
    """What runs. `tried`: the user and the password of each login that was tried. What is changed here counts from the
    next session on."""

    port: int = 0
    logins: dict[str, str] = field(default_factory=lambda: {USER: PASSWORD})
    tried: list[tuple[str, str]] = field(default_factory=list)
    sessions: int = 0

    def authenticate(self, *arguments: Any) -> AuthResult:
        claim = arguments[-1]
        user, password = claim.login.decode(), claim.password.decode()
        self.tried.append((user, password))
        if self.logins.get(user) == password:
            return AuthResult(success=True)
        refusal = f"535 5.7.8 {password} is not the password of {user}"  # some servers are as silly
        return AuthResult(success=False, handled=False, message=refusal.encode("ascii", "replace").decode())


def certified(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """A server's context, with a certificate for these names."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*(names or (HOST,))).configure_cert(context)
    return context


@contextmanager
def mail_server(
    tls: ssl.SSLContext | None, *, implicit: bool = False, without: tuple[str, ...] = ()
) -> Iterator[MailServer]:
    """Runs a server on a port of its own. Without `tls` it offers none; `without`: mechanisms it does not offer."""
    server = MailServer()

    def session() -> SMTP:
        server.sessions += 1
        return SMTP(
            object(),
            hostname=HOST,
            tls_context=None if implicit else tls,
            auth_require_tls=tls is not None and not implicit,
            authenticator=server.authenticate,
            auth_exclude_mechanism=without,
            loop=loop,
        )

    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(loop.create_server(session, "127.0.0.1", 0, ssl=tls if implicit else None))
    server.port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_end(listening), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(listening: asyncio.Server) -> None:
    listening.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0.05)  # transports close


@contextmanager
def scripted(*said: bytes, pause: float = 0) -> Iterator[int]:
    """A server with fixed replies, one after the other; yields its port."""
    over = threading.Event()

    def serve(listening: socket.socket) -> None:
        try:
            line, _ = listening.accept()
        except OSError:  # nobody came
            return
        with line:
            for one in said:
                try:
                    line.sendall(one)
                except OSError:  # cut off
                    return
                if over.wait(pause):
                    return
            over.wait(5)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()
            thread.join()
