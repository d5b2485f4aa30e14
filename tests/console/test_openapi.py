"""The OpenAPI document: the served one is the checked-in one, and it is complete."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.support.api_examples import PATH, examples_text
from tests.support.platform import Platform

from permille.console.api.api_app import openapi_text, resolver
from permille.console.api.problems import MEDIA_TYPE, TITLES
from permille.console.sessions import PROTECTED_API, role_of
from permille.domain.login.links import LinkRole

WRITTEN = Path(__file__).parents[2] / "docs" / "openapi.json"
DOCUMENT: dict[str, Any] = json.loads(openapi_text())
SCHEMAS = DOCUMENT["components"]["schemas"]


def operations() -> Iterator[Any]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield pytest.param(path, method, operation, id=f"{method} {path}")


each_operation = pytest.mark.parametrize(("path", "method", "operation"), list(operations()))


def test_the_document_that_is_checked_in_is_of_this_code() -> None:
    assert WRITTEN.read_text(encoding="utf-8") == openapi_text(), "make openapi writes it"


def test_it_is_served_to_everybody() -> None:
    answer = Platform().ask("/api/v1/openapi.json", headers={"authorization": ""})

    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json == DOCUMENT
    assert DOCUMENT["openapi"].startswith("3.1.")


@each_operation
def test_an_operation_is_described(path: str, method: str, operation: Any) -> None:
    assert operation["summary"]
    assert operation["description"].endswith(".")
    assert re.fullmatch(r"[a-z]+[A-Z]\w+", operation["operationId"])
    assert all(one["description"] and "anyOf" not in one["schema"] for one in operation["parameters"])


@each_operation
def test_an_operation_needs_a_platforms_token(path: str, method: str, operation: Any) -> None:
    assert role_of(path, PROTECTED_API) is LinkRole.PLATFORM
    assert operation["security"] == [{"bearer": []}]
    assert {"401", "403", "404", "500", "503"} <= operation["responses"].keys()


@each_operation
def test_every_problem_of_an_operation_is_described_as_one(path: str, method: str, operation: Any) -> None:
    problems = {status: told for status, told in operation["responses"].items() if status != "200"}

    assert {int(status) for status in problems} <= {int(status) for status in TITLES}
    for told in problems.values():
        assert told["content"].keys() == {MEDIA_TYPE}
        assert told["content"][MEDIA_TYPE]["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert operation["responses"]["200"]["content"].keys() == {"application/json"}


@each_operation
def test_an_operation_has_an_example_of_its_response(path: str, method: str, operation: Any) -> None:
    assert "example" in operation["responses"]["200"]["content"]["application/json"]


@each_operation
def test_an_example_keeps_the_schema_of_its_response(path: str, method: str, operation: Any) -> None:
    for response in operation["responses"].values():
        for content in response["content"].values():
            if "example" in content:
                schema = {**content["schema"], "components": {"schemas": SCHEMAS}}
                Draft202012Validator(schema).validate(content["example"])


def test_the_examples_are_what_the_api_answers() -> None:
    assert PATH.read_text(encoding="utf-8") == examples_text(), "make openapi writes them"


def test_every_route_is_documented() -> None:
    app = resolver()
    routed = {(rule.path, rule.method) for rule in app._static_routes + app._dynamic_routes}
    told = {
        (re.sub(r"\{(\w+)\}", r"<\1>", path), method.upper())
        for path, method, _ in (one.values for one in operations())
    }

    assert routed - told == {("/api/v1/openapi.json", "GET")}
    assert told <= routed


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_and_its_examples_keep_it(name: str) -> None:
    schema = {**SCHEMAS[name], "components": {"schemas": SCHEMAS}}
    Draft202012Validator.check_schema(schema)

    for example in SCHEMAS[name].get("examples", []):
        Draft202012Validator(schema).validate(example)


def test_everything_that_is_referred_to_is_there_and_nothing_else() -> None:
    referred = set(re.findall(r'"#/components/schemas/(\w+)"', openapi_text()))

    assert referred == set(SCHEMAS)


def test_a_request_has_an_example() -> None:
    assert SCHEMAS["ReviewBody"]["examples"]
