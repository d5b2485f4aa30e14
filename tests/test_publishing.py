"""The site of the documents has every page, and the pages of the APIs everything that their descriptions have."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from publishing.api_reference import DOCS, PAGES, page_text, reference_text
from publishing.pictures import FOLDER, PICTURES

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
APIS: dict[str, Any] = {page: json.loads(openapi_text()) for page, (_, _, openapi_text) in PAGES.items()}
OPERATIONS = [
    (page, path, method) for page, api in APIS.items() for path, methods in api["paths"].items() for method in methods
]
SHAPES = [(page, name) for page, api in APIS.items() for name in sorted(api["components"]["schemas"])]


def section_of(page: str, heading: str) -> str:
    """What stands below the heading, to the next one."""
    return (DOCS / page).read_text(encoding="utf-8").partition(f"{heading}\n")[2].partition("\n### ")[0]


@pytest.mark.parametrize("page", PAGES)
def test_a_reference_is_what_make_openapi_writes(page: str) -> None:
    assert page_text(page) == (DOCS / page).read_text(encoding="utf-8"), "run `make openapi`"


@pytest.mark.parametrize(("page", "path", "method"), OPERATIONS)
def test_the_reference_has_every_parameter_and_answer_of_an_operation(page: str, path: str, method: str) -> None:
    operation = APIS[page]["paths"][path][method]
    section = section_of(page, f"`{method.upper()} {path}`")

    told = re.findall(r"^\| (?:`([^`]+)`|(\d{3})) \|", section, re.M)
    assert {name or status for name, status in told} == {one["name"] for one in operation.get("parameters", ())} | set(
        operation["responses"]
    )


@pytest.mark.parametrize(("page", "name"), SHAPES)
def test_the_reference_has_every_field_and_value_of_a_shape(page: str, name: str) -> None:
    schema = APIS[page]["components"]["schemas"][name]
    section = section_of(page, f"\n### {name}")

    assert set(re.findall(r"^\| `(\w+)` \|", section, re.M)) == set(schema.get("properties", {}))
    assert [value for value in schema.get("enum", ()) if f"`{value}`" not in section] == []


@pytest.mark.parametrize(("page", "path", "method"), OPERATIONS)
def test_the_reference_shows_the_answer_of_an_operation_as_an_example(page: str, path: str, method: str) -> None:
    [done] = [one for status, one in APIS[page]["paths"][path][method]["responses"].items() if status.startswith("2")]
    section = section_of(page, f"`{method.upper()} {path}`")

    shown = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", section, re.S)]
    assert [body["example"] for body in done["content"].values() if body["example"] not in shown] == []


def test_a_field_that_may_be_missing_says_so_with_its_bounds() -> None:
    field = {"type": "integer", "minimum": 1, "maximum": 1000000.0, "description": "How many."}
    shape = {"type": "object", "properties": {"batch": field}, "required": []}
    document = {"info": {"description": "x"}, "paths": {}, "components": {"schemas": {"Batch": shape}}}

    row = "| `batch` | integer | How many. May be missing, at least 1, at most 1,000,000. |"
    assert row in reference_text(document).splitlines()


def test_every_picture_is_shown_and_can_be_taken_again() -> None:
    shown = {
        name for page in DOCUMENTS for name in re.findall(r"pictures/([\w-]+)\.png\)", page.read_text(encoding="utf-8"))
    }

    assert {path.stem for path in FOLDER.glob("*")} == shown == set(PICTURES)


def test_a_picture_is_small() -> None:
    assert [path.name for path in FOLDER.glob("*") if path.stat().st_size > 100_000] == []
