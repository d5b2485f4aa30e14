"""The setup of whole tables, which a new stack can take over (`permille import-stack`)."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from permille.aws.client import client, code_of, service_call
from permille.domain.values.errors import Unavailable
from permille.ports.table_setup import MissingSetup, TableSetup, keys_and_indexes

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LOOKS, PAUSE = 60, 2.0  # seconds between looks; DynamoDB updates one setting of a table at a time


class DynamoTables:
    """Implements `Tables`."""

    def __init__(
        self, *, dynamodb: "DynamoDBClient | None" = None, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._dynamodb: DynamoDBClient = dynamodb or client("dynamodb")
        self._pause = pause

    def names_with_prefix(self, prefix: str) -> list[str]:
        with service_call("listing the tables"):
            pages = self._dynamodb.get_paginator("list_tables").paginate()
            return sorted(name for page in pages for name in page["TableNames"] if name.startswith(prefix))

    def setup(self, name: str) -> TableSetup | None:
        with service_call(f"reading the setup of the table {name}"):
            try:
                described: Any = self._dynamodb.describe_table(TableName=name)["Table"]
            except ClientError as refused:
                if code_of(refused) == "ResourceNotFoundException":
                    return None
                raise
            expiry = self._dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
            backups: Any = self._dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        keys, indexes = keys_and_indexes(described)
        stream = described.get("StreamSpecification", {})
        recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
        return TableSetup(
            keys,
            indexes,
            stream=stream.get("StreamViewType", "") if stream.get("StreamEnabled") else "",
            expires_by=expiry.get("AttributeName", "") if _is_on(expiry["TimeToLiveStatus"]) else "",
            recoverable=recovery == "ENABLED",
            protected=described.get("DeletionProtectionEnabled", False),
        )

    def enable(self, name: str, lacking: MissingSetup) -> None:
        with service_call(f"setting up the table {name}"):
            self._wait(name)
            if lacking.stream:
                stream: Any = {"StreamEnabled": True, "StreamViewType": lacking.stream}
                self._dynamodb.update_table(TableName=name, StreamSpecification=stream)
                self._wait(name)
            if lacking.expires_by:
                expiry: Any = {"Enabled": True, "AttributeName": lacking.expires_by}
                self._dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=expiry)
            if lacking.recoverable:
                recovery: Any = {"PointInTimeRecoveryEnabled": True}
                self._dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)
            if lacking.protected:
                self._dynamodb.update_table(TableName=name, DeletionProtectionEnabled=True)
                self._wait(name)

    def _wait(self, name: str) -> None:
        for look in range(LOOKS):
            if look:
                self._pause(PAUSE)
            if self._dynamodb.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE":
                return
        raise Unavailable(f"the table {name} is still being made or changed; try again in some minutes")


def _is_on(status: str) -> bool:
    return status in ("ENABLED", "ENABLING")
