"""The tables of infra/template.yaml, made in moto, so that they cannot drift from what is deployed."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from permille_cli.template import load

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


@cache
def _of_the_template() -> list[dict[str, Any]]:
    return creations(load())


def create_all(dynamodb: "DynamoDBClient") -> None:
    for creation in _of_the_template():
        dynamodb.create_table(**creation)
