"""What the command imports before it answers: somebody waits for it when something is wrong."""

import json
import subprocess
import sys

import pytest

from permille_cli.catalogue import LISTED

LIBRARIES = ["aws_lambda_powertools", "boto3", "botocore", "jinja2", "pydantic", "pynamodb", "rich", "yaml"]
WORK = ["permille.aws", "permille.usecases", "permille.domain.timeline.kinds", "permille.schema", "permille.settings"]
OF_GROUPS = f"""
from permille_cli.main import status_of
imported, before = {{}}, set()
for name in {list(LISTED)!r}:
    assert status_of([name, "--help"]) == 0
    imported[name], before = sorted(set(sys.modules) - before), set(sys.modules)
print(json.dumps(imported), file=sys.stderr)
"""
# All that a look needs but for AWS: that a region is missing is found after the stack is made.
OF_A_LOOK = """
from permille_cli.main import status_of
from permille_cli.stack.deployed import DeployedStack
import permille.usecases.views.verdict, permille.domain.account.denial, permille_cli.answers.account_standing
stack = DeployedStack("permille", lambda name: dict.fromkeys(NAMES, "x"))
made = [stack.accounts, stack.tallies, stack.policies, stack.switch]
assert status_of(["account", "show", "good-bakery"], stack=stack) == 1
print(json.dumps({"look": sorted(sys.modules)}), file=sys.stderr)
"""
NAMES = ["AccountsTable", "TalliesTable", "SendersTable", "TimelineTable", "ControlTable", "ComplaintsTable"]


def imported_by(program: str) -> dict[str, list[str]]:
    """The modules that the program's parts import, as it prints them last. It has no credentials."""
    script = f"import json, sys\nNAMES = {[*NAMES, 'PolicyParameterName', 'DenyGroupName']!r}\n{program}"
    environment = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent"}
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment)  # noqa: S603
    assert run.returncode == 0, run.stderr
    found: dict[str, list[str]] = json.loads(run.stderr.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def of_groups() -> dict[str, list[str]]:
    return imported_by(OF_GROUPS)


@pytest.fixture(scope="module")
def of_a_look() -> list[str]:
    return imported_by(OF_A_LOOK)["look"]


@pytest.mark.parametrize("heavy", [*LIBRARIES, *WORK])
def test_the_help_of_no_command_imports_what_does_its_work(of_groups: dict[str, list[str]], heavy: str) -> None:
    assert [name for name, modules in of_groups.items() if heavy in modules] == []
    assert "permille_cli.commands.account" in of_groups["account"]


@pytest.mark.parametrize(
    "heavy",
    [
        "aws_lambda_powertools",
        "boto3",
        "jinja2",
        "permille.domain.people",
        "permille.domain.timeline",
        "permille.schema",
        "permille.settings",
        "permille.usecases.decisions.decisions",
        "permille.usecases.importing",
        "permille.usecases.senders",
        "pydantic",
        "rich.progress",
        "rich.table",
        "yaml",
    ],
)
def test_a_look_at_an_account_imports_nothing_that_it_does_not_need(of_a_look: list[str], heavy: str) -> None:
    assert {"permille.aws.accounts", "permille.aws.switch", "botocore.client"} <= {*of_a_look}
    assert heavy not in of_a_look
