"""A host platform that calls the JSON API on fakes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.support.builders import NOW, LambdaContext
from tests.support.fakes import FakePolicies, FakeTokenSigner, Rows
from tests.support.function_url import url_event
from tests.support.sentences import hold_to_style
from tests.support.visiting import EVERYTHING, FakeWeb, a_token

from permille.console.api import api_app
from permille.console.api.context import ApiServices
from permille.console.api.problems import MEDIA_TYPE
from permille.domain.login.links import Grant, LinkRole


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of either API. A problem is held to the style of errors."""

    status: int
    headers: dict[str, str]
    text: str

    def __post_init__(self) -> None:
        if self.text and self.headers.get("content-type") == MEDIA_TYPE:  # HEAD has no body
            hold_to_style(self.json)

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(slots=True)
class Platform:
    """Calls the API, by default with a token of its own."""

    rows: Rows = field(default_factory=Rows)
    signer: FakeTokenSigner = field(default_factory=FakeTokenSigner)
    policies: FakePolicies = field(default_factory=FakePolicies)

    @property
    def world(self) -> ApiServices:
        return FakeWeb(self.rows, self.signer, self.policies).api

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
        headers = {name: value for name, value in sent.items() if value}
        event = url_event(method, path, headers, body, query=query or {})
        answered = api_app.answer(self.world, event, LambdaContext(), now)
        return Answer(
            answered["statusCode"], {k.lower(): str(v) for k, v in answered["headers"].items()}, answered["body"]
        )
