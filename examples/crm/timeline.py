"""Feeds the Workflow Timeline: the events of Permille's bus, from the webhook or from an SQS queue behind a rule.

Both deliver at least once and in any order. `take` stores an event by its id, so that a second copy changes nothing.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

Take = Callable[[dict[str, Any]], None]


def is_genuine(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """secret: whsec_...; headers: by lower-case names; body: the bytes as they came, before they are parsed."""
    message_id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(timestamp)) > 300:
        return False  # an old request, sent again
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(expected, given) for given in headers["webhook-signature"].split())


def receive(secret: str, headers: dict[str, str], body: bytes, take: Take) -> int:
    """Handles a request of the webhook, and returns the status to answer with."""
    try:
        if not secret or not is_genuine(secret, headers, body):
            return 401
    except (KeyError, ValueError, TypeError):  # a header is missing or malformed
        return 401
    _pass_on(json.loads(body), take)
    return 204


def poll(sqs: "SQSClient", queue_url: str, take: Take, seconds: int = 20) -> int:
    """Takes the events that wait in the queue, or come within the seconds. Returns how many messages there were."""
    answer = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=seconds)
    messages = answer.get("Messages", [])
    for message in messages:
        _pass_on(json.loads(message["Body"])["detail"], take)
        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return len(messages)


def _pass_on(event: dict[str, Any], take: Take) -> None:
    """Entries for staff are not for customers, and those without an account are about the whole stack."""
    if event["audience"] == "owner" and event["account_id"]:
        take(event)
