"""The login to an SMTP server: over TLS with a verified certificate, or not at all."""

import re
import smtplib
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress

from permille.domain.sending.smtp_server import IMPLICIT_TLS, FailureReason, LoginFailure, Password, Server
from permille.outbound.connection import PrivateAddress, Resolve, UnknownHost, connect
from permille.outbound.deadline import aborted_at
from permille.smtp.session import BoundedSession

SECONDS = 10.0  # for each reply
SECONDS_IN_ALL = 20.0  # for name resolution, connection and all replies: a slow server takes no longer
_EHLO_NAME = "[127.0.0.1]"  # does not disclose the name of this host
_ENHANCED_CODE = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}")


class _Failed(Exception):
    """Ends a check. `failure`: what the check returns."""

    def __init__(self, reason: FailureReason, reply: str = "") -> None:
        super().__init__(reason, reply)
        self.failure = LoginFailure(reason, reply)


class SmtpLogin:
    """Implements `SmtpLoginCheck`.

    local: as connect() takes it
    tls: the context that verifies certificates
    implicit_tls: the ports on which a session begins with TLS
    resolve: getaddrinfo
    seconds: for each reply
    seconds_in_all: for the whole check
    """

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
            with _as_failures(), self._session(server, ends) as session:
                _login(session, server.username, password)
        except _Failed as failed:
            return failed.failure
        return None

    @contextmanager
    def _session(self, server: Server, ends: float) -> Iterator[smtplib.SMTP]:
        """A session over TLS, after EHLO."""
        session = BoundedSession(local_hostname=_EHLO_NAME, timeout=self._seconds)
        connection = connect(
            server.host, server.port, ends, seconds=self._seconds, local=self._local, resolve=self._resolve
        )
        with closing(session), aborted_at(ends, connection):
            session.sock = connection
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
        """Upgrades to TLS, and forgets what was offered before, since an attacker could have sent it."""
        if not session.has_extn("starttls"):
            raise _Failed(FailureReason.NO_TLS)
        code, text = session.docmd("STARTTLS")
        if code != 220:
            raise _Failed(FailureReason.NO_TLS, _reply(code, text))
        self._encrypt(session, server)
        session.ehlo()

    def _encrypt(self, session: smtplib.SMTP, server: Server) -> None:
        assert session.sock is not None
        session.sock = self._tls.wrap_socket(session.sock, server_hostname=server.host)
        session.file = None
        session.esmtp_features = {}


def _login(session: smtplib.SMTP, username: str, password: Password) -> None:
    """Logs in by PLAIN or LOGIN. smtplib would try every mechanism, failing several times, and allows ASCII only."""
    offered = session.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered:
        answer = session.docmd("AUTH", f"PLAIN {_encoded(f'{chr(0)}{username}{chr(0)}{password.reveal()}')}")
    elif "LOGIN" in offered:
        _expect(334, session.docmd("AUTH", "LOGIN"), FailureReason.LOGIN)
        _expect(334, session.docmd(_encoded(username)), FailureReason.LOGIN)
        answer = session.docmd(_encoded(password.reveal()))
    else:
        raise _Failed(FailureReason.NO_AUTH)
    _expect(235, answer, FailureReason.LOGIN)


def _encoded(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")


def _expect(code: int, answer: tuple[int, bytes], reason: FailureReason = FailureReason.NO_SMTP) -> None:
    """Raises _Failed where the answer has another code: 4xx are transient, others have the `reason`."""
    if answer[0] != code:
        raise _Failed(FailureReason.LATER if 400 <= answer[0] < 500 else reason, _reply(*answer))


def _reply(code: int, text: bytes) -> str:
    """The codes of a reply, without its text, which could repeat the password."""
    enhanced = _ENHANCED_CODE.match(text)
    return " ".join([str(code)] * (code > 0) + ([enhanced[0].decode("ascii")] if enhanced else []))


_REASONS = {  # the first that matches: all of them are OSErrors
    UnknownHost: FailureReason.NO_HOST,
    PrivateAddress: FailureReason.NOT_PUBLIC,
    ssl.SSLCertVerificationError: FailureReason.CERTIFICATE,
    ConnectionRefusedError: FailureReason.REFUSED,
    smtplib.SMTPException: FailureReason.NO_SMTP,
    TimeoutError: FailureReason.TIMEOUT,
    ssl.SSLError: FailureReason.TLS,
    OSError: FailureReason.UNREACHABLE,
}


@contextmanager
def _as_failures() -> Iterator[None]:
    """Raises _Failed instead of an OSError."""
    try:
        yield
    except OSError as error:
        # After a timeout smtplib says that the server disconnected.
        context = error.__context__ if isinstance(error, smtplib.SMTPServerDisconnected) else None
        cause = context if isinstance(context, TimeoutError) else error
        reply = _reply(error.smtp_code, b"") if isinstance(error, smtplib.SMTPResponseException) else ""
        raise _Failed(next(reason for kind, reason in _REASONS.items() if isinstance(cause, kind)), reply) from error
