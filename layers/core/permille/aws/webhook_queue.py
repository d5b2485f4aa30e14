"""The queue of the events that are posted to the webhook. A message's body is the event exactly as it is posted, so
that the function that posts needs no table of accounts and entries."""

import json
from collections.abc import Mapping
from datetime import timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from permille.aws.client import client, service_call
from permille.domain.timeline.timeline import Entry
from permille.ports.webhooks import PendingEvent
from permille.schema.entry_schema import event_text

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsWebhookQueue:
    """Implements `WebhookQueue`."""

    def __init__(self, *, url: str, platform: str, sqs: "SQSClient | None" = None) -> None:
        self._sqs: SQSClient = sqs or client("sqs")
        self._url = url
        self._platform = platform

    def enqueue(self, entry: Entry, zone: tzinfo) -> None:
        with service_call(f"queueing {entry.id} for the webhook"):
            self._sqs.send_message(QueueUrl=self._url, MessageBody=event_text(entry, self._platform, zone))


class SqsPendingEvents:
    """Implements `PendingEvents`. `queue`, `dead_letters`: their URLs."""

    def __init__(self, *, queue: str, dead_letters: str, sqs: "SQSClient | None" = None) -> None:
        self._sqs: SQSClient = sqs or client("sqs")
        self._queue = queue
        self._dead_letters = dead_letters

    def retry_in(self, event: PendingEvent, delay: timedelta) -> None:
        with service_call(f"delaying {event.entry_id}"):
            self._sqs.change_message_visibility(
                QueueUrl=self._queue, ReceiptHandle=event.receipt, VisibilityTimeout=int(delay.total_seconds())
            )

    def give_up(self, event: PendingEvent) -> None:
        with service_call(f"adding {event.entry_id} to the dead letters"):
            self._sqs.send_message(QueueUrl=self._dead_letters, MessageBody=event.body.decode())


def pending_event(record: Mapping[str, Any]) -> PendingEvent:
    """The event of a record that Lambda passes. Raises ValueError or KeyError where the body is none."""
    body = record["body"]
    event = json.loads(body)
    attempt = int(record["attributes"]["ApproximateReceiveCount"])
    return PendingEvent(body.encode(), event["id"], event["kind"], attempt, record["receiptHandle"])
