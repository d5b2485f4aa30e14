"""What the JSON API says where something cannot be done: problem details (RFC 9457), of which `status` tells machines
and `detail` people. None says more than who asks may know."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, NotRequired

from aws_lambda_powertools.event_handler import Response
from typing_extensions import TypedDict

from permille.console.sessions import Forbidden
from permille.domain.links import NoEntry
from permille.domain.staff import Refused
from permille.errors import Unavailable
from permille.shapes import Means

MEDIA_TYPE = "application/problem+json"
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
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


class FieldError(TypedDict):
    """What is wrong with one value of a request."""

    field: Annotated[str, Means("Where it stands: query.limit, body.day.")]
    message: str


class Problem(TypedDict):
    """Problem details for HTTP APIs, RFC 9457."""

    type: Annotated[str, Means("Always about:blank: the status says what kind of problem it is.")]
    title: str
    status: int
    detail: Annotated[str, Means("What is wrong with this request, in words for people.")]
    instance: Annotated[str, Means("The request, as the console's log names it.")]
    errors: NotRequired[Annotated[list[FieldError], Means("Everything that is wrong with the request, 422 alone.")]]


class Wrong(Exception):
    """A request that cannot be answered as it was asked."""

    def __init__(self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers or {}


class Invalid(Wrong):
    """Values of a request are not what they have to be."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__(
            HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(f"{one['field']}: {one['message']}" for one in errors)
        )
        self.errors = errors


def wrong(error: Exception) -> Wrong:
    """What who asks is told of an error."""
    match error:
        case Wrong():
            return error
        case Forbidden():
            return Wrong(HTTPStatus.FORBIDDEN, "This token is not for host platforms.")
        case NoEntry():
            detail = "A token for host platforms is needed, and this is none that is in force: permille link platform."
            return Wrong(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": 'Bearer realm="permille"'})
        case Refused():
            return Wrong(HTTPStatus.CONFLICT, str(error))
        case Unavailable():
            detail = "The answer cannot be had right now. Ask again in a few seconds; the same request may be repeated."
            return Wrong(HTTPStatus.SERVICE_UNAVAILABLE, detail, {"Retry-After": str(RETRY_AFTER_SECONDS)})
        case _:
            return Wrong(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here. It was noted.")


def said(found: Wrong, request_id: str) -> Response[str]:
    problem: Problem = {
        "type": "about:blank",
        "title": TITLES[found.status],
        "status": int(found.status),
        "detail": found.detail,
        "instance": f"urn:permille:request:{request_id}",
    }
    if isinstance(found, Invalid):
        problem["errors"] = found.errors
    headers: dict[str, str | list[str]] = {**HEADERS, **found.headers}
    return Response(int(found.status), MEDIA_TYPE, json.dumps(problem), headers=headers)
