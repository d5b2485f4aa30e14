"""The proxy: a request that bypasses CloudFront is refused before it is read."""

import logging
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from tests.support.builders import ACCOUNT, NOW, LambdaContext
from tests.support.function_url import url_event
from tests.support.measured import Measured
from tests.support.visiting import FakeWeb

from permille.console.api import api_app
from permille.console.proxy import HEADER, Proxy
from permille.console.site import site_app
from permille.domain.login.links import LinkRole

OLD, NEW = "5f2d" * 16, "a81c" * 16
PATHS = ["/", "/guide", "/style.css", "/enter?token=x", f"/report/{ACCOUNT}", "/desk", "/nowhere"]
OF_THE_API = ["/api/v1/openapi.json", f"/api/v1/accounts/{ACCOUNT}", "/api/nowhere"]


def digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


@pytest.fixture
def world() -> FakeWeb:
    """As it is while the value is changed."""
    world, proxy = FakeWeb(), Proxy.of(f"{digest(OLD)},{digest(NEW)}")
    world.console, world.api = replace(world.console, proxy=proxy), replace(world.api, proxy=proxy)
    return world


WRONG = [None, "", "x", OLD[:-1], OLD + " ", OLD.upper(), digest(OLD), f"{OLD},{NEW}", "\ud800"]


@pytest.mark.parametrize("value", WRONG)
@pytest.mark.parametrize("path", PATHS + OF_THE_API)
def test_a_request_that_bypasses_cloudfront_is_refused(world: FakeWeb, path: str, value: str | None) -> None:
    token = world.token(LinkRole.PLATFORM, "crm")
    headers = {"authorization": f"Bearer {token}"} | ({} if value is None else {HEADER: value})
    world.faults.calls.clear()

    answer = world.ask(url_event("GET", path, headers))

    assert (answer.status, answer.body, world.faults.calls) == (403, "", [])


@pytest.mark.parametrize("value", [OLD, NEW])
def test_during_a_rotation_both_values_are_accepted(world: FakeWeb, value: str) -> None:
    authorization = f"Bearer {world.token(LinkRole.PLATFORM, 'crm')}"

    assert world.ask(url_event("GET", "/guide", {HEADER: value})).status == 200
    asked = url_event("GET", f"/api/v1/accounts/{ACCOUNT}", {HEADER: value, "authorization": authorization})
    assert world.ask(asked).status == 200
    assert world.ask(url_event("GET", "/desk", {HEADER: value})).status == 401


@pytest.mark.parametrize("event", [{}, {"headers": None}, {"headers": {}, "requestContext": None, "body": "x"}])
def test_a_bypassing_request_is_not_read(
    world: FakeWeb, event: dict[str, Any], logged: list[logging.LogRecord], measured: Measured
) -> None:
    answers = [
        site_app.answer(world.console, event, LambdaContext(), NOW),
        api_app.answer(world.api, event, LambdaContext(), NOW),
    ]

    assert [answer["statusCode"] for answer in answers] == [403, 403]
    assert logged == []
    assert measured.values() == {"request.bypassed": [1.0, 1.0]}


def test_without_digests_the_header_is_not_needed() -> None:
    assert Proxy.of("") == Proxy()
    assert Proxy().forwarded({})


@pytest.mark.parametrize("headers", [{}, {HEADER: ""}, {HEADER: None}])
def test_an_empty_value_is_never_accepted(headers: dict[str, Any]) -> None:
    """As where the secret was an unset variable of a shell."""
    assert not Proxy.of(digest("")).forwarded({"headers": headers})
