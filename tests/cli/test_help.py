"""Every command's help is a manual page: what it does, an example that is valid, what --json prints.

If one of these tests fails for a new command, its docstring lacks something: see the recipe "A command" in
docs/architecture.md, and `permille_cli/terminal/manual.py`.
"""

import re
import shlex
import subprocess
import sys
from typing import Any

import pytest
import typer
from typer.exceptions import TyperException

from permille import __version__
from permille.code_version import code_version
from permille_cli.catalogue import CATALOGUE, all_commands
from permille_cli.main import app, status_of
from permille_cli.reference import DOCUMENT, WIDTH, help_of, reference_text
from permille_cli.terminal.manual import page_of, summary_of

ALL = dict(all_commands())
COMMANDS = [words for words, command in ALL.items() if not hasattr(command, "commands")]
GROUPS = [words for words in ALL if words not in COMMANDS]
EXAMPLES = [(words, example) for words in COMMANDS for example in ALL[words].page.examples]

# Words of our own, each with what has to stand beside it. A command's subject is explained by its group.
EXPLAINED = {
    "epoch": "counting period",
    "dead letter": "failed too often",
    "ln_e": "logarithm of the evidence",
}
# Words that only the code uses.
INTERNAL = ("Enforce", "heartbeat", "lap", "outcome", "use case", "None", "tuple", "str")


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_says_more_than_its_summary(words: str) -> None:
    text = ALL[words].page.text

    assert "\n\n" in text, f"`permille {words}`: say below the summary when to use it and what it changes"


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_has_an_example(words: str) -> None:
    assert ALL[words].page.examples, f"`permille {words}`: its docstring needs `Example:` with an indented command line"


@pytest.mark.parametrize(("words", "example"), EXAMPLES)
def test_an_example_is_a_valid_invocation_of_its_command(words: str, example: str) -> None:
    typed = shlex.split(re.sub(r"^eval \"\$\((.*)\)\"$", r"\1", example))
    typed = typed[: next((place for place, word in enumerate(typed) if word in ("|", ">")), len(typed))]
    length = 1 + len(words.split())

    assert typed[:length] == ["permille", *words.split()]
    ALL[words].make_context(words, typed[length:], obj=lambda name: name)  # parsed, and not run


def test_an_example_with_an_unknown_option_is_found() -> None:
    with pytest.raises(TyperException, match="--colour"):
        ALL["account show"].make_context("show", ["good-bakery", "--colour"], obj=lambda name: name)


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_takes_json_and_names_the_fields(words: str) -> None:
    options = {name for param in ALL[words].params for name in param.opts}

    assert "--json" in options
    assert ALL[words].page.fields, f"`permille {words}`: its docstring needs `JSON fields:` with what --json prints"


@pytest.mark.parametrize("words", ["", *ALL])
def test_no_line_is_wider_than_a_terminal(words: str) -> None:
    lines = help_of(words, ALL.get(words) or typer.main.get_command(app)).splitlines()

    assert [line for line in lines if len(line) > WIDTH] == []


@pytest.mark.parametrize("words", ALL)
def test_every_argument_and_option_has_a_help(words: str) -> None:
    assert [param.name for param in ALL[words].params if not param.help] == []


@pytest.mark.parametrize("words", ["", *ALL])
def test_help_shows_no_type_of_python(words: str) -> None:
    """`--name NAME`, not `--name <str>`."""
    shown = help_of(words, ALL.get(words) or typer.main.get_command(app))

    assert re.findall(r"<\w+[^>]*>|\{\w+\}|\[\[|None\b", shown) == []


@pytest.mark.parametrize("words", COMMANDS)
def test_help_explains_its_words(words: str) -> None:
    prose = " ".join(help_of(words, ALL[words]).partition("JSON fields:")[0].split())

    unexplained = [word for word, meaning in EXPLAINED.items() if word in prose.lower() and meaning not in prose]
    assert unexplained == [], f"`permille {words}`: explain these words where the help uses them"
    assert [word for word in INTERNAL if re.search(rf"\b{word}\b", prose)] == []


