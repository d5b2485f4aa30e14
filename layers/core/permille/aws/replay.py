"""The replayed time of a stack whose parameter ReplayClock is on: that of its latest tick, if that lies ahead."""

from datetime import datetime
from typing import TYPE_CHECKING

from permille.aws.client import client, unavailable
from permille.aws.rows import instant

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEY = {"name": {"S": "replay_clock"}}


class ReplayedTime:
    def __init__(self, *, table: str, dynamodb: "DynamoDBClient | None" = None) -> None:
        self._dynamodb: DynamoDBClient = dynamodb or client("dynamodb")
        self._table = table

    def read(self) -> datetime | None:
        with unavailable("reading the replay clock"):
            answer = self._dynamodb.get_item(TableName=self._table, Key=_KEY, ConsistentRead=True)
        item = answer.get("Item")
        return datetime.fromisoformat(item["at"]["S"]) if item else None

    def set(self, at: datetime) -> None:
        with unavailable("setting the replay clock"):
            self._dynamodb.update_item(
                TableName=self._table,
                Key=_KEY,
                UpdateExpression="SET #at = :at",
                ExpressionAttributeNames={"#at": "at"},
                ExpressionAttributeValues={":at": {"S": instant(at)}},
            )
