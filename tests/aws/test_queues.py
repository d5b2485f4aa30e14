"""What waits in the stack's queues, what rests in quarantine, and the breaker in a person's hands."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from tests.support.builders import NOW, a_reset
from tests.support.desk_fakes import FakeBreakerAdmin, FakeQuarantineCount, FakeQueues
from tests.support.fakes import FakeControl, Rows
from tests.support.wire import Wire

from permille.aws.control import DynamoControl
from permille.aws.quarantine import DynamoQuarantine
from permille.aws.queues import DESK_QUEUES, SqsQueues
from permille.aws.stored_values import instant
from permille.domain.rules.breaker import BreakerState
from permille.domain.values.errors import Unavailable
from permille.ports.accounts import Control
from permille.ports.desk import CONSUMED_QUEUES, BreakerAdmin, QuarantineCount, Queues, QueueStatus

HOUR = "2026-03-10T12"


class Stack:
    """Two queues of a stack, the feedback's with one message."""

    def __init__(self) -> None:
        self.sqs, self.cloudwatch = boto3.client("sqs"), boto3.client("cloudwatch")
        names = {"feedback": "permille-FeedbackQueue-1", "dead letters": "permille-FeedbackDeadLetterQueue-1"}
        self.urls = {name: self.sqs.create_queue(QueueName=queue)["QueueUrl"] for name, queue in names.items()}
        self.sqs.send_message(QueueUrl=self.urls["feedback"], MessageBody="{}")
        self.queues = SqsQueues(urls=self.urls, sqs=self.sqs, cloudwatch=self.cloudwatch)

    def oldest(self, queue: str, seconds: float, at: datetime) -> None:
        datum: Any = {
            "MetricName": "ApproximateAgeOfOldestMessage",
            "Dimensions": [{"Name": "QueueName", "Value": queue}],
            "Timestamp": at,
            "Value": seconds,
        }
        self.cloudwatch.put_metric_data(Namespace="AWS/SQS", MetricData=[datum])


@pytest.fixture
def on_aws(aws: None) -> Stack:
    return Stack()


@pytest.fixture(params=["fake", "aws"])
def queues(request: pytest.FixtureRequest) -> Queues:
    if request.param == "fake":
        return FakeQueues([QueueStatus("feedback", 1, None), QueueStatus("dead letters", 0, None)])
    stack: Stack = request.getfixturevalue("on_aws")
    return stack.queues


def test_each_queue_says_how_much_waits_and_where_it_is_not_known_for_how_long(queues: Queues) -> None:
    assert list(queues.statuses(NOW)) == [QueueStatus("feedback", 1, None), QueueStatus("dead letters", 0, None)]


def test_what_waits_in_queues_that_are_worked_off_is_no_dead_letter(aws: None) -> None:
    urls = {name: boto3.client("sqs").create_queue(QueueName=f"q{i}")["QueueUrl"] for i, name in enumerate(DESK_QUEUES)}
    for url in urls.values():
        boto3.client("sqs").send_message(QueueUrl=url, MessageBody="{}")

    on_aws, fake = SqsQueues(urls=urls), FakeQueues([QueueStatus(name, 1, None) for name in urls])

    assert on_aws.dead_letters() == fake.dead_letters() == len(DESK_QUEUES) - len(CONSUMED_QUEUES)


def test_the_age_is_that_of_the_latest_data_point(on_aws: Stack) -> None:
    now = datetime.now(UTC)
    on_aws.oldest("permille-FeedbackQueue-1", 300, now - timedelta(minutes=4))
    on_aws.oldest("permille-FeedbackQueue-1", 420, now - timedelta(minutes=2))

    feedback, dead = on_aws.queues.statuses(now)

    assert (feedback.oldest, dead.oldest) == (timedelta(minutes=7), None)


@pytest.mark.parametrize(("service", "operation"), [("sqs", "GetQueueAttributes"), ("cloudwatch", "GetMetricData")])
def test_where_aws_does_not_answer_it_is_unavailable(on_aws: Stack, service: str, operation: str) -> None:
    Wire(getattr(on_aws, service)).refuse(operation, "ServiceUnavailable")

    with pytest.raises(Unavailable):
        on_aws.queues.statuses(NOW)


@pytest.fixture(params=["fake", "dynamodb"])
def resting(request: pytest.FixtureRequest) -> QuarantineCount:
    """With five that rest."""
    if request.param == "fake":
        return FakeQuarantineCount(rests=5)
    quarantine = DynamoQuarantine(table="QuarantineTable", dynamodb=request.getfixturevalue("dynamodb"))
    for number in range(5):
        quarantine.keep(str(number), "unreadable", "", NOW)
    return quarantine


@pytest.mark.parametrize(("limit", "counted"), [(3, 3), (5, 5), (100, 5)])
def test_count_stops_at_the_limit(resting: QuarantineCount, limit: int, counted: int) -> None:
    assert resting.count(limit) == counted


def test_count_reads_no_body(dynamodb: Any) -> None:
    wire = Wire(dynamodb)

    DynamoQuarantine(table="QuarantineTable", dynamodb=dynamodb).count(100)

    assert [(params["Select"], params["Limit"]) for _, params in wire.asked] == [("COUNT", 100)]


@pytest.fixture(params=["fake", "dynamodb"])
def breaker(request: pytest.FixtureRequest) -> tuple[Control, BreakerAdmin]:
    if request.param == "fake":
        rows = Rows(breaker=BreakerState(opened_at=NOW), passed={HOUR: 7})
        return FakeControl(rows), FakeBreakerAdmin(rows)
    request.getfixturevalue("dynamodb")
    control = DynamoControl(table="ControlTable", timeline="TimelineTable")
    return control, control


def test_a_breaker_that_was_reset_is_closed_and_says_who_it_was(breaker: tuple[Control, BreakerAdmin]) -> None:
    control, resets = breaker
    assert resets.last_reset() is None

    resets.reset_breaker(HOUR, 9, a_reset(by="staff:Anna"))

    assert (control.breaker(HOUR).opened_at, control.breaker(HOUR).granted) == (None, 9)
    assert resets.last_reset() == {"at": instant(NOW), "by": "staff:Anna", "reason": "They really spam"}