@pytest.mark.parametrize("words", GROUPS)
def test_a_group_says_what_it_is_about(words: str) -> None:
    text = str(ALL[words].help)

    assert "\n\n" in text or " " in words, f"`permille {words}`: say below the summary what its commands are about"
    assert summary_of(ALL[words]).endswith(".")


@pytest.mark.parametrize("listed", [one for section in CATALOGUE.values() for one in section], ids=lambda one: one.name)
def test_the_list_has_each_summary_as_the_command_has_it(listed: Any) -> None:
    assert listed.summary == summary_of(ALL[listed.name])


@pytest.mark.parametrize("words", ["", "account", "account add", "link revoke", "route"])
def test_help_is_asked_for_in_two_ways(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of([*words.split(), "-h"]) == 0
    short = capsys.readouterr().out

    assert status_of([*words.split(), "--help"]) == 0
    assert short == capsys.readouterr().out
    assert short.startswith(f"Usage: {'permille' if not words else ''}") or "Usage:" in short


def test_the_version_names_the_code_that_decides(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(["--version"]) == 0

    assert capsys.readouterr().out == f"permille {code_version()}\n"
    assert code_version().startswith(f"{__version__}+")


@pytest.mark.parametrize(
    ("typed", "meant"), [("acount list", "account"), ("account lst", "list"), ("link revoke onwer", "owner")]
)
def test_a_mistyped_command_suggests_the_nearest(typed: str, meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(typed.split()) == 2

    said = capsys.readouterr().err
    assert f"Did you mean '{meant}'" in said
    assert said.count("\n") == 1


def test_the_reference_is_what_make_cli_writes() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == reference_text(), "run `make cli`"


HEAVY = ("aws_lambda_powertools", "boto3", "botocore", "jinja2", "pydantic", "pynamodb", "rich", "yaml")


@pytest.mark.parametrize("typed", [["--help"], ["--version"], ["-h"]])
def test_help_and_version_import_no_command(typed: list[str]) -> None:
    """So that they are quick: `bench/command.py` measures it."""
    program = f"import sys; from permille_cli.main import status_of; status_of({typed!r}); print(sorted(sys.modules))"
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout  # noqa: S603
    modules = set(eval(printed.splitlines()[-1]))  # noqa: S307 - a list of names, which we printed

    assert modules & {*HEAVY, "permille_cli.commands", "permille_cli.local"} == set()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("permille acc", ["account"]),
        ("permille account ex", ["exempt", "explain"]),
        ("permille timeline --aud", ["--audience"]),
        ("permille timeline --audience ", ["owner", "staff"]),
        ("permille account show --st", ["--stack"]),
    ],
)
def test_a_shell_completes_commands_options_and_choices(line: str, expected: list[str]) -> None:
    assert _completed(line) == expected


@pytest.mark.parametrize(
    "variables",
    [
        {"_PERMILLE_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "permille account ex"},
        {
            "_PERMILLE_COMPLETE": "complete_fish",
            "_TYPER_COMPLETE_ARGS": "permille account ex",
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        },
    ],
    ids=["zsh", "fish"],
)
def test_other_shells_get_the_summaries_too(variables: dict[str, str]) -> None:
    """Whole ones."""
    completed = _printed(variables)

    assert "explain" in completed
    assert "status, with all numbers used." in completed


def _completed(line: str) -> list[str]:
    """What bash gets, which asks the command by variables."""
    position = str(len(line.split(" ")) - 1)
    return _printed({"_PERMILLE_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": position}).split()


def _printed(variables: dict[str, str]) -> str:
    program = "import sys; sys.argv[0] = 'permille'; from permille_cli.main import run; run()"
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], capture_output=True, text=True, env=variables, check=False
    )
    return ended.stdout


def test_a_docstring_is_taken_apart() -> None:
    page = page_of("Do it.\n\nWhen.\n\nExamples:\n    permille a\n    permille b\n\nJSON fields: x (y,\nz), [v]")

    assert (page.text, page.summary) == ("Do it.\n\nWhen.", "Do it.")
    assert page.examples == ("permille a", "permille b")
    assert page.fields == ("x (y, z)", "[v]")
