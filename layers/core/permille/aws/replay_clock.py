"""The replayed time of a stack whose parameter ReplayClock is on."""

from datetime import timedelta
from typing import TYPE_CHECKING

from permille.aws.client import client, service_call

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEY = {"name": {"S": "replay_clock"}}


class ReplayedTime:
    """How far the replayed time is ahead of the real one, in the control table."""

    def __init__(self, *, table: str, dynamodb: "DynamoDBClient | None" = None) -> None:
        self._dynamodb: DynamoDBClient = dynamodb or client("dynamodb")
        self._table = table

    def ahead(self) -> timedelta:
        """Zero where no time was replayed, or it was cleared."""
        with service_call("reading the replay clock"):
            answer = self._dynamodb.get_item(TableName=self._table, Key=_KEY, ConsistentRead=True)
        return timedelta(seconds=float(answer["Item"]["seconds_ahead"]["N"])) if "Item" in answer else timedelta()

    def set(self, ahead: timedelta) -> None:
        with service_call("setting the replay clock"):
            self._dynamodb.update_item(
                TableName=self._table,
                Key=_KEY,
                UpdateExpression="SET seconds_ahead = :s",
                ExpressionAttributeValues={":s": {"N": str(ahead.total_seconds())}},
            )

    def clear(self) -> None:
        """Returns to the real time."""
        with service_call("clearing the replay clock"):
            self._dynamodb.delete_item(TableName=self._table, Key=_KEY)
