"""A web application behind a function URL: checks the proxy, authenticates, validates, and runs the route."""

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
from permille.domain.values.errors import ConfirmationNeeded, InvalidInput, NotAuthenticated
from permille.observability import emit, emit_count, logger

CONTEXT = "ctx"  # the key of the RequestContext in the context of Powertools' routers
LONGEST_LOGGED_PATH = 200  # characters: anybody can request a path of any length
_NO_BODY = {"body": "", "isBase64Encoded": False, "cookies": []}


@dataclass(frozen=True, slots=True)
class WebApp(Generic[AnyServices]):
    """The pages, or the API.

    name: prefix of its log events and metrics, `page` or `api`
    resolver: makes the routes, and caches them
    to_response: the response for an error
    translate: replaces an error of Powertools by one of ours
    validate: checks an authenticated request before its route runs; raises
    """

    name: str
    resolver: Callable[[], LambdaFunctionUrlResolver]
    to_response: Callable[[AnyServices, Request, Exception], Response[str]]
    translate: Callable[[Request, Exception], Exception] = lambda _, error: error
    validate: Callable[[Request], None] = lambda _: None

    def answer(self, services: AnyServices, event: Mapping[str, Any], context: Any, now: datetime) -> dict[str, Any]:
        """The response to a function URL's event (payload format 2.0). HEAD is run as GET, and loses the body."""
        if not services.proxy.forwarded(event):  # before anything else of it is read
            emit_count("request.bypassed")
            return {"statusCode": 403, "headers": {**HEADERS, "Content-Type": "text/plain"}, **_NO_BODY}
        readable = _with_lower_case_media_type(event)
        method = Request(readable).method
        readable = _as_get(readable) if method == "HEAD" else readable
        ctx = RequestContext(services, Request(readable), now)
        response = self._respond(ctx, readable, context)
        access_log.write(ctx.request, method, ctx.optional_session, response["statusCode"])
        response["headers"] = {**HEADERS, **response["headers"]}
        return {**response, **_NO_BODY} if method == "HEAD" else response

    def _respond(self, ctx: RequestContext[AnyServices], event: dict[str, Any], context: Any) -> dict[str, Any]:
        try:
            ctx.optional_session = ctx.services.authenticator.session(ctx.request, ctx.now)
            self.validate(ctx.request)
        except Exception as error:  # noqa: BLE001 - the border: every error becomes a response
            builder: ResponseBuilder[Any] = ResponseBuilder(self.refuse(ctx, error))
            return builder.build(LambdaFunctionUrlEvent(event))
        app = self.resolver()
        app.append_context(**{CONTEXT: ctx})  # type: ignore[no-untyped-call]
        return app.resolve(event, context)

    def refuse(self, ctx: RequestContext[AnyServices], original: Exception) -> Response[str]:
        """The response for an error. The error is logged, without anything from query or body."""
        request, error = ctx.request, self.translate(ctx.request, original)
        response = self.to_response(ctx.services, request, error)
        fields = {"path": request.path[:LONGEST_LOGGED_PATH], "request": request.id}
        if response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.exception(f"{self.name}.failed", exc_info=original, extra=fields)
        emit(f"{self.name}.refused", **fields, status=response.status_code, why=_why(error))
        if isinstance(error, NotAuthenticated):
            emit_count(f"{self.name}.refused.unauthorized")
        return response


def _why(error: Exception) -> str:
    """For the log. Messages about a field, and about what has to be confirmed, can repeat what was sent: only the
    response has these."""
    match error:
        case InvalidInput() if any(field for field, _ in error.errors):
            return f"invalid values: {len(error.errors)}"
        case ConfirmationNeeded():
            return "it has to be confirmed"
        case _:
            return str(error)


def _as_get(event: dict[str, Any]) -> dict[str, Any]:
    request_context = event["requestContext"]
    return {**event, "requestContext": {**request_context, "http": {**request_context["http"], "method": "GET"}}}


def _with_lower_case_media_type(event: Mapping[str, Any]) -> dict[str, Any]:
    """Powertools reads a media type in lower case alone."""
    headers = dict(event.get("headers") or {})
    if "content-type" in headers:
        headers["content-type"] = headers["content-type"].lower()
    return {**event, "headers": headers}
