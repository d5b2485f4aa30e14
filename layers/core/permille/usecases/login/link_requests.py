"""Requests to the function Access and its answers, in JSON: POST {audience, name, seconds}; for a platform's token also
scopes and accounts."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from permille.domain.login.links import LINKS, Grant, LinkRole, Scope
from permille.domain.people.system_commands import MakeLink
from permille.domain.values.errors import InvalidInput, MalformedRequest, NotFound, PermilleError
from permille.observability import emit, logger
from permille.usecases.login.iam_caller import caller_of
from permille.usecases.login.issue_links import IssueServices, issue_link

# Names in requests of a command's fields.
FIELDS = {"role": "audience", "scope": "scopes", "account": "accounts", "lasts": "seconds"}


def answer_request(services: IssueServices, event: Mapping[str, Any], invocation: str, now: datetime) -> dict[str, Any]:
    """The response to a request. `invocation`: the id of this invocation, as the Lambda runtime has it."""
    try:
        by = caller_of(event, invocation)
        issued = issue_link(services, _command(event, by), now)
    except PermilleError as error:
        emit("link.refused", status=int(error.status), why=str(error))
        return _json(error.status, _problem(error))
    except Exception:  # noqa: BLE001 - at the border every answer is JSON
        logger.exception("link.failed")
        return _json(HTTPStatus.INTERNAL_SERVER_ERROR, {"detail": "something went wrong; the function's log says what"})
    emit("link.made", audience=issued.claims.role, subject=issued.claims.subject, by=by)
    return _json(HTTPStatus.CREATED, {"token": issued.token, "expires_at": issued.claims.expires_at.isoformat()})


def _command(event: Mapping[str, Any], by: str) -> MakeLink:
    """Parses the request. Raises InvalidInput, and NotFound for another method or path."""
    http = event["requestContext"]["http"]
    if (http["method"], event.get("rawPath")) != ("POST", LINKS):
        raise NotFound(f"use POST {LINKS}")
    request = _body(event)
    role = _text(request, "audience")
    if role not in (LinkRole.STAFF, LinkRole.PLATFORM):
        raise InvalidInput(f"must be {LinkRole.STAFF} or {LinkRole.PLATFORM}", "audience")
    grant = _grant(request) if role == LinkRole.PLATFORM else None
    return MakeLink(role=LinkRole(role), name=_text(request, "name"), lasts=_lasts(request), by=by, grant=grant)


def _grant(request: Mapping[str, Any]) -> Grant:
    scopes, accounts = _texts(request, "scopes"), _texts(request, "accounts")
    if unknown := {*scopes} - {*Scope}:
        raise InvalidInput(f"must be {' or '.join(Scope)}, not {min(unknown)!r}", "scopes")
    return Grant(frozenset(map(Scope, scopes)), tuple(accounts))


def _texts(request: Mapping[str, Any], name: str) -> list[str]:
    texts = request.get(name)
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise InvalidInput("must be a list of strings", name)
    return texts


def _text(request: Mapping[str, Any], name: str) -> str:
    if not isinstance(request.get(name), str):
        raise InvalidInput("must be a string", name)
    return str(request[name])


def _lasts(request: Mapping[str, Any]) -> timedelta:
    seconds = request.get("seconds")
    if type(seconds) is not int or not 0 < seconds < 10**9:
        raise InvalidInput("must be a positive whole number of seconds", "seconds")
    return timedelta(seconds=seconds)


def _body(event: Mapping[str, Any]) -> dict[str, Any]:
    try:
        body = event.get("body") or ""
        parsed = json.loads(base64.b64decode(body) if event.get("isBase64Encoded") else body)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise MalformedRequest("the body is not valid JSON") from error
    if not isinstance(parsed, dict):
        raise MalformedRequest("the body is not a JSON object")
    return parsed


def _problem(error: PermilleError) -> dict[str, Any]:
    wrong = error.errors if isinstance(error, InvalidInput) else []
    return {
        "detail": str(error),
        "errors": [{"field": FIELDS.get(field, field), "message": message} for field, message in wrong],
    }


def _json(status: HTTPStatus, body: Mapping[str, Any]) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return {"statusCode": int(status), "headers": headers, "body": json.dumps(body, ensure_ascii=False)}
