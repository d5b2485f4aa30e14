"""docs/operator-policy.json is what an operator needs for the command, and no more. What is asked for is seen twice:
each command runs on the adapters that it has on AWS, and all that these could ask for is read in their source."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import xform_name
from moto.core.models import MockAWS
from tests.support.asked import PREFIXES, Asked, asking
from tests.support.at_work import COMMANDS, a_stack, at_work

from permille_cli.project import PROJECT
from permille_cli.stack.deployed import DeployedStack
from permille_cli.stack.stack import Stack

ADAPTERS = PROJECT / "layers" / "core" / "permille" / "bootstrap" / "adapters.py"
PROBES = PROJECT / "layers" / "core" / "permille" / "bootstrap" / "probes.py"
DEPLOYED = PROJECT / "cli" / "permille_cli" / "stack" / "deployed.py"
POLICY: dict[str, Any] = json.loads((PROJECT / "docs" / "operator-policy.json").read_text())
# Of the same adapters, what functions alone ask for; and a word that is no operation there.
FUNCTIONS_ALONE = {"kms:VerifyMac", "secretsmanager:ListSecrets"}
NO_OPERATION = {"kms:Sign", "kms:Verify"}  # methods of the port: the MAC is made by GenerateMac
RIGHTS = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:ListObjectsV2": "s3:ListBucket",
}  # of operations that have another name
IMPLIED = {"iam:TagUser", "secretsmanager:TagResource"}  # users and secrets are made with a tag
BY_ITS_URL = {"lambda:InvokeFunctionUrl"}  # the function Access is asked
ASKS_NOTHING = ("backtest", "cost", "policy check", "policy judge", "link staff", "link platform", "simulate")
OF_ROWS = {f"dynamodb:{kind}" for kind in ("BatchGetItem", "ConditionCheckItem", "PutItem", "UpdateItem", "DeleteItem")}


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


ALLOWED = {action for statement in POLICY["Statement"] for action in listed(statement["Action"])}


@pytest.fixture(scope="module")
def asked(moto: MockAWS) -> Iterator[Asked]:
    with asking() as found:
        yield found


@pytest.fixture(scope="module")
def stack(asked: Asked) -> DeployedStack:
    return a_stack()


@pytest.mark.parametrize("command", COMMANDS)
def test_what_a_command_asks_for_is_allowed(
    command: str, dynamodb: Any, stack: DeployedStack, asked: Asked, tmp_path: Path
) -> None:
    at_work(command, stack, asked, tmp_path)

    assert bool(asked.actions) is (command not in ASKS_NOTHING)
    assert asked.actions <= ALLOWED


@cache
def in_the_source() -> frozenset[str]:
    """Each operation that an adapter of the command names."""
    return frozenset(action for source in _sources() for action in _named(source.read_text(encoding="utf-8")))


def _sources() -> list[Path]:
    shared = [node for node in ast.walk(ast.parse(ADAPTERS.read_text())) if isinstance(node, ast.FunctionDef)]
    used = [node for node in shared if node.name in {field.name for field in fields(Stack)}]
    parts = (ast.parse(DEPLOYED.read_text()), ast.parse(PROBES.read_text()), *used)
    adapters = [_file(module) for part in parts for module in _adapters(part)]
    imported = [_file(module) for adapter in adapters for module in _adapters(ast.parse(adapter.read_text()))]
    return sorted({DEPLOYED, *adapters, *imported})


def _file(module: str) -> Path:
    return PROJECT / "layers" / "core" / f"{module.replace('.', '/')}.py"


def _adapters(part: ast.AST) -> Iterator[str]:
    imports = (node.module or "" for node in ast.walk(part) if isinstance(node, ast.ImportFrom))
    return (module for module in imports if module.startswith("permille.aws."))


def _named(source: str) -> Iterator[str]:
    words = set(re.findall(r"\w+", source))
    for service in set(re.findall(r'\bclient\("(\w+)"', source)):
        model = boto3.client(service, region_name="us-east-1").meta.service_model
        names = [name for name in model.operation_names if xform_name(name) in words]
        actions = (f"{PREFIXES.get(service, service)}:{name}" for name in names)
        yield from (RIGHTS.get(action, action) for action in actions)


def test_whatever_an_adapter_of_the_command_could_ask_for_is_allowed_and_nothing_else() -> None:
    """Rows are asked for by PynamoDB too, whose operations have other names in the source."""
    needed = in_the_source() - FUNCTIONS_ALONE - NO_OPERATION

    assert needed | IMPLIED | BY_ITS_URL | OF_ROWS == ALLOWED


def test_what_functions_alone_ask_for_is_in_these_adapters() -> None:
    assert in_the_source() >= FUNCTIONS_ALONE | NO_OPERATION


def test_no_action_and_no_statement_is_there_twice_and_all_of_them_allow() -> None:
    actions = [action for statement in POLICY["Statement"] for action in listed(statement["Action"])]

    actions.remove("lambda:InvokeFunction")  # of Access by its URL alone, and of Webhook
    assert len(actions) == len(set(actions))
    assert not [action for action in actions if "*" in action]
    assert len({statement["Sid"] for statement in POLICY["Statement"]}) == len(POLICY["Statement"])
    assert {statement["Effect"] for statement in POLICY["Statement"]} == {"Allow"}


def test_what_changes_something_is_allowed_on_what_is_permilles_alone() -> None:
    """But for SES's own suppression list, which has no resource."""
    everywhere = {
        action
        for statement in POLICY["Statement"]
        if "*" in listed(statement["Resource"])
        for action in listed(statement["Action"])
    }
    reading = re.compile(r"\w+:(Get|List|Describe)")

    assert {action for action in everywhere if not reading.match(action)} == {"ses:DeleteSuppressedDestination"}


def test_it_fits_into_a_managed_policy() -> None:
    """IAM counts 6,144 characters, without blanks."""
    assert len(json.dumps(POLICY, separators=(",", ":"))) <= 6144
