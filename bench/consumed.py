"""What requests cost by DynamoDB's published rules, with the indexes of the template: an upper estimate.

A write that has an attribute of an index's key takes two units there (the old entry is deleted, the new one put). One
that only changes a projected attribute takes one. A read takes a unit for each started 4 KB of the answer if it is
strongly consistent, and half of it otherwise; the answer's JSON is larger than the items in it.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from bench.wire import KB, item_size
from botocore.endpoint import Endpoint

from permille_cli.stack.template import load

READ = 4 * KB
READS = {"GetItem", "Query", "Scan", "BatchGetItem", "TransactGetItems"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and how many bytes its answer had. `service`: as AWS's signatures name it."""

    service: str
    operation: str
    content: Mapping[str, Any]
    answered: int


def exchanged() -> list[Exchange]:
    """A list of all exchanges with AWS from now on, for boto3 and PynamoDB, also those that moto answers."""
    exchanges: list[Exchange] = []
    make_request = Endpoint.make_request

    def noting(endpoint: Endpoint, operation: Any, request: Any) -> Any:
        answer, parsed = make_request(endpoint, operation, request)
        content = json.loads(request["body"]) if operation.service_model.protocol == "json" else {}
        service = operation.service_model.signing_name
        exchanges.append(Exchange(service, operation.name, content, len(answer.content)))
        return answer, parsed

    Endpoint.make_request = noting  # type: ignore[assignment,method-assign]
    return exchanges


def write_units(exchange: Exchange) -> int:
    """The units of all writes in the request, and in indexes."""
    if exchange.operation == "TransactWriteItems":
        writes = [(kind, write) for item in exchange.content["TransactItems"] for kind, write in item.items()]
        return sum(
            2 * _units(write) + (_index_units(write) if kind != "ConditionCheck" else 0) for kind, write in writes
        )
    if exchange.operation in {"PutItem", "UpdateItem", "DeleteItem"}:
        return _units(exchange.content) + _index_units(exchange.content)
    return 0


def read_units(exchange: Exchange) -> float:
    """The units of a read by the size of its answer; a batch takes at least one for each key."""
    if exchange.operation not in READS:
        return 0
    keys = [of_table["Keys"] for of_table in exchange.content.get("RequestItems", {}).values()]
    items = max(sum(map(len, keys)), -(-exchange.answered // READ), 1)
    return items if 'ConsistentRead": true' in json.dumps(exchange.content) else items / 2


def _units(write: Mapping[str, Any]) -> int:
    return max(1, -(-item_size(write) // KB))


def _index_units(write: Mapping[str, Any]) -> int:
    named = set(_written(write))
    units = 0
    for keys, projected in _indexes()[write["TableName"]]:
        if named & keys:
            units += 2
        elif named & projected:
            units += 1
    return units


def _written(write: Mapping[str, Any]) -> Iterator[str]:
    """The attributes that a put has, or that an update's expression names."""
    yield from write.get("Item", {})
    names = write.get("ExpressionAttributeNames", {})
    for word in re.findall(r"#?\w+", write.get("UpdateExpression", "")):
        yield names.get(word, word)


@cache
def _indexes() -> Mapping[str, Sequence[tuple[set[str], set[str]]]]:
    """By table: of each index the attributes of its key that are not of the table's, and what it projects."""
    tables = {name: one for name, one in load()["Resources"].items() if one["Type"] == "AWS::DynamoDB::Table"}
    return {name: [_index(one["Properties"], index) for index in _declared(one)] for name, one in tables.items()}


def _declared(table: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    declared: Sequence[Mapping[str, Any]] = table["Properties"].get("GlobalSecondaryIndexes", [])
    return declared


def _index(properties: Mapping[str, Any], index: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    own = {key["AttributeName"] for key in properties["KeySchema"]}
    keys = {key["AttributeName"] for key in index["KeySchema"]} - own
    return keys, set(index["Projection"].get("NonKeyAttributes", []))
