"""How much feedback waits: what is visible, what is in flight, and the dead letters."""

from typing import Any

import boto3
import pytest
from tests.aws.wire import Wire

from permille.aws.feed import SqsFeed
from permille.errors import Unavailable


@pytest.fixture
def sqs(aws: None) -> Any:
    return boto3.client("sqs")


@pytest.fixture
def queues(sqs: Any) -> list[str]:
    return [sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("feedback", "dead-letters")]


def test_what_is_visible_or_in_flight_or_dead_waits(sqs: Any, queues: list[str]) -> None:
    for queue, messages in zip(queues, (3, 2), strict=True):
        for _ in range(messages):
            sqs.send_message(QueueUrl=queue, MessageBody="{}")
    sqs.receive_message(QueueUrl=queues[0])

    wire = Wire(sqs)
    assert SqsFeed(queues=queues, sqs=sqs).waiting() == 5
    assert wire.calls == ["GetQueueAttributes"] * 2


def test_a_queue_that_cannot_be_asked_is_unavailable_and_not_empty(sqs: Any, queues: list[str]) -> None:
    Wire(sqs).refuse("GetQueueAttributes", "AccessDenied")

    with pytest.raises(Unavailable):
        SqsFeed(queues=queues, sqs=sqs).waiting()
