"""Events of Lambda function URLs (payload format 2.0)."""

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

HOST = "console.example"
ORIGIN = f"https://{HOST}"
REQUEST_ID = "5a1b7c39-0000-4000-8000-000000000001"


def url_event(
    method: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    *,
    query: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """The event of a request. `query`: by default that in `path`. `body`: texts and bytes as they are, else as JSON."""
    parts = urlsplit(path) if query is None else None
    parameters = dict(parse_qsl(parts.query)) if parts else {name: str(value) for name, value in (query or {}).items()}
    raw_path = parts.path if parts else path
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": raw_path,
        "rawQueryString": parts.query if parts else urlencode(query or {}),
        "headers": {name.lower(): value for name, value in (headers or {}).items()} | {"x-forwarded-proto": "https"},
        "requestContext": {
            "domainName": HOST,
            "http": {"method": method, "path": raw_path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
            "requestId": REQUEST_ID,
            "stage": "$default",
        },
        **_body(body),
    }
    if cookies := event["headers"].pop("cookie", ""):
        event["cookies"] = [one.strip() for one in cookies.split(";")]
    if parameters:
        event["queryStringParameters"] = parameters
    return event


def _body(body: Any) -> dict[str, Any]:
    """AWS encodes a body in Base64 unless it is text, and leaves an empty one out."""
    if not body and isinstance(body, str | bytes | None):
        return {"isBase64Encoded": False}
    if isinstance(body, bytes):
        return {"body": b64encode(body).decode(), "isBase64Encoded": True}
    return {"body": body if isinstance(body, str) else json.dumps(body), "isBase64Encoded": False}
