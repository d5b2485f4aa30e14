"""Access to the emulator: AWS's API needs a signature, function URLs and the health check are public.

ministack answers its own paths (`/_ministack/reset`, `/_ministack/ses/messages` and more) before it checks any
credential, and some services by host name only.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from permille_cli.local.emulator.asgi import App, Scope, send_answer

HEALTH_CHECK = ("GET", "/_ministack/health")
BY_PATH = "/_aws/lambda-url/"  # function URLs with IAM authentication
# Exactly what ministack recognizes, in lower case: other names would reach S3, unsigned.
FUNCTION_URL = re.compile(r"[0-9a-z]{32}\.lambda-url\.[0-9a-z-]+\.localhost")
ALGORITHM = "AWS4-HMAC-SHA256"
PRESIGNED = ("X-Amz-Credential", "X-Amz-Signature")  # if one is missing, ministack treats a request as unsigned


@dataclass(frozen=True, slots=True)
class AccessFilter:
    """Refuses requests. `port`: that on loopback; `containers`: host and port for containers, empty for none."""

    port: int
    containers: str = ""

    def wrap(self, app: App) -> App:
        async def guarded(scope: Scope, receive: object, send: object) -> None:
            refused = self.refusal(scope) if scope["type"] == "http" else None
            if refused is not None:
                await send_answer(send, (403, {"message": refused}))
            elif scope["type"] != "websocket":  # Permille uses none
                await app(scope, receive, send)

        return guarded

    def refusal(self, scope: Scope) -> str | None:
        """Why a request is refused; None if it is accepted. A page of another site cannot sign."""
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
            return "no site may ask from a browser"  # ministack allows every site, without a signature
        return None if _is_signed(scope) else "the request is not signed"

    def _hosts(self, scope: Scope) -> set[str]:
        here = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"} if self._is_loopback(scope) else set()
        return here | {self.containers} - {""}

    def _is_function_url(self, host: str, scope: Scope) -> bool:
        name, _, port = host.rpartition(":")
        return self._is_loopback(scope) and port == str(self.port) and FUNCTION_URL.fullmatch(name) is not None

    def _is_loopback(self, scope: Scope) -> bool:
        """Whether the request came to the port on loopback, not to that for containers."""
        return bool(scope["server"][1] == self.port)


def _only_host(scope: Scope) -> str:
    """The request's host header; empty if there is none, or several."""
    named = [value for name, value in scope["headers"] if name == b"host"]
    return named[0].decode("latin-1") if len(named) == 1 else ""


def _is_signed(scope: Scope) -> bool:
    """Whether the request has a signature. ministack verifies it."""
    by_header = f"{ALGORITHM} ".encode()
    if any(name == b"authorization" and value.startswith(by_header) for name, value in scope["headers"]):
        return True
    query = parse_qs(scope["query_string"].decode("latin-1"))
    return query.get("X-Amz-Algorithm") == [ALGORITHM] and all(name in query for name in PRESIGNED)
