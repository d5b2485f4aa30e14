"""Feedback that nobody could read or attribute rests here, raw, until it is replayed."""

import zlib
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from permille.aws.client import client, unavailable
from permille.aws.rows import instant

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT_FOR = timedelta(days=60)


class DynamoQuarantine:
    """Keeps `ports.Quarantine`."""

    def __init__(self, *, table: str, dynamodb: "DynamoDBClient | None" = None) -> None:
        self._dynamodb: DynamoDBClient = dynamodb or client("dynamodb")
        self._table = table

    def keep(self, body: str, reason: str, caller: str, now: datetime) -> None:
        raw = body.encode("utf-8", "surrogatepass")
        with unavailable("quarantining"):
            self._dynamodb.put_item(
                TableName=self._table,
                Item={
                    "day": {"S": now.date().isoformat()},
                    "body_hash": {"S": sha256(raw).hexdigest()},
                    "reason": {"S": reason},
                    "caller": {"S": caller},
                    "at": {"S": instant(now)},
                    "body": {"B": zlib.compress(raw)},
                    "expires_at": {"N": str(int((now + KEPT_FOR).timestamp()))},
                },
            )
