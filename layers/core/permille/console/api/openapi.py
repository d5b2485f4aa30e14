"""The OpenAPI document of the JSON API, and what its operations have in common."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer, SecurityScheme, Server

from permille import __version__
from permille.console.api.problems import MEDIA_TYPE, TITLES, Problem

BEARER = "bearer"
EXAMPLES = "examples.json"  # what the API really answers, by operation and status
DESCRIPTION = """The API of a host platform: the sending accounts of its customers. Every response is JSON; errors
are problem details (RFC 9457). Instants are ISO 8601 in UTC. New fields may be added within a version. The command
`permille link platform` issues the bearer token: with the scope `read` for GET and HEAD, `write` for all other methods,
for all accounts or for named ones."""
_ALWAYS = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
PAGED = (HTTPStatus.BAD_REQUEST,)
WRITING = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
MEANINGS = {
    HTTPStatus.BAD_REQUEST: "The body cannot be parsed, or the cursor does not belong to this list.",
    HTTPStatus.UNAUTHORIZED: "The token is missing, invalid, expired or revoked.",
    HTTPStatus.FORBIDDEN: "The token is not a host platform's, does not cover this account, or lacks the scope.",
    HTTPStatus.NOT_FOUND: "The account does not exist.",
    HTTPStatus.CONFLICT: "The state of the account does not allow it, or a request with this idempotency key still "
    "runs; `detail` says which.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is not JSON.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The request is invalid; `errors` lists every invalid field.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "An unexpected error. It is logged.",
    HTTPStatus.SERVICE_UNAVAILABLE: "A dependency is unavailable; retry after the seconds of Retry-After.",
}
_RETRY_AFTER = {"description": "Seconds.", "schema": {"type": "integer"}, "required": True}
_CHALLENGE = {
    "description": "Bearer. Lambda function URLs return WWW-Authenticate under this name.",
    "schema": {"type": "string"},
}
_MODEL_NAME = re.compile(r'"(#/components/schemas/)?(\w+)Json"')


def operation(
    name: str, summary: str, description: str, response: str, problems: Iterable[HTTPStatus] = ()
) -> dict[str, Any]:
    """Keyword arguments of a Powertools route. `response` describes a 200; `problems` are the statuses that this
    operation has beside those of every operation."""
    return described(name, summary, description, response, {one: MEANINGS[one] for one in (*_ALWAYS, *problems)})


def described(
    name: str,
    summary: str,
    description: str,
    response: str,
    problems: Mapping[HTTPStatus, str],
    security: str = BEARER,
) -> dict[str, Any]:
    """The same. `problems`: what each status means; `security`: the scheme by which requests are authenticated."""
    return {
        "operation_id": name,
        "summary": summary,
        "description": description,
        "security": [{security: []}],
        "responses": {200: {"description": response}, **_problems(problems)},
    }


def _problems(meanings: Mapping[HTTPStatus, str]) -> dict[int, Any]:
    return {int(status): _problem(status, meanings[status]) for status in sorted(meanings)}


def _problem(status: HTTPStatus, meaning: str) -> dict[str, Any]:
    return {
        "description": f"{TITLES[status]}. {meaning}",
        "content": {MEDIA_TYPE: {"model": Problem}},
        **({"headers": {"Retry-After": _RETRY_AFTER}} if status is HTTPStatus.SERVICE_UNAVAILABLE else {}),
        **({"headers": {"x-amzn-Remapped-WWW-Authenticate": _CHALLENGE}} if status is HTTPStatus.UNAUTHORIZED else {}),
    }


@dataclass(frozen=True, slots=True)
class Head:
    """What stands at the beginning of a document. `examples`: the file of what the API really answers."""

    title: str
    description: str
    server: str
    security: Mapping[str, SecurityScheme]
    examples: str


_HEAD = Head(
    title="Permille",
    description=DESCRIPTION,
    server="The stack's output ApiUrl, which `permille link platform` prints.",
    security={BEARER: HTTPBearer(bearerFormat="JWT", description="A host platform's token: permille link platform.")},
    examples=EXAMPLES,
)


def document(app: LambdaFunctionUrlResolver, head: Head = _HEAD) -> dict[str, Any]:
    """The OpenAPI document, as it is served and checked in; by default that of the function Api."""
    text = app.get_openapi_json_schema(
        title=head.title,
        version=__version__,
        openapi_version="3.1.0",
        description=" ".join(head.description.split()),
        servers=[Server(url="/", description=head.server)],
        security_schemes=dict(head.security),
    )
    found: dict[str, Any] = json.loads(_without_suffix(text))
    for unused in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        found["components"]["schemas"].pop(unused, None)
    examples = json.loads((Path(__file__).parent / head.examples).read_text(encoding="utf-8"))
    for operations in found["paths"].values():
        for each in operations.values():
            _correct_responses(each)
            _correct_parameters(each)
            _add_examples(each, examples.get(each["operationId"], {}))
    return found


def _without_suffix(text: str) -> str:
    """Names each component as its class of schema/, without the suffix that tells it from the domain's: Account, not
    AccountJson."""
    return _MODEL_NAME.sub(r'"\1\2"', text)


def _correct_responses(described: dict[str, Any]) -> None:
    """Removes the validation errors that Powertools describes by itself, and describes a 500 as a problem."""
    responses = described["responses"]
    for status, response in list(responses.items()):
        if "ValidationError" in json.dumps(response):
            del responses[status]
    error = HTTPStatus.INTERNAL_SERVER_ERROR
    responses["500"] = {
        "description": f"{TITLES[error]}. {MEANINGS[error]}",
        "content": responses["503"]["content"],
    }
    described["responses"] = dict(sorted(responses.items()))


def _correct_parameters(described: dict[str, Any]) -> None:
    """Removes null from the types of parameters, since no query can express it, and what the parameter itself says."""
    for parameter in described.get("parameters", []):
        parameter["name"] = parameter["name"].title() if parameter["in"] == "header" else parameter["name"]
        schema = parameter["schema"]
        [value_type] = [each for each in schema.pop("anyOf", [{}]) if each.get("type") != "null"]
        kept = {name: value for name, value in schema.items() if name not in ("title", "description")}
        parameter["schema"] = kept | value_type


def _add_examples(described: dict[str, Any], answers: Mapping[str, Any]) -> None:
    """Adds the examples of an operation to its responses. `answers`: by status."""
    for status, answer in answers.items():
        [content] = described["responses"][status]["content"].values()
        content["example"] = answer
