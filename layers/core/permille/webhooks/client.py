"""Posts events to the host platform's endpoint, by the standard library: http.client lets the connection be made by us,
to an address that was checked, and follows no redirect."""

import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection, RemoteDisconnected
from urllib.parse import SplitResult, urlsplit

from permille import __version__
from permille.domain.webhooks.delivery import PostFailure, Reply
from permille.outbound.connection import PrivateAddress, Resolve, UnknownHost, connect
from permille.outbound.deadline import aborted_at

SECONDS = 15.0  # for name resolution, connection, request and status; Standard Webhooks recommends 15 to 30

_FAILURES = {  # the first that matches
    UnknownHost: PostFailure.NO_HOST,
    PrivateAddress: PostFailure.NOT_PUBLIC,
    ssl.SSLCertVerificationError: PostFailure.CERTIFICATE,
    ConnectionRefusedError: PostFailure.REFUSED,
    TimeoutError: PostFailure.TIMEOUT,
    ssl.SSLError: PostFailure.TLS,
    RemoteDisconnected: PostFailure.UNREACHABLE,
    HTTPException: PostFailure.NO_HTTP,
    OSError: PostFailure.UNREACHABLE,
}


class HttpWebhookClient:
    """Implements `WebhookClient`. Of an answer only status line and headers are read, which http.client bounds.

    local: allows private addresses
    tls: the context that verifies certificates
    resolve: getaddrinfo
    seconds: for the whole request
    """

    def __init__(
        self,
        *,
        local: bool = False,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve = socket.getaddrinfo,
        seconds: float = SECONDS,
    ) -> None:
        self._local = local
        self._tls = tls or ssl.create_default_context()
        self._resolve = resolve
        self._seconds = seconds

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        try:
            return Reply(self._status(urlsplit(url), headers, body, time.monotonic() + self._seconds))
        except (OSError, HTTPException) as error:
            return Reply(without_status=next(why for kind, why in _FAILURES.items() if isinstance(error, kind)))

    def _status(self, url: SplitResult, headers: Mapping[str, str], body: bytes, deadline: float) -> int:
        host, is_tls = url.hostname or "", url.scheme == "https"
        port = url.port or (443 if is_tls else 80)
        connection = connect(host, port, deadline, seconds=self._seconds, local=self._local, resolve=self._resolve)
        http = HTTPSConnection(host, port, context=self._tls) if is_tls else HTTPConnection(host, port)
        with closing(http), closing(connection), aborted_at(deadline, connection):
            http.sock = self._tls.wrap_socket(connection, server_hostname=host) if is_tls else connection
            http.request("POST", _target(url), body, {**_HEADERS, **headers})
            return http.getresponse().status


_HEADERS = {"content-type": "application/json", "user-agent": f"Permille/{__version__}", "connection": "close"}


def _target(url: SplitResult) -> str:
    return f"{url.path or '/'}{'?' if url.query else ''}{url.query}"
