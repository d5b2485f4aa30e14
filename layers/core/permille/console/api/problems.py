"""Errors of the JSON API as problem details (RFC 9457): `status` is for machines, `detail` for people. They say no more
than the client may know."""

import json
from http import HTTPStatus
from typing import Annotated, NotRequired

from aws_lambda_powertools.event_handler import Response
from typing_extensions import TypedDict

from permille.domain.values.errors import InvalidInput, MethodNotAllowed, NotGranted, PermilleError
from permille.schema.doc import Doc

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5
# The phrases of RFC 9110. HTTPStatus.phrase differs between versions of Python.
TITLES = {
    HTTPStatus.BAD_REQUEST: "Bad Request",
    HTTPStatus.UNAUTHORIZED: "Unauthorized",
    HTTPStatus.FORBIDDEN: "Forbidden",
    HTTPStatus.NOT_FOUND: "Not Found",
    HTTPStatus.METHOD_NOT_ALLOWED: "Method Not Allowed",
    HTTPStatus.CONFLICT: "Conflict",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Content Too Large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Unsupported Media Type",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Unprocessable Content",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Internal Server Error",
    HTTPStatus.SERVICE_UNAVAILABLE: "Service Unavailable",
}
# Details of the statuses whose errors must not be shown in their own words.
_DETAILS = {
    HTTPStatus.UNAUTHORIZED: "a valid token for host platforms is needed: permille link platform --name NAME",
    HTTPStatus.FORBIDDEN: "this token is not for host platforms",
    HTTPStatus.INTERNAL_SERVER_ERROR: "an unexpected error, which is logged",
    HTTPStatus.SERVICE_UNAVAILABLE: "a dependency is unavailable; retry in a few seconds, which is safe",
}
_HEADERS = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": 'Bearer realm="permille"'},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": str(RETRY_AFTER_SECONDS)},
}


class FieldError(TypedDict):
    """An invalid field of a request."""

    field: Annotated[str, Doc("Its place: query.limit, body.day.")]
    message: str


class Problem(TypedDict):
    """Problem details for HTTP APIs (RFC 9457)."""

    type: Annotated[str, Doc("Always about:blank: the status says what kind of problem it is.")]
    title: Annotated[str, Doc("The phrase of the status.")]
    status: Annotated[int, Doc("The HTTP status.")]
    detail: Annotated[str, Doc("What is wrong with this request, for people, in the words of the command's errors.")]
    instance: Annotated[str, Doc("The id of the request, as the API's log has it.")]
    errors: NotRequired[Annotated[list[FieldError], Doc("Every invalid field; with status 422 alone.")]]


def problem_for(error: Exception, request_id: str) -> Response[str]:
    """The response for an error, with the status of its class; 500 for errors that are not ours."""
    status = error.status if isinstance(error, PermilleError) else HTTPStatus.INTERNAL_SERVER_ERROR
    problem: Problem = {
        "type": "about:blank",
        "title": TITLES[status],
        "status": int(status),
        "detail": str(error) if isinstance(error, NotGranted) else _DETAILS.get(status) or str(error),
        "instance": f"urn:permille:request:{request_id}",
    }
    if isinstance(error, InvalidInput) and status is HTTPStatus.UNPROCESSABLE_ENTITY:
        problem["errors"] = [{"field": field, "message": message} for field, message in error.errors]
    headers: dict[str, str | list[str]] = {**_HEADERS.get(status, {})}
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = error.allowed
    return Response(int(status), MEDIA_TYPE, json.dumps(problem), headers=headers)
