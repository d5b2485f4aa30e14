"""The embedded DynamoDB with the tables of Permille and the usual pattern, and the environment to count there."""

import os
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

import boto3
from tests.support.aws_tables import creations

from permille_cli.local.emulation import emulated
from permille_cli.local.state import StateDirectory
from permille_cli.simulation.population import caller_of
from permille_cli.stack.template import load

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REGION = "us-east-1"
NOWHERE = "127.0.0.1:9"  # no mail is sent
USUAL_IDEMPOTENCY_TABLE = "UsualIdempotencyTable"
USUAL_TALLIES_TABLE = "UsualTalliesTable"
KEY_TYPES: tuple[Literal["HASH", "RANGE"], ...] = ("HASH", "RANGE")
DUMMY = {
    "AWS_ACCESS_KEY_ID": "AKIADUMMY",
    "AWS_SECRET_ACCESS_KEY": "dummy",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@asynccontextmanager
async def counting_environment() -> AsyncIterator[dict[str, str]]:
    """Yields the environment of a process that counts; the emulator ends with this block, or with this process."""
    key, secret = f"AKIA{secrets.token_hex(8).upper()}", secrets.token_urlsafe(30)
    with TemporaryDirectory() as directory:
        state = StateDirectory(Path(directory))
        state.make()
        async with emulated(state, key, secret, NOWHERE) as emulation:
            environment = (
                function_environment("IngestComplaint")
                | function_environment("Enforce")
                | function_environment("Console")
                | {
                    "AWS_ENDPOINT_URL": f"http://127.0.0.1:{emulation.port}",
                    "AWS_ACCESS_KEY_ID": key,
                    "AWS_SECRET_ACCESS_KEY": secret,
                    "ENFORCEMENT_MODE": "enforce",
                    "POLICY_PARAMETER": "/permille/policy",
                    "USUAL_IDEMPOTENCY_TABLE": USUAL_IDEMPOTENCY_TABLE,
                    "USUAL_TALLIES_TABLE": USUAL_TALLIES_TABLE,
                }
            )
            _create_tables(dynamodb_of(environment))
            yield environment | _link_keys(environment)


def _link_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """The KMS keys that sign links, as in the template."""
    kms = client_of("kms", environment)
    names = ("OWNER_LINK_KEY", "STAFF_LINK_KEY")
    made = (kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC") for _ in names)
    return {name: key["KeyMetadata"]["Arn"] for name, key in zip(names, made, strict=True)}


def function_environment(function: str) -> dict[str, str]:
    """A function's environment by the template, without an AWS account: tables by logical id, dummy credentials."""
    template = load()
    own = template["Resources"][function]["Properties"]["Environment"]["Variables"]
    told = template["Globals"]["Function"]["Environment"]["Variables"] | own
    ours = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return ours | DUMMY | {name: _value(value, template["Parameters"]) for name, value in told.items()}


def _value(told: str | Mapping[str, Any], parameters: Mapping[str, Any]) -> str:
    """A valid value of a parameter, or the logical id of the resource. No condition is met."""
    if isinstance(told, str):
        return told
    if "Fn::If" in told:
        return _value(told["Fn::If"][2], parameters)
    name = str(next(iter(told.values())))
    parameter = parameters.get(name, {})
    return str(parameter.get("Default") or parameter.get("AllowedValues", [name])[0])


def dynamodb_of(environment: Mapping[str, str]) -> "DynamoDBClient":
    found: DynamoDBClient = client_of("dynamodb", environment)
    return found


def client_of(service: Any, environment: Mapping[str, str]) -> Any:
    return boto3.client(
        service,
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=REGION,
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )


def enrol(dynamodb: "DynamoDBClient", accounts: Iterable[str]) -> None:
    for account in accounts:
        row = {"caller_identity": {"S": caller_of(account)}, "account_id": {"S": account}}
        dynamodb.put_item(TableName="SendersTable", Item=row)


def _create_tables(dynamodb: "DynamoDBClient") -> None:
    for creation in creations(load()):
        dynamodb.create_table(**creation)
    for table, keys in {USUAL_IDEMPOTENCY_TABLE: ["id"], USUAL_TALLIES_TABLE: ["caller", "day"]}.items():
        dynamodb.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in zip(keys, KEY_TYPES, strict=False)],
        )
