"""What pages and API have in common: who is asking is settled before any route is looked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic

from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import ResponseBuilder
from aws_lambda_powertools.utilities.data_classes import LambdaFunctionUrlEvent

from permille.console.requests import Request
from permille.console.world import AnySite, Asked

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Front(Generic[AnySite]):
    """`resolver`: the routes. `refused`: how an error is told. `check`: what of a request is looked at once it is known
    who is asking, and before the routes; it raises."""

    resolver: Callable[[], LambdaFunctionUrlResolver]
    refused: Callable[[AnySite, Request, Exception], Response[str]]
    check: Callable[[Request], None] = lambda _: None

    def answer(self, world: AnySite, event: Event, context: Any, now: datetime) -> dict[str, Any]:
        """Answers a function URL's request (payload format 2.0). HEAD is answered as GET is, without the body."""
        given = _readable(event)
        if Request(given).method == "HEAD":
            answered = self._answered(world, _as_get(given), context, now)
            return {**answered, "body": "", "isBase64Encoded": False, "cookies": []}
        return self._answered(world, given, context, now)

    def _answered(self, world: AnySite, event: dict[str, Any], context: Any, now: datetime) -> dict[str, Any]:
        request, app = Request(event), self.resolver()
        try:
            session = world.doors.session(request, now)
            self.check(request)
        except Exception as error:  # noqa: BLE001 - the border: whatever it is, an answer says so
            refused: ResponseBuilder[Any] = ResponseBuilder(self.refused(world, request, error))
            return refused.build(LambdaFunctionUrlEvent(event))
        app.append_context(asked=Asked(world, request, session, now))  # type: ignore[no-untyped-call]
        return app.resolve(event, context)


def _as_get(event: dict[str, Any]) -> dict[str, Any]:
    asking = event["requestContext"]
    return {**event, "requestContext": {**asking, "http": {**asking["http"], "method": "GET"}}}


def _readable(event: Event) -> dict[str, Any]:
    """Powertools takes a media type in small letters alone."""
    headers = dict(event.get("headers") or {})
    if "content-type" in headers:
        headers["content-type"] = headers["content-type"].lower()
    return {**event, "headers": headers}
