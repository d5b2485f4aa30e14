"""What of the template outlives its stack, and how CloudFormation imports it into a new one.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-manually.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from permille.ports.table_setup import TableSetup, keys_and_indexes

Document = Mapping[str, Any]
TABLE = "AWS::DynamoDB::Table"
# By which property CloudFormation finds what it imports.
IDENTIFIERS = {TABLE: "TableName", "AWS::SES::ConfigurationSet": "Name", "AWS::IAM::Group": "GroupName"}


def retained(template: Document) -> dict[str, Any]:
    """The resources, as they stand in the template."""
    return {name: one for name, one in template["Resources"].items() if "DeletionPolicy" in one}


def tables(template: Document) -> dict[str, TableSetup]:
    """How each table is set up, by its name in the template."""
    return {name: _setup(one["Properties"]) for name, one in retained(template).items() if one["Type"] == TABLE}


def _setup(properties: Document) -> TableSetup:
    keys, indexes = keys_and_indexes(properties)
    return TableSetup(
        keys,
        indexes,
        stream=properties.get("StreamSpecification", {}).get("StreamViewType", ""),
        expires_by=properties.get("TimeToLiveSpecification", {}).get("AttributeName", ""),
        recoverable=properties.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled", False),
        protected=properties.get("DeletionProtectionEnabled", False),
    )


def import_template(template: Document, names: Mapping[str, str]) -> dict[str, Any]:
    """The template with what is to be imported alone, since CloudFormation imports and makes nothing at once; and with
    the conditions and parameters that it names. `names`: the physical ones, by those in the template. Where the
    template makes one up, it stands here as it is: AWS says nothing of importing what has a computed name."""
    resources = {logical: _as_named(template["Resources"][logical], name) for logical, name in names.items()}
    conditions = _named(template["Conditions"], _values(resources, "Fn::If"), "Condition")
    parameters = {name for name in _values([resources, conditions], "Ref") if name in template["Parameters"]}
    return {
        "AWSTemplateFormatVersion": template["AWSTemplateFormatVersion"],
        "Description": template["Description"],
        "Parameters": {name: template["Parameters"][name] for name in sorted(parameters)},
        "Conditions": conditions,
        "Resources": resources,
    }


def _as_named(resource: Document, name: str) -> Document:
    identifier, properties = IDENTIFIERS[resource["Type"]], resource["Properties"]
    return {**resource, "Properties": {**properties, identifier: name}} if identifier in properties else resource


def _named(conditions: Document, used: Iterator[Any], key: str) -> dict[str, Any]:
    """The conditions that an If of what is used names, with those that they name themselves."""
    names = {one[0] for one in used}
    while more := set(_values([conditions[one] for one in names], key)) - names:
        names |= more
    return {name: conditions[name] for name in sorted(names)}


def _values(node: Any, key: str) -> Iterator[Any]:
    """Whatever stands under the key, anywhere in it."""
    if isinstance(node, Mapping):
        if key in node:
            yield node[key]
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from _values(one, key)


def resources_to_import(template: Document, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """As CreateChangeSet takes them. `names`: the physical ones, by those in the template."""
    return [
        {
            "ResourceType": (kind := template["Resources"][logical]["Type"]),
            "LogicalResourceId": logical,
            "ResourceIdentifier": {IDENTIFIERS[kind]: name},
        }
        for logical, name in names.items()
    ]
