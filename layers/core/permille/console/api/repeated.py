"""Requests that their sender may repeat, by the header Idempotency-Key
(https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/)."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from permille.console.api.json_api import WITH_BODY
from permille.console.context import AnyServices, RequestContext
from permille.console.requests import Request
from permille.ports.answers import AnswerStore, KeyedRequest

T = TypeVar("T", bound=Mapping[str, Any])


def answer_once(ctx: RequestContext[AnyServices], answers: AnswerStore, key: str | None, action: Callable[[], T]) -> T:
    """The answer of `action`, or that of the first success of this request under its key. Without a key the action
    always runs. Raises as `AnswerStore.answer_once`."""
    if key is None:
        return action()
    request = KeyedRequest(ctx.sender, key, _content(ctx.request))
    return cast("T", answers.answer_once(request, lambda: dict(action())))


def _content(request: Request) -> Mapping[str, Any]:
    """What was asked: two bodies that mean the same are the same, however they are written. A DELETE has none: what is
    sent with it is not read."""
    body = json.loads(request.body) if request.method in WITH_BODY else None
    return {"method": request.method, "path": request.path, "body": body}
