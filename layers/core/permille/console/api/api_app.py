"""The JSON API: it alone needs pydantic, and tells machines what cannot be done."""

import binascii
import json
import re
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from permille.console.api import routes
from permille.console.api.context import ApiServices, context
from permille.console.api.openapi import document
from permille.console.api.parameters import in_words
from permille.console.api.problems import problem_for
from permille.console.front import Front
from permille.console.requests import Request
from permille.domain.values.errors import (
    InvalidInput,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    PermilleError,
    RequestTooLarge,
    UnsupportedMedia,
)

PREFIX = "/api/v1"
LARGEST_BODY = 16_384  # bytes; the longest request that there is has a quarter of it


@cache
def resolver() -> LambdaFunctionUrlResolver:
    app = LambdaFunctionUrlResolver(
        enable_validation=True, response_validation_error_http_code=HTTPStatus.INTERNAL_SERVER_ERROR
    )
    app.include_router(routes.router, prefix=PREFIX)

    @app.get(f"{PREFIX}/openapi.json", include_in_schema=False)
    def openapi() -> Response[str]:
        return Response(200, "application/json", openapi_text())

    @app.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def failed(error: Exception) -> Response[str]:
        return FRONT.refused(context(app), error)

    return app


@cache
def openapi_text() -> str:
    """The document as it is served and checked in (docs/openapi.json)."""
    return json.dumps(document(resolver()), indent=2, ensure_ascii=False) + "\n"


def _told(_: ApiServices, request: Request, error: Exception) -> Response[str]:
    return problem_for(error, request.id)


def _translated(request: Request, error: Exception) -> Exception:
    """Powertools' errors as ours."""
    match error:
        case NotFoundError():
            return _missing(request)
        case RequestValidationError():
            return _invalid(error)
        case _:
            return error


def _missing(request: Request) -> PermilleError:
    methods = _methods_of(request.path)
    if not methods or request.method in methods:  # an id that has signs in it which Powertools takes in no address
        return NotFound("There is nothing at this address.")
    return MethodNotAllowed(sorted({*methods, *({"HEAD"} if "GET" in methods else ())}))


@cache
def _addresses() -> list[tuple[re.Pattern[str], dict[str, frozenset[str]]]]:
    """What can be done where, and by which names in the query, as the OpenAPI document has it."""
    described = document(resolver())["paths"] | {f"{PREFIX}/openapi.json": {"get": {}}}
    return [
        (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), {name.upper(): _query_of(one) for name, one in methods.items()})
        for path, methods in described.items()
    ]


def _query_of(operation: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(one["name"] for one in operation.get("parameters", []) if one["in"] == "query")


def _methods_of(path: str) -> dict[str, frozenset[str]]:
    return next((methods for address, methods in _addresses() if address.fullmatch(path)), {})


def _invalid(error: RequestValidationError) -> PermilleError:
    """An id that no account can have is one that no account has."""
    errors = error.errors()
    if any(one["loc"][0] == "path" for one in errors):
        return NotFound("There is no such account.")
    return InvalidInput.of(in_words(errors))


def _check(request: Request) -> None:
    """Raises NotFound or InvalidInput where the address is none, the query has unknown names, or the body is none that
    can be read."""
    if not request.path.isprintable():  # a newline at its end would be passed over
        raise NotFound("There is nothing at this address.")
    known = _methods_of(request.path).get(request.method)
    if known is None:
        return
    if unknown := sorted(set(request.query) - known):  # a name that is mistyped would be passed over
        raise InvalidInput.of([(f"query.{name[:50]}", "is not known here") for name in unknown])
    if request.method == "PUT":
        _check_body(request)


def _check_body(request: Request) -> None:
    if request.header("content-type").partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedMedia("The body has to be application/json.")
    if request.size > LARGEST_BODY:
        raise RequestTooLarge(f"The body is larger than {LARGEST_BODY:,} bytes.")
    try:
        body = json.loads(request.body)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise MalformedRequest("The body is no JSON that can be read.") from error
    if not isinstance(body, dict):
        raise InvalidInput("has to be an object", "body")


FRONT = Front("api", resolver, _told, _translated, _check)
answer = FRONT.answer
