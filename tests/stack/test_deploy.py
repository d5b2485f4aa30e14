"""`permille deploy` makes a stack, and updates it by the file that it wrote."""

import json
import os
from pathlib import Path

from tests.stack.conftest import COMMAND, Stack
from tests.support.pseudo_terminal import at_a_terminal

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


ANSWERED = {
    "EnforcementMode [monitor]": "",
    "PlatformName [APWT]": "Blue Shop",
    "MailFrom": "no-reply@apwt.example",
    "SupportContact [empty]": "",
    "BrandColour [#2b6cb0]": "",
    "AlarmTopicArn [none]": "",
    "StaffEmail [empty]": "",
    "LinkKeyAdministrators": "arn:aws:iam::*:role/administrator",
}


def test_whoever_declines_the_change_set_reads_that_nothing_was_deployed(stack: Stack, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | stack.env
    answers = [(f"{question}: ", typed) for question, typed in ANSWERED.items()]
    deploy = [*COMMAND, "deploy", "--stack", "declined", "--set", "ConsoleConcurrency=0", "--set", "ApiConcurrency=0"]

    seen = at_a_terminal(deploy, tmp_path, environment, [*answers, ("Deploy this changeset? [y/N]: ", "n")])

    assert seen.status == 1
    said = "nothing was deployed, as you declined the change set; samconfig.toml has your answers"
    assert seen.text.splitlines()[-1] == f"permille: {said}"
    assert "The stack declined is deployed" not in seen.text
    (described,) = stack.client("cloudformation").describe_stacks(StackName="declined")["Stacks"]
    assert described["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert "PlatformName='Blue Shop'" in (tmp_path / "samconfig.toml").read_text(encoding="utf-8")
