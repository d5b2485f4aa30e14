"""How much feedback waits: what is visible and what is in flight, and for how long as far as CloudWatch tells."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from tests.support.builders import NOW
from tests.support.wire import Wire

from permille.aws.feedback_queue import SqsFeedbackBacklog
from permille.domain.values.errors import PermissionDenied, Unavailable

A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def sqs(aws: None) -> Any:
    return boto3.client("sqs")


@pytest.fixture
def queue(sqs: Any) -> str:
    return str(sqs.create_queue(QueueName="feedback")["QueueUrl"])


def told(at: datetime, age: float, queue: str = "feedback") -> None:
    """What SQS tells CloudWatch each minute."""
    point = {"MetricName": "ApproximateAgeOfOldestMessage", "Timestamp": at, "Value": age, "Unit": "Seconds"}
    point |= {"Dimensions": [{"Name": "QueueName", "Value": queue}]}
    boto3.client("cloudwatch").put_metric_data(Namespace="AWS/SQS", MetricData=[point])  # type: ignore[list-item]


def test_what_is_visible_or_in_flight_waits(sqs: Any, queue: str) -> None:
    for _ in range(3):
        sqs.send_message(QueueUrl=queue, MessageBody="{}")
    sqs.receive_message(QueueUrl=queue)

    wire = Wire(sqs)
    assert SqsFeedbackBacklog(queue=queue, sqs=sqs).size() == 3
    assert wire.calls == ["GetQueueAttributes"]


def test_the_oldest_message_was_sent_its_age_before_the_last_data_point(queue: str) -> None:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    told(now - 3 * A_MINUTE, 900)
    told(now - 2 * A_MINUTE, 60)
    told(now - A_MINUTE, 7200, "another")

    assert SqsFeedbackBacklog(queue=queue).oldest_sent_at(now) == now - 3 * A_MINUTE


def test_an_empty_queue_and_one_without_data_points_have_no_oldest_message(queue: str) -> None:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    assert SqsFeedbackBacklog(queue=queue).oldest_sent_at(now) is None

    told(now - A_MINUTE, 0)
    assert SqsFeedbackBacklog(queue=queue).oldest_sent_at(now) is None


def test_a_queue_that_cannot_be_read_is_an_error_and_not_empty(sqs: Any, queue: str) -> None:
    Wire(sqs).refuse("GetQueueAttributes", "AccessDenied")
    cloudwatch = boto3.client("cloudwatch")
    Wire(cloudwatch).refuse("GetMetricData", "Throttling")
    feed = SqsFeedbackBacklog(queue=queue, sqs=sqs, cloudwatch=cloudwatch)

    with pytest.raises(PermissionDenied):
        feed.size()
    with pytest.raises(Unavailable):
        feed.oldest_sent_at(NOW)
