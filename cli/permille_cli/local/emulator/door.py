"""Who is let in to the emulator: to AWS's API whoever signs, to function URLs and the health check everybody.

ministack answers its own paths (`/_ministack/reset`, `/_ministack/ses/messages` and more) before it looks at any
credential, and some by the name of the host alone.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from permille_cli.local.emulator.asgi import App, Scope, send_answer

HEALTH_CHECK = ("GET", "/_ministack/health")
BY_PATH = "/_aws/lambda-url/"  # the function URLs that ask IAM
# Exactly what ministack takes for one, in small letters: what it does not would reach S3, unsigned.
FUNCTION_URL = re.compile(r"[0-9a-z]{32}\.lambda-url\.[0-9a-z-]+\.localhost")
ALGORITHM = "AWS4-HMAC-SHA256"
PRESIGNED = ("X-Amz-Credential", "X-Amz-Signature")  # with one of them alone ministack takes a request for unsigned


@dataclass(frozen=True, slots=True)
class Door:
    """`port`: the one on loopback. `containers`: the host and port by which containers ask, if they may."""

    port: int
    containers: str = ""

    def before(self, app: App) -> App:
        async def guarded(scope: Scope, receive: object, send: object) -> None:
            refused = self.refusal(scope) if scope["type"] == "http" else None
            if refused is not None:
                await send_answer(send, (403, {"message": refused}))
            elif scope["type"] != "websocket":  # of which no part of Permille is one
                await app(scope, receive, send)

        return guarded

    def refusal(self, scope: Scope) -> str | None:
        """Why a request is not let in; None if it is. A page of another site cannot sign, wherever it sends to."""
        host, path = _only_host(scope), scope["path"]
        is_function_url = self._is_function_url(host, scope)
        if not is_function_url and host not in self._hosts(scope):
            return "this is not the name of the embedded stack"  # another that points here: DNS rebinding
        if (scope["method"], path) == HEALTH_CHECK:
            return None
        if path.startswith("/_") and not (path.startswith(BY_PATH) and self._is_loopback(scope)):
            return "the emulator's own paths are closed"
        if is_function_url:
            return None
        if scope["method"] == "OPTIONS":
            return "no site may ask from a browser"  # ministack says that every site may, and asks for no signature
        return None if _is_signed(scope) else "the request is not signed"

    def _hosts(self, scope: Scope) -> set[str]:
        here = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"} if self._is_loopback(scope) else set()
        return here | {self.containers} - {""}

    def _is_function_url(self, host: str, scope: Scope) -> bool:
        name, _, port = host.rpartition(":")
        return self._is_loopback(scope) and port == str(self.port) and FUNCTION_URL.fullmatch(name) is not None

    def _is_loopback(self, scope: Scope) -> bool:
        """Whether the request came to the port on loopback, and not to that of the containers."""
        return bool(scope["server"][1] == self.port)


def _only_host(scope: Scope) -> str:
    """The request's host as it was sent; empty if it names none, or several."""
    named = [value for name, value in scope["headers"] if name == b"host"]
    return named[0].decode("latin-1") if len(named) == 1 else ""


def _is_signed(scope: Scope) -> bool:
    """Whether it carries a signature; whose, and whether it is right, is ministack's to say."""
    by_header = f"{ALGORITHM} ".encode()
    if any(name == b"authorization" and value.startswith(by_header) for name, value in scope["headers"]):
        return True
    query = parse_qs(scope["query_string"].decode("latin-1"))
    return query.get("X-Amz-Algorithm") == [ALGORITHM] and all(name in query for name in PRESIGNED)
