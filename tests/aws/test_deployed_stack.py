"""A stack on AWS as the operator's command finds it: by the template's outputs, each adapter where it is needed."""

import json
from dataclasses import fields
from typing import Any

import boto3
import pytest
from botocore.exceptions import BotoCoreError, EndpointConnectionError, NoCredentialsError
from tests.support.builders import ACCOUNT, an_account
from tests.support.wire import Wire

from permille.domain.values.errors import Failed, InvalidInput, NotFound, PermissionDenied, Unavailable
from permille_cli.main import status_of
from permille_cli.stack.deployed import DeployedStack, exists, outputs_of
from permille_cli.stack.stack import EMBEDDED, Stack
from permille_cli.stack.template import load

NAMES = {name: f"the-{name}" for name in load()["Outputs"]}
OUTPUTS = NAMES | {name: name for name in NAMES if name.endswith("Table")}


@pytest.fixture
def stack(dynamodb: Any) -> DeployedStack:
    return DeployedStack("permille", {"permille": OUTPUTS}.__getitem__)


def test_the_template_has_every_output_that_an_adapter_is_made_with(stack: DeployedStack) -> None:
    made = {field.name: getattr(stack, field.name) for field in fields(Stack)}

    assert all(made.values())
    assert stack.accounts is made["accounts"]


def test_who_runs_the_command_says_in_which_account_ses_is(stack: DeployedStack) -> None:
    assert stack.operator_arn().startswith("arn:aws:")
    assert stack.onboarding.ses == "arn:aws:ses:the-Region:123456789012"


def test_a_command_runs_on_it(stack: DeployedStack, capsys: pytest.CaptureFixture[str]) -> None:
    stack.accounts.add(an_account(), [])

    assert status_of(["account", "list", "--json"], stack=stack) == 0

    (listed,) = json.loads(capsys.readouterr().out)["accounts"]
    assert listed["account_id"] == ACCOUNT


def test_it_is_an_embedded_one_only_by_an_output_that_the_template_has_not(dynamodb: Any) -> None:
    """Whose providers may be on loopback. No parameter says so, the replayed clock's neither."""
    stacks = {"permille": OUTPUTS | {"ReplayClock": "on"}, "embedded": OUTPUTS | {EMBEDDED: "yes"}}

    assert EMBEDDED not in load()["Outputs"]
    assert not DeployedStack("permille", stacks.__getitem__).is_local
    assert DeployedStack("embedded", stacks.__getitem__).is_local


def test_aws_is_not_called_before_an_output_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(["account", "disable", ACCOUNT, "--reason", " ", "--stack", "nowhere"]) == 2

    assert "--reason: say why" in capsys.readouterr().err


# ---------------------------------------------------------------- its outputs


@pytest.fixture
def cloudformation() -> Any:
    return boto3.client("cloudformation")


def test_its_outputs_are_cloudformations(cloudformation: Any) -> None:
    outputs = [{"OutputKey": "AccountsTable", "OutputValue": "accounts"}]
    Wire(cloudformation).answer("DescribeStacks", {"Stacks": [{"Outputs": outputs}]})

    assert outputs_of("permille", cloudformation=cloudformation) == {"AccountsTable": "accounts"}


@pytest.mark.parametrize(
    ("status", "there"),
    [
        ("CREATE_COMPLETE", True),
        ("UPDATE_ROLLBACK_FAILED", True),
        ("DELETE_FAILED", True),
        ("REVIEW_IN_PROGRESS", False),
        ("DELETE_COMPLETE", False),
    ],
)
def test_a_stack_is_there_until_it_is_deleted_and_from_its_first_resource_on(
    cloudformation: Any, status: str, *, there: bool
) -> None:
    Wire(cloudformation).answer("DescribeStacks", {"Stacks": [{"StackStatus": status}]})

    assert exists("permille", cloudformation=cloudformation) is there


def test_a_stack_that_cloudformation_does_not_know_is_not_there(cloudformation: Any) -> None:
    error = {"Code": "ValidationError", "Message": "Stack with id permille does not exist"}
    Wire(cloudformation).answer("DescribeStacks", {"Error": error}, status=400)

    assert not exists("permille", cloudformation=cloudformation)


def test_another_stack_has_no_such_outputs(cloudformation: Any) -> None:
    Wire(cloudformation).answer("DescribeStacks", {"Stacks": [{}]})
    another = DeployedStack("another", lambda name: outputs_of(name, cloudformation=cloudformation))

    with pytest.raises(Failed, match="the stack another has no output AccountsTable: it is not Permille's"):
        _ = another.accounts


def test_a_stack_that_is_not_there_is_named(cloudformation: Any) -> None:
    error = {"Code": "ValidationError", "Message": "Stack with id nowhere does not exist"}
    Wire(cloudformation).answer("DescribeStacks", {"Error": error}, status=400)

    with pytest.raises(NotFound, match="there is no stack nowhere here; name it with --stack or PERMILLE_STACK"):
        outputs_of("nowhere", cloudformation=cloudformation)


def test_a_stack_needs_a_name(cloudformation: Any) -> None:
    with pytest.raises(InvalidInput, match="names no stack"):
        outputs_of("", cloudformation=cloudformation)


class Unreached:
    """A client whose calls reach nothing."""

    def __init__(self, error: BotoCoreError) -> None:
        self.error = error

    def describe_stacks(self, **_: str) -> Any:
        raise self.error


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (NoCredentialsError(), "; set AWS_PROFILE to a profile that has some, or for an embedded stack: eval "),
        (
            EndpointConnectionError(endpoint_url="http://127.0.0.1:35335/"),
            "; the embedded stack does not run there: permille local up, and eval ",
        ),
        (EndpointConnectionError(endpoint_url="https://cloudformation.eu-west-1.amazonaws.com/"), ""),
    ],
    ids=["credentials", "embedded", "aws"],
)
def test_who_reaches_nothing_reads_what_to_do(error: BotoCoreError, advice: str) -> None:
    with pytest.raises(Unavailable) as raised:
        outputs_of("permille", cloudformation=Unreached(error))  # type: ignore[arg-type]

    said, _, rest = str(raised.value).partition(advice) if advice else (str(raised.value), "", "")
    assert said == f"reading the stack permille: {error}"
    assert bool(rest) is bool(advice)


def test_a_call_that_aws_denies_is_an_error(cloudformation: Any) -> None:
    Wire(cloudformation).refuse("DescribeStacks", "AccessDenied")

    with pytest.raises(PermissionDenied, match="reading the stack permille: AWS does not allow it"):
        outputs_of("permille", cloudformation=cloudformation)
