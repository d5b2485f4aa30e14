"""What pages and API have in common: whether a request went past CloudFront, then who is asking, then the rest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Generic

from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import ResponseBuilder
from aws_lambda_powertools.utilities.data_classes import LambdaFunctionUrlEvent

from permille.console import access_log
from permille.console.context import AnyServices, RequestContext
from permille.console.headers import HEADERS
from permille.console.requests import Request
from permille.domain.values.errors import InvalidInput, NotAuthenticated
from permille.observability import emit, emit_count, logger

LOGGED = 200  # characters of an address that may say anything
_NO_BODY = {"body": "", "isBase64Encoded": False, "cookies": []}


@dataclass(frozen=True, slots=True)
class Front(Generic[AnyServices]):
    """`name`: of its events in the log, `page` or `api`. `resolver`: the routes. `told`: what is answered where
    something cannot be done. `ours`: an error of Powertools' as one of ours. `check`: what of a request is looked at
    once it is known who is asking, and before the routes; it raises."""

    name: str
    resolver: Callable[[], LambdaFunctionUrlResolver]
    told: Callable[[AnyServices, Request, Exception], Response[str]]
    ours: Callable[[Request, Exception], Exception] = lambda _, error: error
    check: Callable[[Request], None] = lambda _: None

    def answer(self, services: AnyServices, event: Mapping[str, Any], context: Any, now: datetime) -> dict[str, Any]:
        """Answers a function URL's request (payload format 2.0). HEAD is answered as GET is, without the body."""
        if not services.proxy.sent(event):  # before anything of it is read
            emit_count("request.bypassed")
            return {"statusCode": 403, "headers": {**HEADERS, "Content-Type": "text/plain"}, **_NO_BODY}
        given = _readable(event)
        method = Request(given).method
        given = _as_get(given) if method == "HEAD" else given
        asked = RequestContext(services, Request(given), None, now)
        answered = self._answered(asked, given, context)
        access_log.write(asked.request, method, asked.session, answered["statusCode"])
        answered["headers"] = {**HEADERS, **answered["headers"]}
        return {**answered, **_NO_BODY} if method == "HEAD" else answered

    def _answered(self, asked: RequestContext[AnyServices], event: dict[str, Any], context: Any) -> dict[str, Any]:
        try:
            asked.session = asked.services.authenticator.session(asked.request, asked.now)
            self.check(asked.request)
        except Exception as error:  # noqa: BLE001 - the border: whatever it is, an answer says so
            refused: ResponseBuilder[Any] = ResponseBuilder(self.refused(asked, error))
            return refused.build(LambdaFunctionUrlEvent(event))
        app = self.resolver()
        app.append_context(asked=asked)  # type: ignore[no-untyped-call]
        return app.resolve(event, context)

    def refused(self, asked: RequestContext[AnyServices], error: Exception) -> Response[str]:
        """What is answered where something cannot be done. The log has it too, and nothing of what was sent."""
        request, found = asked.request, self.ours(asked.request, error)
        response = self.told(asked.services, request, found)
        about = {"path": request.path[:LOGGED], "request": request.id}
        if response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.exception(f"{self.name}.failed", exc_info=error, extra=about)
        emit(f"{self.name}.refused", **about, status=response.status_code, why=_why(found))
        if isinstance(found, NotAuthenticated):
            emit_count(f"{self.name}.refused.unauthorized")
        return response


def _why(error: Exception) -> str:
    return "; ".join(message for _, message in error.errors) if isinstance(error, InvalidInput) else str(error)


def _as_get(event: dict[str, Any]) -> dict[str, Any]:
    asking = event["requestContext"]
    return {**event, "requestContext": {**asking, "http": {**asking["http"], "method": "GET"}}}


def _readable(event: Mapping[str, Any]) -> dict[str, Any]:
    """Powertools takes a media type in small letters alone."""
    headers = dict(event.get("headers") or {})
    if "content-type" in headers:
        headers["content-type"] = headers["content-type"].lower()
    return {**event, "headers": headers}
