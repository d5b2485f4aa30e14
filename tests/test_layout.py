"""Who may import whom, and what lies where."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "layers" / "core" / "permille"
SOURCES = sorted(PACKAGE.rglob("*.py"))
DOMAIN = sorted((PACKAGE / "domain").rglob("*.py"))
FUNCTIONS = sorted(folder for folder in (PROJECT / "functions").iterdir() if folder.name != "__pycache__")
AWS_LIBRARIES = {"boto3", "botocore", "pynamodb", "moto"}
ENTRIES = {"deployed.py", "main.py"}  # of the command: where its stack is found, and where it begins


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


@pytest.mark.parametrize("source", DOMAIN, ids=named)
def test_the_domain_imports_the_standard_library_and_itself_alone(source: Path) -> None:
    foreign = {
        name
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


@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_adapters_are_known_to_the_bootstrap_alone(source: Path) -> None:
    adapters = {name for name in imported(source) if name.startswith("permille.aws")}

    assert not adapters or source.parent.name == "aws" or source.name == "bootstrap.py"


COMMANDS = [one for one in sorted((PROJECT / "cli" / "permille_cli").glob("*.py")) if one.name not in ENTRIES]


@pytest.mark.parametrize("source", COMMANDS, ids=named)
def test_a_command_knows_no_adapter_and_no_clock(source: Path) -> None:
    """It takes ports and the time from its stack, so that it runs on a stack of fakes."""
    libraries = {name for name in imported(source) if name.split(".")[0] in AWS_LIBRARIES}

    assert not libraries | {name for name in imported(source) if name.startswith("permille.aws")}
    assert ".now(UTC)" not in source.read_text(encoding="utf-8")


@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_what_is_kept_between_invocations_ages_by_the_wall_clock(source: Path) -> None:
    """Lambda freezes the environment in between, and the monotonic clock with it: that is for waits within a run."""
    waits_within_a_run = {"ledger.py", "smtp.py", "smtp_session.py"}

    assert "time.monotonic" not in source.read_text(encoding="utf-8") or source.name in waits_within_a_run


@pytest.mark.parametrize("source", SOURCES, ids=named)
def test_pydantic_is_for_the_json_api_alone(source: Path) -> None:
    """It takes its time to import, and no other function and no page waits for it."""
    needing = {name for name in imported(source) if name.split(".")[0] == "pydantic" or ".openapi" in name}
    of_the_api = {"api.py", "api_app.py", "openapi.py", "values.py"}

    assert not needing or (source.parent.name == "console" and source.name in of_the_api)


def test_nothing_else_brings_pydantic_in() -> None:
    script = """
import sys
from importlib import import_module

for module in ("ingest", "enforce", "notify", "shapes", "console.app", "bootstrap"):
    import_module(f"permille.{module}")
    if "pydantic" in sys.modules:
        sys.exit(module)
"""
    brought_in = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)  # noqa: S603

    assert (brought_in.returncode, brought_in.stderr) == (0, "")


COMMANDS = sorted((PROJECT / "cli" / "permille_cli").glob("*.py"))


@pytest.mark.parametrize("source", [*SOURCES, *COMMANDS], ids=named)
def test_facts_are_read_by_their_types_and_never_by_a_string(source: Path) -> None:
    read = re.findall(r"(?:facts|\.data)(?:\[[\"']|\.get\()", source.read_text(encoding="utf-8"))

    assert read == []


def test_counting_imports_nothing_that_decides_or_reads_timelines() -> None:
    """Its cold start is what feedback waits for."""
    script = (
        "import sys, permille.bootstrap, permille.ingest, permille.aws.ledger, permille.aws.quarantine;"
        "sys.exit(bool({'permille.domain.account', 'permille.domain.entries.registry'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0  # noqa: S603


@pytest.mark.parametrize("folder", FUNCTIONS, ids=named)
def test_a_function_folder_holds_its_handler_alone(folder: Path) -> None:
    assert [entry.name for entry in folder.iterdir() if entry.name != "__pycache__"] == ["app.py"]


def test_the_layer_holds_the_package_and_what_is_needed_to_build_it() -> None:
    entries = {entry.name for entry in PACKAGE.parent.iterdir()}

    assert entries == {"permille", "requirements.txt", "Makefile"}
