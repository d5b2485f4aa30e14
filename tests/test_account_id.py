"""An account's id has one form, wherever somebody outside is told of it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from permille.console.api.api_app import openapi_text
from permille.domain.values.account_id import ACCOUNT_ID
from permille_cli.stack.template import load

LONGEST = 54
LONGEST_IAM_USER = 64  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
PROJECT = Path(__file__).parents[1]
EVENT: Any = json.loads((PROJECT / "docs" / "timeline-event.schema.json").read_text(encoding="utf-8"))
PARAMETERS = [
    one
    for methods in json.loads(openapi_text())["paths"].values()
    for operation in methods.values()
    for one in operation["parameters"]
    if one["name"] == "account_id"
]


@pytest.mark.parametrize("text", ["bakery", "b", "0-0", "b" * LONGEST])
def test_an_id_is_small_letters_digits_and_hyphens(text: str) -> None:
    assert ACCOUNT_ID.fullmatch(text)


@pytest.mark.parametrize("text", ["", "-b", "Bakery", "b_b", "bäckerei", "b\n", "٣", "b" * (LONGEST + 1)])
def test_anything_else_is_no_id(text: str) -> None:
    assert not ACCOUNT_ID.fullmatch(text)


def test_the_bus_and_the_json_api_tell_the_same_form() -> None:
    said = {EVENT["properties"]["account_id"]["pattern"], *(one["schema"]["pattern"] for one in PARAMETERS)}

    assert PARAMETERS
    assert said == {f"^{ACCOUNT_ID.pattern}$"}


def test_no_code_spells_it_a_second_time() -> None:
    sources = [file for folder in ("layers", "cli", "functions") for file in (PROJECT / folder).rglob("*.py")]

    spelled = [file.name for file in sources if ACCOUNT_ID.pattern in file.read_text(encoding="utf-8")]
    assert spelled == ["account_id.py"]


def test_the_longest_ids_user_has_a_name_that_iam_takes_and_the_stack_may_switch() -> None:
    user = f"permille-{'b' * LONGEST}"
    may_switch = load()["Parameters"]["SenderUsers"]["Default"]

    assert len(user) <= LONGEST_IAM_USER
    assert re.fullmatch(may_switch.replace("*", ".*"), user)
