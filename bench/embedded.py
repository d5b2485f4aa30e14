"""The embedded DynamoDB with Permille's tables and the usual pattern's, and the environment of whoever counts there."""

import os
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
from tests.aws.tables import create_all

from permille_cli.local.emulation import emulated
from permille_cli.local.state import StateDirectory
from permille_cli.template import load

REGION = "us-east-1"
NOWHERE = "127.0.0.1:9"  # no mail is sent
IDEMPOTENCY_TABLE = "IdempotencyTable"
USUAL_TALLIES_TABLE = "UsualTalliesTable"


@asynccontextmanager
async def counting_environment() -> AsyncIterator[dict[str, str]]:
    """Yields the environment of a process that counts; the emulator ends with this block, or with this process."""
    key, secret = f"AKIA{secrets.token_hex(8).upper()}", secrets.token_urlsafe(30)
    with TemporaryDirectory() as directory:
        state = StateDirectory(Path(directory))
        state.make()
        async with emulated(state, key, secret, NOWHERE) as emulation:
            endpoint = f"http://127.0.0.1:{emulation.port}"
            _create_tables(endpoint, key, secret)
            yield function_environment("IngestComplaint") | {
                "AWS_ENDPOINT_URL": endpoint,
                "AWS_ACCESS_KEY_ID": key,
                "AWS_SECRET_ACCESS_KEY": secret,
                "IDEMPOTENCY_TABLE": IDEMPOTENCY_TABLE,
                "USUAL_TALLIES_TABLE": USUAL_TALLIES_TABLE,
            }


def function_environment(function: str) -> dict[str, str]:
    """What the template tells a function, without an AWS account: tables by their logical names, dummy credentials."""
    template = load()
    own = template["Resources"][function]["Properties"]["Environment"]["Variables"]
    told = template["Globals"]["Function"]["Environment"]["Variables"] | own
    ours = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return (
        ours
        | {name: _value(value, template["Parameters"]) for name, value in told.items()}
        | {
            "AWS_ACCESS_KEY_ID": "AKIADUMMY",
            "AWS_SECRET_ACCESS_KEY": "dummy",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
    )


def _value(told: str | Mapping[str, Any], parameters: Mapping[str, Any]) -> str:
    """What a parameter may be, or the logical name of what is referred to."""
    if isinstance(told, str):
        return told
    name = str(next(iter(told.values())))
    parameter = parameters.get(name, {})
    return str(parameter.get("Default") or parameter.get("AllowedValues", [name])[0])


def _create_tables(endpoint: str, key: str, secret: str) -> None:
    dynamodb = boto3.client(
        "dynamodb", endpoint_url=endpoint, region_name=REGION, aws_access_key_id=key, aws_secret_access_key=secret
    )
    create_all(dynamodb)
    for table, keys in {IDEMPOTENCY_TABLE: ["id"], USUAL_TALLIES_TABLE: ["caller", "day"]}.items():
        dynamodb.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
            KeySchema=[
                {"AttributeName": name, "KeyType": kind} for name, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
        )
