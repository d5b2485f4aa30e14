"""The OpenAPI document of the JSON API, and what its operations have in common in it."""

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer, Server

from permille import __version__
from permille.console.api.problems import MEDIA_TYPE, TITLES, Problem

BEARER = "bearer"
DESCRIPTION = """What a host platform asks Permille about the sending accounts of its customers. Every answer is JSON;
where something cannot be done, it is problem details (RFC 9457). Instants are ISO 8601 in UTC. New fields may come
within a version. `permille link platform` makes the bearer token: with the scope `read` for GET and HEAD, `write` for
everything else, and for all accounts or those that it names."""
_ALWAYS = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
LISTED = (HTTPStatus.BAD_REQUEST,)
WRITTEN = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
_MEANINGS = {
    HTTPStatus.BAD_REQUEST: "The body cannot be read, or the cursor is not one of this list.",
    HTTPStatus.UNAUTHORIZED: "There is no token, or none that is in force.",
    HTTPStatus.FORBIDDEN: "The token is not one for host platforms, or not for this account; or it lacks a scope.",
    HTTPStatus.NOT_FOUND: "There is no such account.",
    HTTPStatus.CONFLICT: "It does not suit the account as it stands; the detail says why.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is not JSON.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Values are not what they have to be; `errors` names each.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong here.",
    HTTPStatus.SERVICE_UNAVAILABLE: "It cannot be answered now; repeat the request after Retry-After.",
}


def operation(
    name: str, summary: str, description: str, answers: str, problems: Iterable[HTTPStatus] = ()
) -> dict[str, Any]:
    """What Powertools takes of an operation: `answers` is what a 200 holds."""
    statuses = sorted({*_ALWAYS, *problems})
    return {
        "operation_id": name,
        "summary": summary,
        "description": description,
        "security": [{BEARER: []}],
        "responses": {200: {"description": answers}} | {int(status): _problem(status) for status in statuses},
    }


def _problem(status: HTTPStatus) -> dict[str, Any]:
    return {
        "description": f"{TITLES[status]}. {_MEANINGS[status]}",
        "content": {MEDIA_TYPE: {"model": Problem}},
        **({"headers": {"Retry-After": _RETRY_AFTER}} if status is HTTPStatus.SERVICE_UNAVAILABLE else {}),
        **({"headers": {"x-amzn-Remapped-WWW-Authenticate": _CHALLENGE}} if status is HTTPStatus.UNAUTHORIZED else {}),
    }


_RETRY_AFTER = {"description": "Seconds.", "schema": {"type": "integer"}, "required": True}
_CHALLENGE = {
    "description": "Bearer. AWS hands WWW-Authenticate over under this name where a function URL answers.",
    "schema": {"type": "string"},
}


def document(app: LambdaFunctionUrlResolver) -> dict[str, Any]:
    """The OpenAPI document, as it is served and checked in."""
    made: dict[str, Any] = json.loads(
        app.get_openapi_json_schema(
            title="Permille",
            version=__version__,
            openapi_version="3.1.0",
            description=" ".join(DESCRIPTION.split()),
            servers=[Server(url="/", description="The stack's output ApiUrl, which `permille link platform` prints.")],
            security_schemes={
                BEARER: HTTPBearer(bearerFormat="JWT", description="A host platform's token: permille link platform.")
            },
        )
    )
    for unused in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        made["components"]["schemas"].pop(unused, None)
    for operations in made["paths"].values():
        for one in operations.values():
            _mend(one)
    return made


def _mend(described: dict[str, Any]) -> None:
    """Powertools describes errors that it would tell by itself, and parameters that may be null, which no address can
    say."""
    for status, response in list(described["responses"].items()):
        if "ValidationError" in json.dumps(response):
            del described["responses"][status]
    described["responses"]["500"] = _answer(described["responses"]["503"], HTTPStatus.INTERNAL_SERVER_ERROR)
    described["responses"] = dict(sorted(described["responses"].items()))
    for parameter in described.get("parameters", []):
        schema = parameter["schema"]
        [given] = [one for one in schema.pop("anyOf", [{}]) if one.get("type") != "null"]
        parameter["schema"] = {name: value for name, value in schema.items() if name not in _SAID_BESIDE} | given


_SAID_BESIDE = ("title", "description")


def _answer(like: dict[str, Any], status: HTTPStatus) -> dict[str, Any]:
    return {"description": f"{TITLES[status]}. {_MEANINGS[status]}", "content": like["content"]}
