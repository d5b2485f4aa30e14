"""What the JSON API says where something cannot be done: problem details (RFC 9457), of which `status` tells machines
and `detail` people. None says more than who asks may know."""

import json
from http import HTTPStatus
from typing import Annotated, NotRequired

from aws_lambda_powertools.event_handler import Response
from typing_extensions import TypedDict

from permille.domain.values.errors import InvalidInput, MethodNotAllowed, NotGranted, PermilleError
from permille.schema.doc import Doc

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5
# RFC 9110's words, which are not in every Python the same.
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
# Where the error's own words are not for whoever asks.
_DETAILS = {
    HTTPStatus.UNAUTHORIZED: (
        "A token for host platforms is needed, and this is none that is in force: permille link platform."
    ),
    HTTPStatus.FORBIDDEN: "This token is not for host platforms.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong here. It was noted.",
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "The answer cannot be had right now. Ask again in a few seconds; the same request may be repeated."
    ),
}
_HEADERS = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": 'Bearer realm="permille"'},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": str(RETRY_AFTER_SECONDS)},
}


class FieldError(TypedDict):
    """What is wrong with one value of a request."""

    field: Annotated[str, Doc("Where it stands: query.limit, body.day.")]
    message: str


class Problem(TypedDict):
    """Problem details for HTTP APIs, RFC 9457."""

    type: Annotated[str, Doc("Always about:blank: the status says what kind of problem it is.")]
    title: str
    status: int
    detail: Annotated[str, Doc("What is wrong with this request, in words for people.")]
    instance: Annotated[str, Doc("The request, as the API's log names it.")]
    errors: NotRequired[Annotated[list[FieldError], Doc("Everything that is wrong with the request, 422 alone.")]]


def problem_for(error: Exception, request_id: str) -> Response[str]:
    """What who asks is told of an error: the status of its class, and no more than they may know."""
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
