"""A JSON API as an application: routes, validation by its OpenAPI document, and what becomes of errors."""

import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from permille.console.api.parameters import field_errors
from permille.console.api.problems import problem_for
from permille.console.context import AppServices
from permille.console.requests import Request
from permille.console.web_app import CONTEXT, WebApp
from permille.domain.values.errors import (
    InvalidInput,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    PermilleError,
    RequestTooLarge,
    UnsupportedMedia,
)

LARGEST_BODY = 16_384  # bytes; four times the longest valid request
LONGEST_NAME = 50  # of an unknown parameter, in the response
WITH_BODY = ("PATCH", "POST", "PUT")
_Operations = dict[str, frozenset[str]]  # the parameters of the query, by method


@dataclass(frozen=True, slots=True)
class JsonApi:
    """The parts of an API.

    name: prefix of its log events and metrics
    prefix: of all its paths
    routers: its routes
    describe: makes the OpenAPI document
    renamed: the field of a request, by the name that use cases have for it in errors; None: it is the same
    """

    name: str
    prefix: str
    routers: tuple[Router, ...]
    describe: Callable[[LambdaFunctionUrlResolver], dict[str, Any]]
    renamed: Callable[[str], str] | None = None

    @property
    def app(self) -> WebApp[Any]:
        """The application behind a function URL."""
        return WebApp(self.name, lambda: resolver_of(self), _to_response, self._translate, self._validate)

    def _translate(self, request: Request, error: Exception) -> Exception:
        """Replaces errors of Powertools by ours, and names fields as the request has them."""
        match error:
            case NotFoundError():
                return self._no_route(request)
            case RequestValidationError():
                return _invalid(error)
            case InvalidInput() if self.renamed and error.status is HTTPStatus.UNPROCESSABLE_ENTITY:
                return InvalidInput.of([(self.renamed(field), message) for field, message in error.errors])
            case _:
                return error

    def _no_route(self, request: Request) -> PermilleError:
        methods = self._operations_at(request.path)
        if not methods or request.method in methods:  # the latter where Powertools allows no such characters in paths
            return NotFound("there is nothing at this address")
        return MethodNotAllowed(sorted({*methods, *({"HEAD"} if "GET" in methods else ())}))

    def _operations_at(self, path: str) -> _Operations:
        return next((operations for address, operations in _addresses(self) if address.fullmatch(path)), {})

    def _validate(self, request: Request) -> None:
        """What Powertools would let pass: raises NotFound for control characters in the path, InvalidInput for unknown
        parameters of the query, and an error for a body that is not a JSON object."""
        if not request.path.isprintable():  # Powertools ignores a line break at the end
            raise NotFound("there is nothing at this address")
        names = self._operations_at(request.path).get(request.method)
        if names is None:
            return
        if unknown := sorted(set(request.query) - names):  # Powertools ignores a misspelled name
            raise InvalidInput.of([(f"query.{name[:LONGEST_NAME]}", "is not known here") for name in unknown])
        if request.method in WITH_BODY:
            _validate_body(request)


@cache
def resolver_of(api: JsonApi) -> LambdaFunctionUrlResolver:
    """All routes of an API, made once."""
    app = LambdaFunctionUrlResolver(
        enable_validation=True, response_validation_error_http_code=HTTPStatus.INTERNAL_SERVER_ERROR
    )
    for router in api.routers:
        app.include_router(router, prefix=api.prefix)

    @app.get(f"{api.prefix}/openapi.json", include_in_schema=False)
    def openapi() -> Response[str]:
        return Response(200, "application/json", openapi_text_of(api))

    @app.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def failed(error: Exception) -> Response[str]:
        return api.app.refuse(app.context[CONTEXT], error)

    return app


@cache
def openapi_text_of(api: JsonApi) -> str:
    """The OpenAPI document as it is served and checked in."""
    return json.dumps(api.describe(resolver_of(api)), indent=2, ensure_ascii=False) + "\n"


def _to_response(_: AppServices, request: Request, error: Exception) -> Response[str]:
    return problem_for(error, request.id)


def _invalid(error: RequestValidationError) -> PermilleError:
    """No account has an invalid id, so that is a 404."""
    errors = error.errors()
    if any(each["loc"][0] == "path" for each in errors):
        return NotFound("there is no such account")
    return InvalidInput.of(field_errors(errors))


@cache
def _addresses(api: JsonApi) -> list[tuple[re.Pattern[str], _Operations]]:
    """The paths of the OpenAPI document as patterns, with their operations."""
    paths = api.describe(resolver_of(api))["paths"] | {f"{api.prefix}/openapi.json": {"get": {}}}
    return [
        (
            re.compile(re.sub(r"\{\w+\}", "[^/]+", path)),
            {method.upper(): _query_names(operation) for method, operation in operations.items()},
        )
        for path, operations in paths.items()
    ]


def _query_names(operation: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(each["name"] for each in operation.get("parameters", []) if each["in"] == "query")


def _validate_body(request: Request) -> None:
    if request.header("content-type").partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedMedia("the body has to be application/json")
    if request.size > LARGEST_BODY:
        raise RequestTooLarge(f"the body is larger than {LARGEST_BODY:,} bytes")
    try:
        body = json.loads(request.body)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise MalformedRequest("the body is not valid JSON") from error
    if not isinstance(body, dict):
        raise InvalidInput("has to be an object", "body")
