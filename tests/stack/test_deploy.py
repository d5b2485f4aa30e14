"""`permille deploy` makes a stack, and updates it by the file that it wrote."""

import json
from pathlib import Path

from tests.stack.conftest import Stack

DECIDED = {
    "EnforcementMode": "monitor",
    "MailFrom": "no-reply@apwt.example",
    "AlarmTopicArn": "none",
    "LinkKeyAdministrators": "arn:aws:iam::*:role/administrator",
    "ConsoleConcurrency": "0",
    "ApiConcurrency": "0",
    "OtherMail": "yes",  # ministack's CloudFormation knows no metric expressions
}
SETS = [word for name, value in DECIDED.items() for word in ("--set", f"{name}={value}")]


def test_a_stack_is_deployed_and_updated_from_any_folder(stack: Stack, tmp_path: Path) -> None:
    config = str(tmp_path / "samconfig.toml")

    made = stack.run("deploy", "--yes", "--stack", "second", "--config", config, *SETS, "--json")
    assert made.returncode == 0, made.stderr[-3000:]
    updated = stack.run(
        "deploy", "--yes", "--config", config, "--set", "PlatformName=Blue Shop", "--stack", "second", "--json"
    )
    assert updated.returncode == 0, updated.stderr[-3000:]

    first, second = json.loads(made.stdout), json.loads(updated.stdout)
    assert first["values"] == DECIDED
    assert second["values"] == DECIDED | {"PlatformName": "Blue Shop"}
    assert second["outputs"]["PlatformName"] == "Blue Shop"
    assert first["outputs"]["AccountsTable"] == second["outputs"]["AccountsTable"] != stack.outputs["AccountsTable"]
    assert "CREATE" in made.stderr or "Add" in made.stderr  # the change set
    assert stack.client("iam").get_group(GroupName=second["outputs"]["DenyGroupName"])["Group"]
