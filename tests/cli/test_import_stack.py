"""`permille import-stack`: what a former stack left behind is prepared for CloudFormation's import."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.values.errors import PermissionDenied
from permille.ports.table_setup import TableSetup
from permille_cli.stack import retained, template

WHOLE = template.load()
WANTED = retained.tables(WHOLE)


@pytest.fixture(autouse=True)
def _left_behind(stack: FakeStack) -> None:
    stack.tables.setups.update({f"permille-{logical}-1A2B": setup for logical, setup in WANTED.items()})


def written(folder: Path) -> tuple[Any, Any]:
    files = (folder / "import-template.json", folder / "resources-to-import.json")
    found, resources = (json.loads(file.read_text()) for file in files)
    return found, resources


def test_two_files_are_written_and_the_commands_are_printed(terminal: Terminal, tmp_path: Path) -> None:
    said = terminal.text("import-stack", "--directory", str(tmp_path)).splitlines()

    found, resources = written(tmp_path)
    assert found["Resources"].keys() == retained.retained(WHOLE).keys()
    assert {one["LogicalResourceId"] for one in resources} == {*WANTED, "ConfigurationSet", "DenyGroup"}
    assert said[: len(WANTED)] == [f"{logical} is permille-{logical}-1A2B" for logical in WANTED]
    assert said[-5].startswith("  aws cloudformation create-change-set --stack-name permille --change-set-name take-up")
    assert f"--template-body file://{tmp_path}/import-template.json" in said[-5]
    assert said[-1] == "  permille deploy"


def test_cloudformation_finds_each_by_its_name(terminal: Terminal, tmp_path: Path) -> None:
    terminal.text("import-stack", "--directory", str(tmp_path))

    _, resources = written(tmp_path)
    by_name = {one["LogicalResourceId"]: one["ResourceIdentifier"] for one in resources}
    assert by_name["SeenTable"] == {"TableName": "permille-SeenTable-1A2B"}
    assert by_name["ConfigurationSet"] == {"Name": "permille"}
    assert by_name["DenyGroup"] == {"GroupName": "permille-us-east-1-denied"}


def test_each_stands_as_the_template_has_it_with_its_name_as_it_is(terminal: Terminal, tmp_path: Path) -> None:
    terminal.text("import-stack", "--directory", str(tmp_path))

    found = written(tmp_path)[0]["Resources"]
    assert {logical: found[logical] for logical in WANTED} == {
        logical: retained.retained(WHOLE)[logical] for logical in WANTED
    }
    assert found["ConfigurationSet"]["Properties"]["Name"] == "permille"
    assert found["DenyGroup"]["Properties"]["GroupName"] == "permille-us-east-1-denied"


def test_the_template_imports_and_makes_nothing_and_needs_no_answers(terminal: Terminal, tmp_path: Path) -> None:
    """What CloudFormation refuses in an import, and its bound on a template in a request."""
    terminal.text("import-stack", "--directory", str(tmp_path))

    found, resources = written(tmp_path)
    assert set(found["Resources"]) == {one["LogicalResourceId"] for one in resources}
    assert all("DeletionPolicy" in one for one in found["Resources"].values())
    assert all("Default" in one for one in found["Parameters"].values())
    assert found["Conditions"].keys() == {"HasSuppressionReasons", "SuppressesNobody"}
    assert not {"Transform", "Globals", "Outputs", "Rules"} & found.keys()
    assert len((tmp_path / "import-template.json").read_bytes()) <= 51_200


def test_of_tables_alone_neither_conditions_nor_parameters_are_left(terminal: Terminal, tmp_path: Path) -> None:
    terminal.text("import-stack", "--directory", str(tmp_path), "--only-tables")

    found, resources = written(tmp_path)
    assert (found["Conditions"], found["Parameters"]) == ({}, {})
    assert {one["LogicalResourceId"] for one in resources} == set(found["Resources"]) == set(WANTED)


def test_a_restored_table_takes_the_place_of_the_one_that_was_left(
    stack: FakeStack, terminal: Terminal, tmp_path: Path
) -> None:
    timeline = WANTED["TimelineTable"]
    stack.tables.setups["timeline-at-noon"] = TableSetup(timeline.keys, timeline.indexes)
    typed = ("import-stack", "--directory", str(tmp_path), "--table", "TimelineTable=timeline-at-noon")

    said = terminal.text(*typed)

    set_up = "stream, point-in-time recovery, deletion protection"
    assert f"TimelineTable is timeline-at-noon (set up: {set_up})" in said.splitlines()
    assert stack.tables.setups["timeline-at-noon"] == timeline
    again = terminal.answer(*typed)["tables"]
    assert again["TimelineTable"] == {"name": "timeline-at-noon", "set_up": []}


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("--table", "TimelineTable"), "--table: takes the name in the template and the name of the table"),
        (("--table", "=x"), "--table: takes the name in the template and the name of the table"),
        (("--table", "Timeline=x"), "--table: Timeline: the template has no such table"),
        (("--table", "TimelineTable=x"), "--table: x cannot be TimelineTable: there is no such table"),
        (("--directory", "/nowhere/at/all"), "--directory: /nowhere/at/all is not a directory"),
    ],
)
def test_invalid_input_is_refused_and_nothing_is_written(
    terminal: Terminal, tmp_path: Path, typed: tuple[str, ...], says: str
) -> None:
    assert says in terminal.refused("import-stack", "--directory", str(tmp_path), *typed)

    assert list(tmp_path.iterdir()) == []


def test_an_existing_stack_is_refused(stack: FakeStack, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    terminal = Terminal(replace(stack, is_there=True), capsys)
    before = dict(stack.tables.setups)

    refused = terminal.refused("import-stack", "--directory", str(tmp_path))

    assert refused.startswith("the stack permille exists, and its tables are in use: delete it first (`permille un")
    assert (stack.tables.setups, list(tmp_path.iterdir())) == (before, [])


@pytest.mark.parametrize("call", ["stack.exists", "tables.names_with_prefix", "tables.setup"])
def test_an_aws_permission_error_is_reported(stack: FakeStack, terminal: Terminal, tmp_path: Path, call: str) -> None:
    stack.faults.fail(call, error=PermissionDenied("AWS does not allow it"))

    assert terminal.failed("import-stack", "--directory", str(tmp_path)) == "AWS does not allow it"
    assert list(tmp_path.iterdir()) == []
