"""How often a look asks AWS, and how many clients it makes: each takes longer than all of Permille's own work."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.handlers import BUILTIN_HANDLERS
from tests.aws.conftest import TABLES
from tests.support.asked import Asked, asking
from tests.support.aws_tables import create_in_moto
from tests.support.builders import ACCOUNT, an_account

from permille.aws.accounts import DynamoAccounts
from permille_cli.main import status_of
from permille_cli.stack.deployed import DeployedStack
from permille_cli.stack.template import load

OUTPUTS = {name: name for name in load()["Outputs"]} | {"PolicyParameterName": "/permille/policy"}
SHOW, LIST = ["account", "show", ACCOUNT], ["account", "list"]
OF_SHOW = ["DescribeStacks", "GetItem", "GetParameter", "ListAccessKeys", "ListGroupsForUser", "Query"]


@pytest.fixture
def deployed(aws: None) -> dict[str, str]:
    """A stack with an account, and its outputs."""
    create_in_moto()
    account = an_account()
    for sender in account.senders:
        boto3.client("iam").create_user(UserName=sender)
    DynamoAccounts(
        accounts=TABLES.accounts, senders=TABLES.senders, timeline=TABLES.timeline, control=TABLES.control
    ).add(account, [])
    return OUTPUTS | {"ReplayClock": "off"}


@contextmanager
def handling(event: str, handler: Callable[..., Any]) -> Iterator[None]:
    """Every client that is made in the block has the handler."""
    BUILTIN_HANDLERS.append((event, handler))
    try:
        yield
    finally:
        BUILTIN_HANDLERS.remove((event, handler))


def looked(arguments: list[str], outputs: Mapping[str, str]) -> tuple[Asked, list[str]]:
    """The calls of the look, and the services that it made clients of. moto's CloudFormation cannot be imported."""
    made: list[str] = []
    described = [{"OutputKey": name, "OutputValue": value} for name, value in outputs.items()]
    answer = {"ResponseMetadata": {"HTTPStatusCode": 200}, "Stacks": [{"Outputs": described}]}
    with (
        handling("creating-client-class", lambda event_name, **_: made.append(event_name.rpartition(".")[2])),
        handling("before-call.cloudformation", lambda **_: (AWSResponse("", 200, HTTPHeaders(), None), answer)),
        asking() as asked,
    ):
        assert status_of(arguments, stack=DeployedStack("permille")) == 0
    return asked, made


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_a_look_at_an_account_asks_each_thing_once(deployed: dict[str, str], form: list[str]) -> None:
    asked, made = looked([*SHOW, *form], deployed)

    assert sorted(name for name, _ in asked.calls) == OF_SHOW
    assert sorted(made) == ["cloudformation", "dynamodb", "iam", "ssm"]


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_the_list_of_accounts_takes_two_calls(deployed: dict[str, str], form: list[str]) -> None:
    asked, made = looked([*LIST, *form], deployed)

    assert sorted(name for name, _ in asked.calls) == ["DescribeStacks", "Scan"]
    assert sorted(made) == ["cloudformation", "dynamodb"]


def test_a_look_reads_what_is_in_force_now(deployed: dict[str, str]) -> None:
    asked, _ = looked(SHOW, deployed)

    consistent = [params.get("ConsistentRead") for name, params in asked.calls if name in ("GetItem", "Query")]
    assert consistent == [True, True]


@pytest.mark.parametrize("outputs", [{"ReplayClock": "on"}, {}], ids=["replayed", "older template"])
def test_the_time_is_read_only_from_a_stack_that_may_have_one_of_its_own(
    deployed: dict[str, str], outputs: dict[str, str]
) -> None:
    del deployed["ReplayClock"]
    asked, _ = looked(SHOW, deployed | outputs)

    assert Counter(name for name, _ in asked.calls) == Counter([*OF_SHOW, "GetItem"])
