"""docs/cli.schema.json. That answers keep it is looked at in every test of a command (tests/support/terminal.py)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError
from tests.support.shapes import conform

from permille_cli.catalogue import all_commands
from permille_cli.shapes.document import ANSWERS, API, DOCUMENT, PARTS, UNSUCCESSFUL, document, document_text

SCHEMA = document()


def test_the_schema_that_is_checked_in_is_of_this_code() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document_text(), "make schema writes it"


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_command_has_a_shape() -> None:
    commands = [words for words, command in all_commands() if not hasattr(command, "commands")]

    assert sorted(ANSWERS) == sorted(commands)
    assert UNSUCCESSFUL.keys() <= ANSWERS.keys()


def test_a_definition_is_referred_to_and_is_not_one_of_the_api_as_well() -> None:
    components = json.loads(API.read_text(encoding="utf-8"))["components"]["schemas"]

    assert not PARTS.keys() & components.keys()
    assert PARTS.keys() <= SCHEMA["$defs"].keys()
    assert all(f'"#/$defs/{name}"' in document_text() for name in SCHEMA["$defs"].keys() - {"Error"})


def objects(shape: Any) -> Iterator[dict[str, Any]]:
    """Every object with fields that the schema describes."""
    match shape:
        case dict():
            if shape.get("type") == "object" and "properties" in shape:
                yield shape
            for each in shape.values():
                yield from objects(each)
        case list():
            for each in shape:
                yield from objects(each)


def test_an_object_has_no_other_fields_but_where_facts_of_any_kind_stand_in_it() -> None:
    described = [*objects([*SCHEMA["properties"].values()]), *objects([*SCHEMA["$defs"].values()])]

    loose = [each for each in described if each.get("additionalProperties") is not False]
    assert {tuple(each["properties"]) for each in loose} == {("kind", "at")}


@pytest.mark.parametrize(
    "answer",
    [
        {"link": "https://console.example"},
        {"link": "https://console.example", "expires_at": "2026-03-10T12:00:00+00:00", "token": "x"},
        {"link": None, "expires_at": "2026-03-10T12:00:00+00:00"},
    ],
)
def test_a_field_that_is_missing_superfluous_or_of_another_type_is_found(answer: Any) -> None:
    with pytest.raises(ValidationError):
        conform(("link", "owner", "bakery"), answer)
