"""A host platform that asks the JSON API, over ports kept in memory."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from tests.support.builders import NOW, LambdaContext
from tests.support.fakes import FakePolicies, FakeTokenSigner, Rows
from tests.support.visiting import EVERYTHING, World, a_token

from permille.console.api import api_app
from permille.console.api.context import ApiServices
from permille.domain.login.links import Grant, LinkRole

REQUEST_ID = "5a1b7c39-0000-4000-8000-000000000001"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(slots=True)
class Platform:
    """Asks with a token of its own, unless another is given."""

    rows: Rows = field(default_factory=Rows)
    signer: FakeTokenSigner = field(default_factory=FakeTokenSigner)
    policies: FakePolicies = field(default_factory=FakePolicies)

    @property
    def world(self) -> ApiServices:
        return World(self.rows, self.signer, self.policies).api

    def token(
        self,
        audience: LinkRole = LinkRole.PLATFORM,
        subject: str = "crm",
        made_at: datetime = NOW,
        grant: Grant = EVERYTHING,
    ) -> str:
        return a_token(self.signer, self.rows, audience, subject, made_at, grant)

    def ask(
        self,
        path: str,
        method: str = "GET",
        *,
        query: Mapping[str, object] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        now: datetime = NOW,
    ) -> Answer:
        """`body`: texts and bytes as they are, anything else as JSON. An empty header is left out."""
        known = {"authorization": f"Bearer {self.token()}"} if headers is None or "authorization" not in headers else {}
        known |= {} if body is None else {"content-type": "application/json"}
        sent = known | dict(headers or {})
        event = url_event(method, path, query or {}, {name: value for name, value in sent.items() if value}, body)
        answered = api_app.answer(self.world, event, LambdaContext(), now)
        return Answer(
            answered["statusCode"], {k.lower(): str(v) for k, v in answered["headers"].items()}, answered["body"]
        )


def url_event(
    method: str, path: str, query: Mapping[str, object], headers: Mapping[str, str], body: Any = None
) -> dict[str, Any]:
    """What a function URL hands over (payload format 2.0)."""
    text, encoded = _sent(body)
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": urlencode(query),
        "queryStringParameters": {name: str(value) for name, value in query.items()} or None,
        "headers": dict(headers),
        "requestContext": {
            "domainName": "console.example",
            "http": {"method": method, "path": path},
            "requestId": REQUEST_ID,
            "stage": "$default",
        },
        "body": text,
        "isBase64Encoded": encoded,
    }


def _sent(body: Any) -> tuple[str | None, bool]:
    """The body, and whether it is in Base64: AWS does that with what is no text."""
    if isinstance(body, bytes):
        return (b64encode(body).decode(), True) if body else (None, False)
    return (body, False) if isinstance(body, str | None) else (json.dumps(body), False)
