"""Creates the tables of infra/template.yaml in moto, so that tests use what is deployed."""

import os
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.table import Table

from permille_cli.stack.template import load

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KNOWN_TO_CREATE_TABLE = (
    "AttributeDefinitions",
    "KeySchema",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "StreamSpecification",
)


def creations(template: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What `create_table` takes, for every table of the template, each called by its logical name."""
    tables = {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::DynamoDB::Table"
    }
    return [{"TableName": name, **_known(properties)} for name, properties in tables.items()]


def _known(properties: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: properties[name] for name in KNOWN_TO_CREATE_TABLE if name in properties}
    if "StreamSpecification" in known:
        known["StreamSpecification"] = {"StreamEnabled": True, **known["StreamSpecification"]}
    return known


def create_all(dynamodb: "DynamoDBClient") -> None:
    for creation in creations(load()):
        dynamodb.create_table(**creation)


def create_in_moto() -> None:
    """In an AWS account that has none: copies of those that moto made once, in a twentieth of the time."""
    _backend().tables = deepcopy(_made())


@cache
def _made() -> dict[str, Table]:
    create_all(boto3.client("dynamodb"))
    return deepcopy(_backend().tables)


def _backend() -> DynamoDBBackend:
    return dynamodb_backends[DEFAULT_ACCOUNT_ID][os.environ["AWS_DEFAULT_REGION"]]
