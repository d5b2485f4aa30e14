"""What lies where, beyond the layers that import-linter holds (pyproject.toml)."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from permille.code_version import DECIDING

PROJECT = Path(__file__).parents[1]
PACKAGE = PROJECT / "layers" / "core" / "permille"
SOURCES = sorted(PACKAGE.rglob("*.py"))
DOMAIN = sorted((PACKAGE / "domain").rglob("*.py"))
FUNCTIONS = sorted(folder for folder in (PROJECT / "functions").iterdir() if folder.name != "__pycache__")
COMMAND = PROJECT / "cli" / "permille_cli"
COMMANDS = sorted(one for package in ("answers", "commands", "terminal") for one in (COMMAND / package).glob("*.py"))
AWS_LIBRARIES = {"boto3", "botocore", "pynamodb", "moto"}


@cache
def text_of(source: Path) -> str:
    return source.read_text(encoding="utf-8")


@cache
def tree(source: Path) -> ast.Module:
    return ast.parse(text_of(source))


@cache
def imported(source: Path) -> frozenset[str]:
    """The full names of the modules that a file imports, anywhere in it."""
    return frozenset(_imported(source))


def _imported(source: Path) -> Iterator[str]:
    for node in ast.walk(tree(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source}: relative imports hide where a name comes from"
            yield node.module or ""


def named(source: Path) -> str:
    return str(source.relative_to(PROJECT))


def test_every_package_that_is_checked_exists() -> None:
    assert all((DOMAIN, SOURCES, COMMANDS, FUNCTIONS))


def test_the_domain_imports_the_standard_library_and_itself_alone() -> None:
    foreign = {
        (named(source), name)
        for source in DOMAIN
        for name in imported(source)
        if name.split(".")[0] not in sys.stdlib_module_names and not f"{name}.".startswith("permille.domain.")
    }

    assert foreign == set()


def test_the_domain_does_no_io_and_reads_no_clock() -> None:
    asking = {"os", "time", "socket", "subprocess", "pathlib", "random", "logging"}
    calls = (".now(", ".today(", ".utcnow(", "open(", "print(")

    assert [named(source) for source in DOMAIN if imported(source) & asking] == []
    assert [(named(source), call) for source in DOMAIN for call in calls if call in text_of(source)] == []


def test_aws_is_spoken_to_by_the_adapters_alone() -> None:
    speaking = {source for source in SOURCES if {name.split(".")[0] for name in imported(source)} & AWS_LIBRARIES}

    assert [named(source) for source in speaking if source.parent.name != "aws"] == []


def test_a_command_knows_no_adapter_and_no_clock() -> None:
    """It takes ports and the time from its stack, so that it runs on a stack of fakes."""
    names = [(named(source), name) for source in COMMANDS for name in imported(source)]

    assert [one for one in names if one[1].split(".")[0] in AWS_LIBRARIES or one[1].startswith("permille.aws")] == []
    assert [named(source) for source in COMMANDS if ".now(UTC)" in text_of(source)] == []


def test_what_is_kept_between_invocations_ages_by_the_wall_clock() -> None:
    """Lambda freezes the environment in between, and the monotonic clock with it: that is for waits within a run."""
    by_monotonic = {str(source.relative_to(PACKAGE)) for source in SOURCES if "time.monotonic" in text_of(source)}

    assert by_monotonic == {"aws/counting.py", "outbound/deadline.py", "smtp/login.py", "webhooks/client.py"}


def test_pydantic_is_for_the_json_api_alone() -> None:
    """It takes its time to import, and no other function and no page waits for it."""
    names = [(source, name) for source in SOURCES for name in imported(source)]
    needing = {source for source, name in names if name.split(".")[0] == "pydantic" or ".openapi" in name}

    assert [named(source) for source in needing if source.parent.name != "api"] == []


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
    "bootstrap.doctor",
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


def test_facts_are_read_by_their_types_and_never_by_a_string() -> None:
    by_a_string = re.compile(r"(?:facts|\.data)(?:\[[\"']|\.get\()")

    assert [named(one) for one in (*SOURCES, *COMMAND.rglob("*.py")) if by_a_string.search(text_of(one))] == []


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
    packages = {folder.name for folder in (PACKAGE / "domain").iterdir() if folder.is_dir()} - {"__pycache__"}

    assert packages - set(DECIDING) == {"doctor", "login", "timeline", "webhooks", "words"}


@pytest.mark.parametrize("folder", FUNCTIONS, ids=named)
def test_a_function_folder_holds_its_handler_alone(folder: Path) -> None:
    assert [entry.name for entry in folder.iterdir() if entry.name != "__pycache__"] == ["app.py"]


def test_the_layer_holds_the_package_and_what_is_needed_to_build_it() -> None:
    entries = {entry.name for entry in PACKAGE.parent.iterdir()}

    assert entries == {"permille", "requirements.txt", "Makefile"}


# ---------------------------------------------------------------- sizes and names

LONGEST_FILE, LONGEST_FUNCTION = 200, 25  # lines
PRODUCT = [*SOURCES, *sorted(COMMAND.rglob("*.py")), *sorted((PROJECT / "functions").rglob("*.py"))]


def public(nodes: Iterable[ast.AST]) -> Iterator[ast.ClassDef | ast.FunctionDef]:
    for node in nodes:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def test_files_and_functions_of_the_package_are_short() -> None:
    files = [named(source) for source in SOURCES if len(text_of(source).splitlines()) > LONGEST_FILE]
    functions = [
        (named(source), node.name)
        for source in SOURCES
        for node in ast.walk(tree(source))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]

    assert (files, functions) == ([], [])


def test_a_class_name_means_one_class() -> None:
    names = Counter(node.name for source in PRODUCT for node in tree(source).body if isinstance(node, ast.ClassDef))

    assert [name for name, count in names.items() if count > 1] == []


def test_nothing_is_imported_under_another_name() -> None:
    renamed = [
        (named(source), alias.name, alias.asname)
        for source in PRODUCT
        for node in ast.walk(tree(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if alias.asname
    ]

    assert renamed == []


def test_modules_and_what_is_public_in_them_say_what_they_are() -> None:
    """Each method of a port says what it guarantees; what implements a port does not say it again."""
    silent = [named(source) for source in SOURCES if tree(source).body and not ast.get_docstring(tree(source))]
    silent += [
        f"{named(source)} {node.name}"
        for source in SOURCES
        for node in public([*tree(source).body, *_methods_of_ports(source)])
        if not ast.get_docstring(node)
    ]

    assert silent == []


def _methods_of_ports(source: Path) -> Iterator[ast.stmt]:
    if source.parent.name == "ports":
        yield from (method for node in tree(source).body if isinstance(node, ast.ClassDef) for method in node.body)
