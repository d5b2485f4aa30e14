"""Evaluates offline, by AWS's documented rules, what the roles of infra/template.yaml allow on DynamoDB.

The embedded AWS looks neither at `dynamodb:LeadingKeys` nor at a write's attributes; nothing here was tried on AWS.
Tables are called by their logical names, as tests/support/aws_tables.py makes them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import botocore.handlers

from permille.domain.sending.iam_patterns import covers
from permille_cli.stack.template import load

RESOURCES: Mapping[str, Any] = load()["Resources"]
HASH_KEYS = {
    name: next(key["AttributeName"] for key in one["Properties"]["KeySchema"] if key["KeyType"] == "HASH")
    for name, one in RESOURCES.items()
    if one["Type"] == "AWS::DynamoDB::Table"
}
FOLDERS = {
    one["Properties"]["CodeUri"].rpartition("/")[2]: name
    for name, one in RESOURCES.items()
    if one["Type"] == "AWS::Serverless::Function"
}
OF_TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}
EXPRESSIONS = (
    "UpdateExpression",
    "ConditionExpression",
    "ProjectionExpression",
    "KeyConditionExpression",
    "FilterExpression",
)
WORDS = {"set", "remove", "add", "delete", "and", "or", "not", "between", "in"}  # of the language; so are functions
_NAME = re.compile(r"(?<![:.#\w])(?:#\w+|[A-Za-z_]\w*)(?!\w*\s*\()")


@dataclass(frozen=True, slots=True)
class Request:
    """One request as IAM sees it: a transaction is one for each of its items. `context` is by condition key."""

    action: str
    resource: str
    context: Mapping[str, Sequence[str]]


# ---------------------------------------------------------------- what is asked


def requests_of(operation: str, params: Mapping[str, Any]) -> list[Request]:
    """What DynamoDB asks IAM about a call."""
    if "TransactItems" in params:
        items = [one for item in params["TransactItems"] for one in item.items()]
        return [_request(OF_TRANSACTIONS[kind], one) for kind, one in items]
    if "RequestItems" in params:
        return [_batch(operation, table, asked["Keys"]) for table, asked in params["RequestItems"].items()]
    return [_request(operation, params)] if "TableName" in params else []


def _batch(operation: str, table: str, keys: Sequence[Mapping[str, Any]]) -> Request:
    leading = [text for key in keys for text in key[HASH_KEYS[table]].values()]
    return Request(operation, table, {"dynamodb:LeadingKeys": leading})


def _request(action: str, params: Mapping[str, Any]) -> Request:
    table, index = params["TableName"], params.get("IndexName")
    row = params.get("Key") or params.get("Item") or {}
    context = {"dynamodb:Attributes": sorted({*row, *_named(params)})}
    if HASH_KEYS[table] in row:
        context["dynamodb:LeadingKeys"] = list(row[HASH_KEYS[table]].values())
    if action in ("Query", "Scan"):
        context["dynamodb:Select"] = [params.get("Select", "ALL_ATTRIBUTES")]
    else:
        context["dynamodb:ReturnValues"] = [params.get("ReturnValues", "NONE")]
    return Request(action, f"{table}/index/{index}" if index else table, context)


def _named(params: Mapping[str, Any]) -> Iterator[str]:
    """The attributes, of the top level alone, that the request's expressions name."""
    placeholders = params.get("ExpressionAttributeNames") or {}
    for expression in EXPRESSIONS:
        for name in _NAME.findall(params.get(expression) or ""):
            if name.lower() not in WORDS:
                yield placeholders.get(name, name)


# ---------------------------------------------------------------- what is allowed


def is_allowed(function: str, request: Request) -> bool:
    """Whether a statement of the function's role allows it; none denies."""
    return any(
        f"dynamodb:{request.action}" in _listed(one["Action"])
        and request.resource in tables_of(one)
        and _is_met(one.get("Condition", {}), request.context)
        for one in statements(function)
    )


def statements(function: str) -> list[Mapping[str, Any]]:
    role = RESOURCES[RESOURCES[function]["Properties"]["Role"]["Fn::GetAtt"][0]]["Properties"]
    return [one for policy in role["Policies"] for one in policy["PolicyDocument"]["Statement"]]


def attributes(function: str, action: str, resource: str) -> frozenset[str]:
    """Those that the function may name in this action on this table."""
    found = [
        one.get("Condition", {}).get("ForAllValues:StringEquals", {}).get("dynamodb:Attributes", [])
        for one in statements(function)
        if f"dynamodb:{action}" in _listed(one["Action"]) and resource in tables_of(one)
    ]
    return frozenset(name for names in found for name in names)


def tables_of(statement: Mapping[str, Any]) -> list[str]:
    """The tables and indexes that a statement is about."""
    return [table for table in map(_resource, _listed(statement["Resource"])) if table]


def _is_met(condition: Mapping[str, Mapping[str, Any]], context: Mapping[str, Sequence[str]]) -> bool:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"""
    return all(
        _holds(operator, key, _listed(wanted), context)
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )


def _holds(operator: str, key: str, wanted: Sequence[str], context: Mapping[str, Sequence[str]]) -> bool:
    quantifier, _, comparison = operator.rpartition(":")
    given = context.get(key, [])
    if not given:  # nothing is asked about: ForAllValues and IfExists hold
        return quantifier == "ForAllValues" or comparison.endswith("IfExists")
    like = {"StringEquals": str.__eq__, "StringLike": covers}[comparison.removesuffix("IfExists")]
    met = (any(like(pattern, value) for pattern in wanted) for value in given)
    return all(met) if quantifier == "ForAllValues" else any(met)


def _resource(resource: Any) -> str:
    """`Table`, or `Table/index/name`; empty for a stream or what is no table at all."""
    if resource == "*" or "Ref" in resource or "Fn::If" in resource:
        return ""
    if "Fn::Sub" in resource:
        return str(resource["Fn::Sub"]).replace("${", "").replace(".Arn}", "")
    name, attribute = resource["Fn::GetAtt"]
    return name if attribute == "Arn" else ""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# ---------------------------------------------------------------- what was really asked

_listening: list[list[tuple[str, Request]]] = []


@contextmanager
def recorded() -> Iterator[list[tuple[str, Request]]]:
    """The requests of all clients meanwhile, each with the function on whose behalf: whose app.py is being run; empty
    where that is none's."""
    requests: list[tuple[str, Request]] = []
    _listening.append(requests)
    try:
        yield requests
    finally:
        _listening.remove(requests)


def _note(params: Mapping[str, Any], model: Any, **_: object) -> None:
    for listener in _listening:
        listener += [(_function(), request) for request in requests_of(model.name, params)]


def _function() -> str:
    frame: Any = sys._getframe()
    while frame := frame.f_back:
        path = frame.f_code.co_filename.rsplit("/", 2)
        if path[-1] == "app.py" and path[-2] in FOLDERS:
            return FOLDERS[path[-2]]
    return ""


botocore.handlers.BUILTIN_HANDLERS.append(("provide-client-params.dynamodb", _note))
