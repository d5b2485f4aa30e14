"""docs/architecture.md is of this code: its words, the account's life, the invariants' tests, the tables."""

import inspect
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import permille
from permille.domain.timeline.kinds.registry import KINDS
from permille_cli.stack.template import load

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
RESOURCES: Mapping[str, Any] = load()["Resources"]
# Nobody reads these: how mails and pages are coloured, and the names of attributes.
UNREAD = {
    "mail_text.MailTone",
    "mail_text.ReportPart",
    "standing.ReportTone",
    "owner_acts.AskedMail",
    "owner_acts.CountedAct",
}
WRITING = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, which has one, without its head."""
    section = re.split(r"^#+ ", PAGE.partition(f"# {heading}\n")[2], maxsplit=1, flags=re.M)[0]
    table = [line for line in section.splitlines() if line.startswith("|")]
    assert len(table) > 2, f"no table under {heading}"
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def closed_sets() -> Iterator[tuple[str, type[StrEnum]]]:
    package = Path(inspect.getfile(permille)).parent
    for file in sorted([*package.glob("domain/*/*.py"), *package.glob("reading/*.py")]):
        module = ".".join(["permille", *file.relative_to(package).with_suffix("").parts])
        for name, one in inspect.getmembers(import_module(module), inspect.isclass):
            if issubclass(one, StrEnum) and one.__module__ == module:
                yield f"{file.stem}.{name}", one


def test_every_closed_set_that_people_read_is_in_the_glossary_with_its_values() -> None:
    told = {quoted(which)[0]: set(quoted(values)) for which, _, values in rows("States and other closed sets")}

    sets = {name: {str(value) for value in one if value} for name, one in closed_sets()}
    assert set(sets) >= UNREAD
    assert told == {name: values for name, values in sets.items() if name not in UNREAD}


def test_no_word_of_the_glossary_is_there_twice_or_without_its_meaning() -> None:
    words = [word for word, _, _ in rows("Glossary")]

    assert len(words) == len(set(words)) > 40
    assert [word for word, _, meaning in rows("Glossary") if not meaning] == []


def test_an_accounts_life_is_that_of_the_kinds() -> None:
    told = {quoted(kind)[0]: (before, after, mail) for before, _, after, kind, mail, _ in rows("An account's life")}

    changes = {kind for kind, facts in KINDS.items() if facts.declaration.change or facts.declaration.ends_trial}
    assert changes - set(told) == set()
    for kind, (before, after, mail) in told.items():
        declared = KINDS[kind].declaration
        assert (kind, mail) == (kind, "yes" if declared.mailed else "no")
        if declared.change and kind != "created":
            assert (kind, declared.change.after.value) == (kind, after)
            assert declared.change.before.value in before.split(", "), kind
        else:
            assert (kind, after) == (kind, before or "active")


def test_each_invariant_is_guarded_by_tests() -> None:
    table = rows("Invariants")

    assert [number for number, _, _ in table] == [str(number) for number in range(1, len(table) + 1)]
    assert [number for number, _, tests in table if not quoted(tests)] == []


@pytest.mark.parametrize("test", sorted({test for _, _, tests in rows("Invariants") for test in quoted(tests)}))
def test_a_test_that_guards_an_invariant_exists(test: str) -> None:
    file, _, name = test.partition("::")

    source = (ROOT / file).read_text(encoding="utf-8")
    assert re.search(rf"^(def {name}\(|{name} = \w+\.TestCase$)", source, re.M)


def test_the_tables_and_their_keys_are_the_templates() -> None:
    told = {quoted(table)[0]: quoted(key) for table, key, _, _ in rows("Tables")}

    assert told == {
        name: [key["AttributeName"] for key in one["Properties"]["KeySchema"]]
        for name, one in RESOURCES.items()
        if one["Type"] == "AWS::DynamoDB::Table"
    }


def test_a_table_is_written_by_whom_the_roles_let_write() -> None:
    told = {quoted(table)[0]: set(quoted(writers)) for table, _, _, writers in rows("Tables")}

    assert told == {table: {function for function, written in writes() if written == table} for table in told}


def writes() -> Iterator[tuple[str, str]]:
    """Each function, and each table that its role lets it write."""
    for function in functions():
        for policy in RESOURCES[f"{function}Role"]["Properties"]["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                if WRITING & set(as_list(statement["Action"])):
                    yield from ((function, table) for table in tables_in(statement["Resource"]))


def tables_in(resources: Any) -> Iterator[str]:
    for one in as_list(resources):
        name = one["Fn::GetAtt"][0] if isinstance(one, dict) and "Fn::GetAtt" in one else ""
        if name.endswith("Table"):
            yield name


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def functions() -> list[str]:
    return [name for name, one in RESOURCES.items() if one["Type"] == "AWS::Serverless::Function"]


def test_every_function_is_told_with_what_starts_it() -> None:
    told = [quoted(name)[0] for name, started_by, _, _ in rows("Data flow") if started_by]

    assert sorted(told) == sorted(functions())


def test_a_file_or_folder_that_is_named_exists() -> None:
    named = re.findall(r"`((?:layers|functions|cli|infra|tests|bench|docs)/[^`*:]*)`", PAGE)

    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []
