"""What documents and messages tell to type exists."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.exceptions import TyperException

from permille.usecases.doctor.examinations import EXAMINATIONS
from permille_cli.catalogue import all_commands
from permille_cli.stack.template import load

ROOT = Path(__file__).parents[1]
ALL = dict(all_commands())
COMMANDS = {words for words, command in ALL.items() if not hasattr(command, "commands")}
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def _commands(program: str) -> Iterator[str]:
    """In blocks that name no language; those of `docs/cli.md` are tested with the help."""
    for document in DOCUMENTS:
        blocks = re.findall(r"^ *```(\w*)\n(.*?)^ *```$", document.read_text(encoding="utf-8"), re.S | re.M)
        for block in (text for language, text in blocks if not language):
            for line in block.replace("\\\n", "").splitlines():
                command = line.removeprefix("$ ").partition("  #")[0].strip()
                if command.startswith(f"{program} "):
                    yield command


@pytest.mark.parametrize("typed", sorted(set(_commands("permille"))))
def test_a_command_that_is_told_is_a_valid_invocation(typed: str) -> None:
    for command in _alternatives(typed):
        words, arguments = _command_of(command)

        ALL[words].make_context(words, arguments, obj=lambda name: name)  # parsed, and not run


TYPED = re.compile(r"permille [a-z-]+(?: (?:[\w|:.@-]*\w|'[^']*'|-))*( \.\.\.)?")


def _in_messages() -> Iterator[str]:
    """Commands with options, in texts that are not docstrings; ` ...` means that more belongs to it. X: what is filled
    in."""
    for module in (path for part in ("layers/core", "cli") for path in (ROOT / part).rglob("*.py")):
        tree = ast.parse(module.read_text(encoding="utf-8"))
        for text in _texts(tree):
            yield from (typed[0] for typed in TYPED.finditer(text) if " --" in typed[0] and not typed[1])


def _texts(tree: ast.Module) -> Iterator[str]:
    described = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    filled = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    described |= {id(part) for string in filled for part in string.values}
    for string in filled:
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in string.values)
        yield re.sub(r"(?<=\w)\0", "", text).replace("\0", "X")
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in described:
            yield node.value


@pytest.mark.parametrize("typed", sorted(set(_in_messages())))
def test_a_command_that_a_message_tells_is_a_valid_invocation(typed: str) -> None:
    test_a_command_that_is_told_is_a_valid_invocation(typed)


WRONG = ["permille account show ID --colour", "permille account show", "permille account look ID", "permille account"]


@pytest.mark.parametrize("typed", WRONG)
def test_a_command_that_is_told_wrongly_is_found(typed: str) -> None:
    words, arguments = _command_of(typed)

    with pytest.raises((TyperException, KeyError)):
        ALL[words].make_context(words, arguments, obj=lambda name: name)


@pytest.mark.parametrize("command", sorted(set(_commands("make"))))
def test_a_target_that_is_told_exists(command: str) -> None:
    target = command.split()[1]

    assert re.search(rf"^{target}:.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)


def test_every_function_is_invoked_by_hand() -> None:
    told = re.findall(
        r"^sam local invoke (\w+) -e ", (ROOT / "docs" / "embedded-stack.md").read_text(encoding="utf-8"), re.M
    )

    resources = load()["Resources"].items()
    assert sorted(told) == sorted(name for name, one in resources if one["Type"] == "AWS::Serverless::Function")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_a_file_that_is_linked_or_passed_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    linked = [document.parent / link for link in re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", text)]
    passed = [ROOT / name for name in re.findall(r"\bevents/[\w-]+\.json", text)]

    assert [path for path in [*linked, *passed] if not path.exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_a_section_that_is_linked_exists(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", document.read_text(encoding="utf-8"))

    pages = [((document.parent / file if file else document), section) for file, section in links]
    assert [section for page, section in pages if section not in _sections(page)] == []


def test_every_page_is_in_the_contents_of_the_site() -> None:
    contents = re.findall(
        r"^```\{toctree\}\n(.*?)^```$", (ROOT / "docs/index.md").read_text(encoding="utf-8"), re.S | re.M
    )
    lines = [line for block in contents for line in block.splitlines() if line and not line.startswith(":")]
    listed = [re.sub(r"^.* <(.*)>$", r"\1", line) for line in lines]

    pages = {path.relative_to(ROOT / "docs").with_suffix("").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    beside = [*ROOT.glob("*.md"), *(ROOT / "examples").rglob("README.md")]
    pages |= {f"/{path.relative_to(ROOT).with_suffix('').as_posix()}" for path in beside}
    assert sorted(listed) == sorted(pages - {"index"})


DECISIONS = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
STATUS = re.compile(
    r"\*\d{4}-\d\d-\d\d, "
    r"(in force|in force; amended by (?P<amended>\d+(( and |, )\d+)*)|superseded by (?P<superseded>\d+))\.\*"
)


def _decisions() -> list[tuple[int, str]]:
    """The number of each decision, and what stands first under its heading."""
    found = re.findall(r"^## (\d+)\. .*\n\n?(.*)$", DECISIONS, re.M)
    return [(int(number), first) for number, first in found]


def test_decisions_stand_in_the_order_of_their_numbers() -> None:
    numbers = [number for number, _ in _decisions()]

    assert numbers == sorted(set(numbers))


def test_a_decision_has_its_date_and_says_whether_it_is_in_force() -> None:
    """Under its heading stands: *YYYY-MM-DD, in force.*"""
    assert [number for number, first in _decisions() if not STATUS.fullmatch(first)] == []


def test_a_decision_is_amended_or_superseded_by_a_later_one() -> None:
    found = [(number, STATUS.fullmatch(first)) for number, first in _decisions()]
    changed = [(number, (status["amended"] or "") + (status["superseded"] or "")) for number, status in found if status]

    known = {number for number, _ in found}
    later = [(number, int(by)) for number, bys in changed for by in re.findall(r"\d+", bys)]
    assert later
    assert [(number, by) for number, by in later if by not in known or by <= number] == []


def _sections(page: Path) -> set[str]:
    """The names under which a page's headings can be linked."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _alternatives(command: str) -> Iterator[str]:
    """`permille review request|amend ID` is two commands; what stands in quotes is one."""
    choice = re.search(r"(?<=\s)[a-z-]+(\|[a-z-]+)+(?=\s|$)", command)
    for word in choice[0].split("|") if choice else [""]:
        yield command[: choice.start()] + word + command[choice.end() :] if choice else command


def _command_of(command: str) -> tuple[str, list[str]]:
    """The longest run of words that is a command, and its arguments; a pipe ends them."""
    typed = shlex.split(command)[1:]
    typed = typed[: next((place for place, word in enumerate(typed) if word in ("|", ">")), len(typed))]
    length = next((length for length in (3, 2, 1) if " ".join(typed[:length]) in COMMANDS), 0)
    return " ".join(typed[:length]), typed[length:]


def test_the_operations_have_every_check_of_the_doctor() -> None:
    text = (ROOT / "docs" / "operate" / "doctor.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `([a-z-]+)` \| (.*) \| (\w+) \| (.*) \|$", text, re.M)

    made_by = {True: "command", False: "command, Doctor"}
    assert told == [
        (one.check.id, one.check.title, str(one.check.severity), made_by[one.by_command]) for one in EXAMINATIONS
    ]
