"""A small real HTTP server on loopback, like an endpoint of a host platform."""

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Posted:
    """A request that came."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class HookServer:
    """What runs. `status`: what is answered from now on, with `location` where it is a redirect."""

    port: int = 0
    status: int = 204
    location: str = ""
    posted: list[Posted] = field(default_factory=list)


@contextmanager
def hook_server(tls: ssl.SSLContext | None = None, port: int = 0) -> Iterator[HookServer]:
    """Runs an endpoint on a port of its own, or on this one."""
    hook = HookServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            hook.posted.append(Posted(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(hook.status)
            if hook.location:
                self.send_header("location", hook.location)
            self.send_header("content-length", "6")
            self.end_headers()
            self.wfile.write(b"hidden")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    hook.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
