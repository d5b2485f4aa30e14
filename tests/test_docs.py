"""What the documents tell to type exists."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from permille_cli.main import app
from permille_cli.template import load

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def _commands(program: str) -> Iterator[str]:
    for document in DOCUMENTS:
        for block in re.findall(r"```\w*\n(.*?)```", document.read_text(encoding="utf-8"), re.S):
            for line in block.splitlines():
                command = line.removeprefix("$ ").partition("  #")[0].strip()
                if command.startswith(f"{program} "):
                    yield command


@pytest.mark.parametrize("command", sorted(set(_commands("permille"))))
def test_a_command_that_is_told_exists_with_its_options(command: str) -> None:
    words = [word for word in command.split()[1:] if not word.startswith("-")]
    options = re.findall(r"(?<!\S)--[a-z-]+", command)

    # An argument is no subcommand, so help is asked for the longest run of words that is a command.
    shown = next(filter(None, (_help(*words[:count]) for count in (3, 2, 1))), None)

    assert shown is not None
    assert [option for option in options if option not in shown] == []


@pytest.mark.parametrize("command", sorted(set(_commands("make"))))
def test_a_target_that_is_told_exists(command: str) -> None:
    target = command.split()[1]

    assert re.search(rf"^{target}:.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)


def test_readme_invokes_every_function_by_hand() -> None:
    told = re.findall(r"^sam local invoke (\w+) -e ", DOCUMENTS[0].read_text(encoding="utf-8"), re.M)

    resources = load()["Resources"].items()
    assert sorted(told) == sorted(name for name, one in resources if one["Type"] == "AWS::Serverless::Function")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_a_file_that_is_linked_or_passed_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    linked = [document.parent / link for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", text)]
    passed = [ROOT / name for name in re.findall(r"\bevents/[\w-]+\.json", text)]

    assert [path for path in [*linked, *passed] if not path.exists()] == []


@cache
def _help(*words: str) -> str | None:
    result = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200"})
    return result.stdout if result.exit_code == 0 else None
