"""The door, and what is behind it: who is asking is settled before any route is looked for."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import ResponseBuilder
from aws_lambda_powertools.utilities.data_classes import LambdaFunctionUrlEvent

from permille.console import desk, entrance, owner
from permille.console.refusals import BROKEN, MISSING, Refusal, refusal_for, said
from permille.console.requests import Request
from permille.console.world import Asked, Console, asked
from permille.observability import logger, record


def answer(world: Console, event: Mapping[str, Any], context: Any, now: datetime) -> dict[str, Any]:
    """Answers a function URL's request (payload format 2.0). HEAD is answered as GET is, without body and cookies."""
    if Request(event).method == "HEAD":
        return {**_answered(world, _as_get(event), context, now), "body": "", "isBase64Encoded": False, "cookies": []}
    return _answered(world, event, context, now)


def _as_get(event: Mapping[str, Any]) -> dict[str, Any]:
    asking = event["requestContext"]
    return {**event, "requestContext": {**asking, "http": {**asking["http"], "method": "GET"}}}


def _answered(world: Console, event: Mapping[str, Any], context: Any, now: datetime) -> dict[str, Any]:
    request = Request(event)
    if request.path.startswith("/api/"):
        from permille.console import api_app  # pydantic takes its time: no page waits for it

        return api_app.answer(world, request, event, context, now)
    try:
        session = world.doors.session(request, now)
    except Exception as error:  # noqa: BLE001 - the border: whatever it is, a page says so
        return ResponseBuilder(_refused(world, request, error)).build(LambdaFunctionUrlEvent(dict(event)))  # type: ignore[arg-type]
    app = resolver()
    app.append_context(asked=Asked(world, request, session, now))  # type: ignore[no-untyped-call]
    return app.resolve(dict(event), context)


@cache
def resolver() -> LambdaFunctionUrlResolver:
    app = LambdaFunctionUrlResolver()
    for routes in (entrance.router, owner.router, desk.router):
        app.include_router(routes)

    @app.not_found
    def missing(_: Exception) -> Response[str]:
        return _say(app, MISSING)

    @app.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def failed(error: Exception) -> Response[str]:
        found = asked(app)
        return _refused(found.world, found.request, error)

    return app


def _say(app: LambdaFunctionUrlResolver, refusal: Refusal) -> Response[str]:
    found = asked(app)
    return said(found.world.pages, found.request, refusal)


def _refused(world: Console, request: Request, error: Exception) -> Response[str]:
    refusal = refusal_for(error)
    if refusal is BROKEN:
        logger.exception("page.failed", path=request.path)
    record("page.refused", path=request.path, status=int(refusal.status), why=str(error))
    return said(world.pages, request, refusal)
