"""The heartbeat of counting: one row of the control table. It uses boto3's client, since counting does not load
PynamoDB."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from permille.aws.client import client, service_call
from permille.aws.stored_values import instant, instant_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

COUNTING = "counting"
BEATS_APART = timedelta(seconds=30)  # at least; beats in between are not written


class DynamoHeartbeat:
    """Implements `Heartbeat`. `table`: the control table."""

    def __init__(self, *, table: str, dynamodb: "DynamoDBClient | None" = None) -> None:
        self._dynamodb: DynamoDBClient = dynamodb or client("dynamodb")
        self._table = table
        self._beat_at: datetime | None = None

    def beat(self, now: datetime) -> None:
        if self._beat_at is not None and abs(now - self._beat_at) < BEATS_APART:
            return
        with service_call("writing the heartbeat of counting"):
            self._dynamodb.update_item(
                TableName=self._table,
                Key={"name": {"S": COUNTING}},
                UpdateExpression="SET counted_at = :now",
                ExpressionAttributeValues={":now": {"S": instant(now)}},
            )
        self._beat_at = now

    def last(self) -> datetime | None:
        with service_call("reading the heartbeat of counting"):
            key = {"name": {"S": COUNTING}}
            answer = self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return instant_of(answer["Item"]["counted_at"]["S"]) if "Item" in answer else None
