"""The count of messages to staff: a row for each hour in the table of idempotency records."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from permille.aws.client import client, service_call

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEPT_FOR = timedelta(days=1)


class DynamoHourlyCount:
    """Implements `HourlyCount`. A call that is repeated where its answer was lost takes a number more."""

    def __init__(self, *, table: str, dynamodb: "DynamoDBClient | None" = None) -> None:
        self._dynamodb: DynamoDBClient = dynamodb or client("dynamodb")
        self._table = table

    def next(self, now: datetime) -> int:
        with service_call("counting the messages to staff"):
            answer = self._dynamodb.update_item(
                TableName=self._table,
                Key={"id": {"S": f"staff-messages#{now.astimezone(UTC):%Y-%m-%dT%H}"}},
                UpdateExpression="ADD messages :one SET expiration = :expiration",
                ExpressionAttributeValues={
                    ":one": {"N": "1"},
                    ":expiration": {"N": str(int((now + _KEPT_FOR).timestamp()))},
                },
                ReturnValues="UPDATED_NEW",
            )
        return int(answer["Attributes"]["messages"]["N"])
