"""What lies where, beyond the layers that import-linter holds (pyproject.toml)."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from permille.code_version import DECIDING

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "layers" / "core" / "permille"
SOURCES = sorted(PACKAGE.rglob("*.py"))
DOMAIN = sorted((PACKAGE / "domain").rglob("*.py"))
FUNCTIONS = sorted(folder for folder in (PROJECT / "functions").iterdir() if folder.name != "__pycache__")
AWS_LIBRARIES = {"boto3", "botocore", "pynamodb", "moto"}


@cache
def imported(source: Path) -> frozenset[str]:
    """The full names of the modules that a file imports, anywhere in it."""
    return frozenset(_imported(source))


def _imported(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source}: relative imports hide where a name comes from"
            yield node.module or ""


def named(source: Path) -> str:
    return str(source.relative_to(PROJECT))


def test_the_domain_imports_the_standard_library_and_itself_alone() -> None:
    foreign = {
        (named(source), name)
        for source in DOMAIN
        for name in imported(source)
        if name.split(".")[0] not in sys.stdlib_module_names and not f"{name}.".startswith("permille.domain.")
    }

    assert foreign == set()


@pytest.mark.parametrize("source", DOMAIN, ids=named)
def test_the_domain_does_no_io_and_reads_no_clock(source: Path) -> None:
    text = source.read_text(encoding="utf-8")

    assert not imported(source) & {"os", "time", "socket", "subprocess", "pathlib", "random", "logging"}
    assert [call for call in (".now(", ".today(", ".utcnow(", "open(", "print(") if call in text] == []


@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_aws_is_spoken_to_by_the_adapters_alone(source: Path) -> None:
    libraries = {name.split(".")[0] for name in imported(source)} & AWS_LIBRARIES

    assert not libraries or source.parent.name == "aws"


COMMAND = PROJECT / "cli" / "permille_cli"
COMMANDS = sorted(one for room in ("answers", "commands", "terminal") for one in (COMMAND / room).glob("*.py"))


@pytest.mark.parametrize("source", COMMANDS, ids=named)
def test_a_command_knows_no_adapter_and_no_clock(source: Path) -> None:
    """It takes ports and the time from its stack, so that it runs on a stack of fakes."""
    libraries = {name for name in imported(source) if name.split(".")[0] in AWS_LIBRARIES}

    assert not libraries | {name for name in imported(source) if name.startswith("permille.aws")}
    assert ".now(UTC)" not in source.read_text(encoding="utf-8")


@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_what_is_kept_between_invocations_ages_by_the_wall_clock(source: Path) -> None:
    """Lambda freezes the environment in between, and the monotonic clock with it: that is for waits within a run."""
    within_a_run = {"aws/ledger.py", "smtp/login.py", "smtp/session.py"}
    text, path = source.read_text(encoding="utf-8"), str(source.relative_to(PACKAGE))

    assert "time.monotonic" not in text or path in within_a_run


@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_pydantic_is_for_the_json_api_alone(source: Path) -> None:
    """It takes its time to import, and no other function and no page waits for it."""
    needing = {name for name in imported(source) if name.split(".")[0] == "pydantic" or ".openapi" in name}

    assert not needing or source.parent.name == "api"


def test_nothing_else_brings_pydantic_in() -> None:
    script = """
import sys
from importlib import import_module

for module in (
    "usecases.feedback.ingest",
    "usecases.enforcement.enforce",
    "usecases.notifications.notify",
    "schema.account_schema",
    "console.site.site_app",
    "bootstrap.access",
    "bootstrap.console",
    "bootstrap.enforce",
    "bootstrap.ingest",
    "bootstrap.notify",
):
    import_module(f"permille.{module}")
    if "pydantic" in sys.modules:
        sys.exit(module)
"""
    brought_in = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)  # noqa: S603

    assert (brought_in.returncode, brought_in.stderr) == (0, "")


@pytest.mark.parametrize("source", [*SOURCES, *sorted(COMMAND.rglob("*.py"))], ids=named)
def test_facts_are_read_by_their_types_and_never_by_a_string(source: Path) -> None:
    read = re.findall(r"(?:facts|\.data)(?:\[[\"']|\.get\()", source.read_text(encoding="utf-8"))

    assert read == []


def test_counting_imports_nothing_that_decides_or_reads_timelines() -> None:
    """Its cold start is what feedback waits for."""
    script = (
        "import sys, permille.bootstrap.clock, permille.bootstrap.ingest, permille.usecases.feedback.ingest\n"
        "import permille.aws.ledger, permille.aws.quarantine\n"
        "deciding = {'permille.domain.account.account', 'permille.domain.timeline.kinds.registry'}\n"
        "sys.exit(bool(deciding & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0  # noqa: S603


def test_a_decision_names_the_code_that_decides_and_not_the_words() -> None:
    """So that two decisions of the same logic have the same version."""
    rooms = {folder.name for folder in (PACKAGE / "domain").iterdir() if folder.is_dir()} - {"__pycache__"}

    assert rooms - set(DECIDING) == {"login", "timeline", "words"}


@pytest.mark.parametrize("folder", FUNCTIONS, ids=named)
def test_a_function_folder_holds_its_handler_alone(folder: Path) -> None:
    assert [entry.name for entry in folder.iterdir() if entry.name != "__pycache__"] == ["app.py"]


def test_the_layer_holds_the_package_and_what_is_needed_to_build_it() -> None:
    entries = {entry.name for entry in PACKAGE.parent.iterdir()}

    assert entries == {"permille", "requirements.txt", "Makefile"}
