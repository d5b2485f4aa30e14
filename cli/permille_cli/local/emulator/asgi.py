"""Types and answers of ASGI applications."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

Scope = dict[str, Any]
App = Callable[[Scope, Any, Any], Coroutine[Any, Any, None]]
Answer = tuple[int, dict[str, Any]]


async def send_answer(send: Any, answer: Answer) -> None:
    status, content = answer
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(content).encode()})
