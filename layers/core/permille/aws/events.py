"""Parses the events that Lambda passes to the functions."""

from collections.abc import Mapping
from typing import Any

from permille.aws.ses_events import parse
from permille.domain.feedback.received import Received


def feedback_records(event: Mapping[str, Any]) -> list[Received]:
    """The feedback of an SQS batch, or of an event of SNS itself."""
    return [_record(record) for record in event["Records"]]


def _record(record: Mapping[str, Any]) -> Received:
    if "Sns" in record:
        return as_received(record["Sns"]["MessageId"], record["Sns"]["Message"])
    return as_received(record["messageId"], record["body"])


def as_received(record_id: str, body: str) -> Received:
    """A record with its body parsed."""
    return Received(record_id, body, parse(body))


def is_from(event: Mapping[str, Any], source: str) -> bool:
    """Whether the records come from `aws:sqs`, `aws:sns` or `aws:dynamodb`."""
    first = event["Records"][0]
    return source in (first.get("eventSource"), first.get("EventSource"))


def account_ids(event: Mapping[str, Any]) -> list[str]:
    """The accounts that a batch of the timeline's stream is about, each once."""
    return list(dict.fromkeys(record["dynamodb"]["Keys"]["account_id"]["S"] for record in event["Records"]))
