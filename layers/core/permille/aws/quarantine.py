"""Stores feedback that could not be parsed or attributed, unchanged, for inspection and replay."""

import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from permille.aws.client import client, code_of, service_call
from permille.aws.stored_values import instant
from permille.ports.feedback import Quarantined

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT_FOR = timedelta(days=60)
SHARDS = "0123456789abcdef"  # of the index by age: by the hash's first character, so that a flood spreads over all

NAMED = {f"#{name}": name for name in ("body_hash", "reason", "caller", "at")}  # all attributes but the body


class DynamoQuarantine:
    """Implements `Quarantine`, `QuarantineAge`, `QuarantineCount`, `QuarantinedFeedback`."""

    def __init__(self, *, table: str, dynamodb: "DynamoDBClient | None" = None) -> None:
        self._dynamodb: DynamoDBClient = dynamodb or client("dynamodb")
        self._table = table

    def keep(self, body: str, reason: str, sender: str, now: datetime) -> None:
        raw = body.encode("utf-8", "surrogatepass")
        body_hash = sha256(raw).hexdigest()
        row: dict[str, Any] = {
            "body_hash": {"S": body_hash},
            "shard": {"S": body_hash[0]},
            "reason": {"S": reason},
            "caller": {"S": sender},
            "at": {"S": instant(now)},
            "body": {"B": zlib.compress(raw)},
            "expires_at": {"N": str(int((now + KEPT_FOR).timestamp()))},
        }
        with service_call("quarantining"):
            self._dynamodb.put_item(TableName=self._table, Item=row)

    def oldest(self) -> datetime | None:
        with service_call("reading the age of the quarantine"):
            instants = [at for shard in SHARDS for at in self._oldest_of(shard)]
        return min(instants, default=None)

    def _oldest_of(self, shard: str) -> list[datetime]:
        answer = self._dynamodb.query(
            TableName=self._table,
            IndexName="age",
            KeyConditionExpression="#shard = :shard",
            ExpressionAttributeNames={"#shard": "shard"},
            ExpressionAttributeValues={":shard": {"S": shard}},
            Limit=1,
        )
        return [datetime.fromisoformat(row["at"]["S"]) for row in answer["Items"]]

    def all(self) -> Iterator[Quarantined]:
        with service_call("reading the quarantine"):
            pages = self._dynamodb.get_paginator("scan").paginate(
                TableName=self._table,
                ConsistentRead=True,
                ProjectionExpression=", ".join(NAMED),
                ExpressionAttributeNames=NAMED,
            )
            for page in pages:
                yield from map(_quarantined, page["Items"])

    def body(self, body_id: str) -> str | None:
        with service_call("reading from quarantine"):
            answer = self._dynamodb.get_item(
                TableName=self._table, Key={"body_hash": {"S": body_id}}, ConsistentRead=True
            )
        row = answer.get("Item")
        return zlib.decompress(row["body"]["B"]).decode("utf-8", "surrogatepass") if row else None

    def count(self, limit: int) -> int:
        """By a scan that stops at `limit` and returns no rows."""
        with service_call("counting the quarantine"):
            pages = self._dynamodb.get_paginator("scan").paginate(
                TableName=self._table, Select="COUNT", PaginationConfig={"MaxItems": limit, "PageSize": limit}
            )
            counted = 0
            for page in pages:
                counted += page["Count"]
                if counted >= limit:
                    break
            return min(counted, limit)

    def drop(self, quarantined: Quarantined) -> None:
        with service_call("dropping from quarantine"):
            try:
                self._dynamodb.delete_item(
                    TableName=self._table,
                    Key={"body_hash": {"S": quarantined.id}},
                    ConditionExpression="#at = :at",
                    ExpressionAttributeNames={"#at": "at"},
                    ExpressionAttributeValues={":at": {"S": instant(quarantined.at)}},
                )
            except ClientError as refused:
                if code_of(refused) != "ConditionalCheckFailedException":
                    raise


def _quarantined(row: dict[str, Any]) -> Quarantined:
    return Quarantined(
        id=row["body_hash"]["S"],
        reason=row["reason"]["S"],
        sender=row["caller"]["S"],
        at=datetime.fromisoformat(row["at"]["S"]),
    )
