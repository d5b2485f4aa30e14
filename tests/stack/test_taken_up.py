"""A stack is deleted, and one of its name takes up what it left behind: what stood in its tables, who is denied, and a
timeline that was restored. On a stack of its own, since the others' tests need theirs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tests.stack.accounts import Business, a_business
from tests.stack.conftest import Stack, eventually, running
from tests.stack.taking_away import deleted

from permille_cli.local import deployment
from permille_cli.local.state import StateDirectory

RESTORED = "timeline-as-it-was"


@dataclass(frozen=True, slots=True)
class Life:
    """A stack that was made anew, with two accounts of before: one that sends, and one that is disabled. `between`:
    what was so while there was none; `before`: what the owner had been mailed."""

    stack: Stack
    sending: Business
    disabled: Business
    between: dict[str, Any]
    before: list[str]


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    folder = tmp_path_factory.mktemp("life")
    with running(folder / "state") as first:
        sending, disabled = a_business(first), a_business(first)
        sending.send(3, complaints=1)
        eventually(
            lambda: sending.standing()["window"] | {"delivered": 3, "complaints": 1} == sending.standing()["window"]
        )
        first.answer("account", "disable", disabled.id, "--reason", "They asked us to")
        eventually(disabled.login_is_refused)
        before = eventually(lambda: [mail["Subject"] for mail in sending.mails()])
        between = _delete(first, sending)
        _restore(first)
        _import(first, folder)
        second = _deploy(first)
        yield Life(second, replace(sending, stack=second), replace(disabled, stack=second), between, before)


def _delete(stack: Stack, sending: Business) -> dict[str, Any]:
    status = deleted(stack)
    sending.send(1)
    return {"status": status, "tables": stack.client("dynamodb").list_tables()["TableNames"]}


def _restore(stack: Stack) -> None:
    """ministack restores the rows as they are now, whatever instant is named."""
    dynamodb = stack.client("dynamodb")
    names = {"SourceTableName": stack.outputs["TimelineTable"], "TargetTableName": RESTORED}
    dynamodb.restore_table_to_point_in_time(**names, UseLatestRestorableTime=True)


def _import(stack: Stack, folder: Path) -> None:
    """As the command says, but for what ministack can import: no set, and no group, which is taken over."""
    restored = ("--table", f"TimelineTable={RESTORED}")
    stack.answer("import-stack", "--only-tables", "--directory", str(folder), *restored)
    cloudformation = stack.client("cloudformation")
    change = {"StackName": stack.name, "ChangeSetName": "take-up"}
    cloudformation.create_change_set(
        **change,
        ChangeSetType="IMPORT",
        TemplateBody=(folder / "import-template.json").read_text(),
        ResourcesToImport=json.loads((folder / "resources-to-import.json").read_text()),
    )
    cloudformation.execute_change_set(**change)
    described = cloudformation.describe_stacks
    eventually(lambda: described(StackName=stack.name)["Stacks"][0]["StackStatus"] == "IMPORT_COMPLETE")
    stack.client("sesv2").delete_configuration_set(ConfigurationSetName=stack.name)


def _deploy(stack: Stack) -> Stack:
    state = StateDirectory(stack.directory)
    found = state.running()
    assert found is not None
    deployment._deploy(deployment.Deployment(stack.name, "enforce", "APWT"), found, state)
    return replace(stack, outputs=deployment.outputs(found, stack.name))


def test_the_stack_is_deleted_and_its_tables_stay(life: Life) -> None:
    assert life.between["status"] == "DELETE_COMPLETE"
    assert {life.stack.outputs["AccountsTable"], life.stack.outputs["ControlTable"]} <= set(life.between["tables"])


def test_the_new_stack_has_the_tables_of_the_former_one_and_the_restored_timeline(life: Life) -> None:
    dynamodb = life.stack.client("dynamodb")
    table = dynamodb.describe_table(TableName=RESTORED)["Table"]

    assert life.stack.outputs["TimelineTable"] == RESTORED
    assert (table["StreamSpecification"]["StreamViewType"], table["DeletionProtectionEnabled"]) == ("NEW_IMAGE", True)
    backups = dynamodb.describe_continuous_backups(TableName=RESTORED)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_who_was_disabled_is_disabled(life: Life) -> None:
    assert life.disabled.standing()["status"] == "disabled"
    assert life.disabled.login_is_refused()


def test_counting_and_enforcing_go_on_where_they_were(life: Life) -> None:
    """The mail that was sent while there was no stack is seen by nobody."""
    assert life.sending.standing()["window"]["delivered"] == 3

    life.sending.send(1, complaints=1)

    eventually(life.sending.login_is_refused)
    mails = eventually(lambda: [mail["Subject"] for mail in life.sending.mails()][len(life.before) :])
    assert not set(mails) & set(life.before)  # nobody is mailed again of what was before
    assert life.sending.told("disabled", "complaint") == ["complaint", "complaint", "disabled"]
    window = life.sending.standing()["window"]
    assert (window["delivered"], window["complaints"]) == (4, 2)
