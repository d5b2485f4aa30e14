"""The OpenAPI document of the provisioning API: the served one is the checked-in one, and it is complete."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.support.function_url import url_event
from tests.support.provisioning import Host
from tests.support.provisioning_examples import PATH, examples_text

from permille.console.api.problems import MEDIA_TYPE
from permille.console.api.provisioning_app import PREFIX, openapi_text, resolver

WRITTEN = Path(__file__).parents[2] / "docs" / "provisioning.openapi.json"
DOCUMENT: dict[str, Any] = json.loads(openapi_text())
SCHEMAS = DOCUMENT["components"]["schemas"]
OPERATIONS = [
    (path, method, operation) for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()
]
each_operation = pytest.mark.parametrize(
    ("path", "method", "operation"), OPERATIONS, ids=[operation["operationId"] for _, _, operation in OPERATIONS]
)


def test_the_document_that_is_checked_in_is_of_this_code() -> None:
    assert WRITTEN.read_text(encoding="utf-8") == openapi_text(), "make openapi writes it"


def test_it_is_served_to_whoever_may_call() -> None:
    answer = Host().answered(url_event("GET", f"{PREFIX}/openapi.json"))

    assert (answer["statusCode"], json.loads(answer["body"])) == (200, DOCUMENT)


def test_tools_know_by_awss_extension_how_requests_are_signed() -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authtype.html"""
    (scheme,) = DOCUMENT["components"]["securitySchemes"].values()

    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", "Authorization")
    assert scheme["x-amazon-apigateway-authtype"] == "awsSigv4"


@each_operation
def test_an_operation_is_described_with_its_problems_and_takes_a_key(path: str, method: str, operation: Any) -> None:
    problems = {status: told for status, told in operation["responses"].items() if status != "200"}

    assert operation["summary"]
    assert operation["description"].endswith(".")
    assert operation["security"] == [{"sigv4": []}]
    assert "Idempotency-Key" in [one["name"] for one in operation["parameters"]]
    assert {"400", "403", "409", "413", "415", "422", "500", "503"} <= problems.keys()
    assert ("404" in problems) == ("{account_id}" in path)
    for told in problems.values():
        assert told["content"][MEDIA_TYPE]["schema"] == {"$ref": "#/components/schemas/Problem"}


@each_operation
def test_an_example_keeps_the_schema_of_its_response(path: str, method: str, operation: Any) -> None:
    assert "example" in operation["responses"]["200"]["content"]["application/json"]
    for response in operation["responses"].values():
        for content in response["content"].values():
            if "example" in content:
                Draft202012Validator({**content["schema"], "components": {"schemas": SCHEMAS}}).validate(
                    content["example"]
                )


def test_the_examples_are_what_the_api_answers() -> None:
    assert PATH.read_text(encoding="utf-8") == examples_text(), "make openapi writes them"


def test_every_route_is_documented() -> None:
    app = resolver()
    routed = {(rule.path, rule.method) for rule in app._static_routes + app._dynamic_routes}
    told = {(re.sub(r"\{(\w+)\}", r"<\1>", path), method.upper()) for path, method, _ in OPERATIONS}

    assert routed - told == {(f"{PREFIX}/openapi.json", "GET")}
    assert told <= routed


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_and_its_examples_keep_it(name: str) -> None:
    schema = {**SCHEMAS[name], "components": {"schemas": SCHEMAS}}
    Draft202012Validator.check_schema(schema)

    for example in SCHEMAS[name].get("examples", []):
        Draft202012Validator(schema).validate(example)
    assert not name.endswith("Body") or SCHEMAS[name]["examples"]
