"""Logging in to an SMTP server as its client: over TLS with a verified certificate, or not at all."""

import re
import smtplib
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

from permille.domain.sending.public_addresses import is_public
from permille.domain.sending.smtp_server import IMPLICIT_TLS, FailureReason, LoginFailure, Password, Server
from permille.smtp.session import BoundedSession, ended_at, left, within

Resolve = Callable[..., list[Any]]

SECONDS = 10.0  # for each answer
SECONDS_IN_ALL = 20.0  # for finding the host, connecting and all answers: a server that drips them keeps nobody longer
_GREETS_AS = "[127.0.0.1]"  # this host's own name is nobody's business
_ENHANCED_CODE = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}")


class _Failed(Exception):
    """Ends an attempt with what went wrong."""

    def __init__(self, fault: FailureReason, reply: str = "") -> None:
        super().__init__(fault, reply)
        self.trouble = LoginFailure(fault, reply)


class SmtpLogin:
    """Implements `SmtpLoginCheck`.

    `local`: hosts on loopback and in private networks are tried too. Never so where others than
    operators can ask: AWS has servers there that trust whoever reaches them."""

    def __init__(
        self,
        *,
        local: bool = False,
        tls: ssl.SSLContext | None = None,
        implicit_tls: Collection[int] = IMPLICIT_TLS,
        resolve: Resolve = socket.getaddrinfo,
        seconds: float = SECONDS,
        seconds_in_all: float = SECONDS_IN_ALL,
    ) -> None:
        self._local = local
        self._tls = tls or ssl.create_default_context()
        self._implicit_tls = implicit_tls
        self._resolve = resolve
        self._seconds = seconds
        self._seconds_in_all = seconds_in_all

    def check(self, server: Server, password: Password) -> LoginFailure | None:
        ends = time.monotonic() + self._seconds_in_all
        try:
            with _understood(), self._session(server, ends) as session:
                _login(session, server.user, password)
        except _Failed as failed:
            return failed.trouble
        return None

    def _address(self, server: Server, ends: float) -> str:
        """Asked for once, and connected to as it was found: a name can lead elsewhere a moment later. IPv4 first: not
        every network has IPv6."""
        try:
            found = within(left(ends), lambda: self._resolve(server.host, server.port, type=socket.SOCK_STREAM))
        except (socket.gaierror, UnicodeError) as error:
            raise _Failed(FailureReason.NO_HOST) from error
        addresses = sorted((str(one[4][0]) for one in found), key=lambda address: ":" in address)
        if not self._local and not all(map(is_public, addresses)):
            raise _Failed(FailureReason.NOT_PUBLIC)
        return addresses[0]

    @contextmanager
    def _session(self, server: Server, ends: float) -> Iterator[smtplib.SMTP]:
        """A session over TLS in which the server has said what it offers."""
        session = BoundedSession(local_hostname=_GREETS_AS, timeout=self._seconds)
        address = self._address(server, ends)
        line = socket.create_connection((address, server.port), timeout=min(self._seconds, left(ends)))
        line.settimeout(self._seconds)
        with closing(session), ended_at(ends, line):
            session.sock = line
            if server.port in self._implicit_tls:
                self._encrypt(session, server)
            _expect(220, session.getreply())
            session.ehlo_or_helo_if_needed()
            if server.port not in self._implicit_tls:
                self._start_tls(session, server)
            yield session
            with suppress(OSError):
                session.quit()

    def _start_tls(self, session: smtplib.SMTP, server: Server) -> None:
        """What was offered in plain text is forgotten: somebody in between may have said it."""
        if not session.has_extn("starttls"):
            raise _Failed(FailureReason.NO_TLS)
        code, said = session.docmd("STARTTLS")
        if code != 220:
            raise _Failed(FailureReason.NO_TLS, _reply(code, said))
        self._encrypt(session, server)
        session.ehlo()

    def _encrypt(self, session: smtplib.SMTP, server: Server) -> None:
        assert session.sock is not None
        session.sock = self._tls.wrap_socket(session.sock, server_hostname=server.host)
        session.file = None
        session.esmtp_features = {}


def _login(session: smtplib.SMTP, user: str, password: Password) -> None:
    """smtplib's own would try every mechanism, each a failed login to the server, and knows ASCII alone."""
    offered = session.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered:
        answer = session.docmd("AUTH", f"PLAIN {_encoded(f'{chr(0)}{user}{chr(0)}{password.reveal()}')}")
    elif "LOGIN" in offered:
        _expect(334, session.docmd("AUTH", "LOGIN"), FailureReason.LOGIN)
        _expect(334, session.docmd(_encoded(user)), FailureReason.LOGIN)
        answer = session.docmd(_encoded(password.reveal()))
    else:
        raise _Failed(FailureReason.NO_AUTH)
    _expect(235, answer, FailureReason.LOGIN)


def _encoded(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")


def _expect(code: int, answer: tuple[int, bytes], fault: FailureReason = FailureReason.NO_SMTP) -> None:
    if answer[0] != code:
        raise _Failed(FailureReason.LATER if 400 <= answer[0] < 500 else fault, _reply(*answer))


def _reply(code: int, said: bytes) -> str:
    """The codes alone: what a server says may be anything, even what it was told."""
    enhanced = _ENHANCED_CODE.match(said)
    return " ".join([str(code)] * (code > 0) + ([enhanced[0].decode("ascii")] if enhanced else []))


_FAULTS = {  # the first that fits: all of them are OSErrors
    ssl.SSLCertVerificationError: FailureReason.CERTIFICATE,
    ConnectionRefusedError: FailureReason.REFUSED,
    smtplib.SMTPException: FailureReason.NO_SMTP,
    TimeoutError: FailureReason.TIMEOUT,
    ssl.SSLError: FailureReason.TLS,
    OSError: FailureReason.UNREACHABLE,
}


@contextmanager
def _understood() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        cause = error.__context__ if isinstance(error, smtplib.SMTPServerDisconnected) else None
        meant = cause if isinstance(cause, TimeoutError) else error  # smtplib says that the line was closed
        reply = _reply(error.smtp_code, b"") if isinstance(error, smtplib.SMTPResponseException) else ""
        raise _Failed(next(fault for kind, fault in _FAULTS.items() if isinstance(meant, kind)), reply) from error
