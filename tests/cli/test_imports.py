"""What the command imports before it answers: somebody waits for it when something is wrong."""

import subprocess
import sys

import pytest

HELP = "status_of(['--help'])"
LOOK = "status_of(['account', 'show', 'good-bakery'], stack=None)"
LIBRARIES = ["aws_lambda_powertools", "boto3", "jinja2", "pynamodb", "rich.table", "yaml"]
USE_CASES = ["permille.usecases.senders", "permille.usecases.decisions.decisions", "permille.usecases.importing"]


def imported_by(program: str) -> set[str]:
    """The modules that are loaded once the program has run. No address of AWS is asked: the region is missing."""
    script = f"import sys\nfrom permille_cli.main import status_of\n{program}\nprint(*sys.modules, file=sys.stderr)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env={})  # noqa: S603
    return set(run.stderr.splitlines()[-1].split())


@pytest.fixture(scope="module")
def of_help() -> set[str]:
    return imported_by(HELP)


@pytest.fixture(scope="module")
def of_a_look() -> set[str]:
    return imported_by(LOOK)


@pytest.mark.parametrize("heavy", [*LIBRARIES, "permille.usecases", "permille_cli.commands", "permille_cli.local"])
def test_help_imports_nothing_heavy(of_help: set[str], heavy: str) -> None:
    assert "typer" in of_help
    assert heavy not in of_help


@pytest.mark.parametrize(
    "heavy", ["aws_lambda_powertools", "jinja2", "rich.table", "rich.progress", "yaml", *USE_CASES]
)
def test_a_look_at_an_account_imports_no_use_case_that_changes_something(of_a_look: set[str], heavy: str) -> None:
    assert "permille_cli.stack.deployed" in of_a_look
    assert heavy not in of_a_look
