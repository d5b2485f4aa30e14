"""The template's resources that outlive the stack, and their import into a new one.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-manually.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from permille.ports.table_setup import TableSetup, keys_and_indexes

Document = Mapping[str, Any]
TABLE = "AWS::DynamoDB::Table"
# The property by which CloudFormation identifies an imported resource.
IDENTIFIERS = {TABLE: "TableName", "AWS::SES::ConfigurationSet": "Name", "AWS::IAM::Group": "GroupName"}


def retained(template: Document) -> dict[str, Any]:
    """The resources that outlive the stack and are imported, as in the template. The senders' boundary outlives it too,
    and a new stack makes another one."""
    kept = {name: resource for name, resource in template["Resources"].items() if "DeletionPolicy" in resource}
    return {name: resource for name, resource in kept.items() if resource["Type"] in IDENTIFIERS}


def tables(template: Document) -> dict[str, TableSetup]:
    """The set-up of each table, by its logical id."""
    return {
        name: _setup(resource["Properties"])
        for name, resource in retained(template).items()
        if resource["Type"] == TABLE
    }


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
    """The template with only the resources to import, since CloudFormation cannot import and create at once, and with
    their conditions and parameters. `names`: physical names by logical id. They replace computed names: AWS documents
    no import of a resource with a computed name.
    """
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
    """The conditions that are used, with those that they use themselves."""
    names = {name[0] for name in used}
    while more := set(_values([conditions[name] for name in names], key)) - names:
        names |= more
    return {name: conditions[name] for name in sorted(names)}


def _values(node: Any, key: str) -> Iterator[Any]:
    """All values under the key, at any depth."""
    if isinstance(node, Mapping):
        if key in node:
            yield node[key]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _values(child, key)


def resources_to_import(template: Document, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The resources for CreateChangeSet. `names`: physical names by logical id."""
    return [
        {
            "ResourceType": (kind := template["Resources"][logical]["Type"]),
            "LogicalResourceId": logical,
            "ResourceIdentifier": {IDENTIFIERS[kind]: name},
        }
        for logical, name in names.items()
    ]
