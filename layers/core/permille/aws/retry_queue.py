"""The queue of notifications that failed and are tried again."""

import json
from typing import TYPE_CHECKING

from permille.aws.client import client, service_call

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsRetryQueue:
    """Implements `RetryQueue`."""

    def __init__(self, *, url: str, sqs: "SQSClient | None" = None) -> None:
        self._sqs: SQSClient = sqs or client("sqs")
        self._url = url

    def enqueue(self, account_id: str, entry_id: str, channel: str) -> None:
        job = {"account_id": account_id, "entry_id": entry_id, "channel": channel}
        with service_call(f"queueing {channel} of {entry_id}"):
            self._sqs.send_message(QueueUrl=self._url, MessageBody=json.dumps(job))
