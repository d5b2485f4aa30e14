"""Records requests to DynamoDB, and calculates what DynamoDB charges for them.

Write units follow the published rules, because emulators misreport them: a plain write takes one unit for each started
KB of the item; each item of a transaction takes two, even if the transaction is cancelled; a write whose condition
fails is charged as well. Reads take read units: one for each started 4 KB read strongly consistent.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

import json
from collections.abc import Mapping
from typing import Any

from botocore.httpsession import URLLib3Session

KB = 1024
Request = tuple[str, bytes]  # the operation, and the body as sent


def tapped() -> list[Request]:
    """A list of all requests that botocore sends from now on, for boto3 or PynamoDB."""
    requests: list[Request] = []
    send = URLLib3Session.send

    def noting(session: URLLib3Session, request: Any) -> Any:
        requests.append((request.headers.get("X-Amz-Target") or "", request.body))
        return send(session, request)

    URLLib3Session.send = noting  # type: ignore[assignment,method-assign]
    return requests


def write_units(request: Request) -> int:
    operation, content = _read(request)
    match operation:
        case "PutItem" | "UpdateItem" | "DeleteItem":
            return _started_kb(content)
        case "TransactWriteItems":
            return sum(2 * _started_kb(write) for item in content["TransactItems"] for write in item.values())
        case _:
            return 0


def read_units(request: Request) -> int:
    """Read units of ingest's only kind of read; its rows are far below 4 KB."""
    operation, content = _read(request)
    if operation != "BatchGetItem":
        return 0
    return sum(len(of_table["Keys"]) for of_table in content["RequestItems"].values())


def _read(request: Request) -> tuple[str, dict[str, Any]]:
    target, body = request
    target = target.decode() if isinstance(target, bytes) else target
    return target.rpartition(".")[2], json.loads(body)


def _started_kb(write: Mapping[str, Any]) -> int:
    return max(1, -(-item_size(write) // KB))


def item_size(write: Mapping[str, Any]) -> int:
    """The bytes that a write is charged for. Of an update those of its request: all items here are far below 1 KB."""
    item = write.get("Item") or write["Key"] | write.get("ExpressionAttributeValues", {})
    return sum(len(name.encode()) + len(str(next(iter(value.values()))).encode()) for name, value in item.items())
