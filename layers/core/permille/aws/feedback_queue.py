"""The feedback queue: its size and age, and how feedback is put on it again."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from permille.aws.client import client, service_call

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_sqs import SQSClient

METRICS_LAG = timedelta(minutes=5)  # at most; SQS reports to CloudWatch once a minute


class SqsFeedbackBacklog:
    """Implements `FeedbackBacklog`. `queue`: the feedback queue's URL."""

    def __init__(
        self, *, queue: str, sqs: "SQSClient | None" = None, cloudwatch: "CloudWatchClient | None" = None
    ) -> None:
        self._sqs: SQSClient = sqs or client("sqs")
        self._cloudwatch: CloudWatchClient = cloudwatch or client("cloudwatch")
        self._queue = queue

    def size(self) -> int:
        with service_call("reading the size of the feedback queue"):
            return messages_in(self._sqs, self._queue)

    def oldest_sent_at(self, now: datetime) -> datetime | None:
        """From the newest data point of the last minutes: its instant minus the age that it reports."""
        with service_call("reading the age of the feedback queue"):
            answer = self._cloudwatch.get_metric_data(
                MetricDataQueries=[age_query(self._queue, "age")],
                StartTime=now - METRICS_LAG,
                EndTime=now,
                ScanBy="TimestampDescending",
            )
        (result,) = answer["MetricDataResults"]
        points = zip(result["Timestamps"], result["Values"], strict=True)
        return next((at - timedelta(seconds=age) if age else None for at, age in points), None)


class SqsFeedbackQueue:
    """Implements `FeedbackQueue`. `queue`: the feedback queue's URL."""

    def __init__(self, *, queue: str, sqs: "SQSClient | None" = None) -> None:
        self._sqs: SQSClient = sqs or client("sqs")
        self._queue = queue

    def put(self, body: str) -> None:
        with service_call("putting feedback on the feedback queue"):
            self._sqs.send_message(QueueUrl=self._queue, MessageBody=body)


def age_query(url: str, name: str) -> Any:
    """CloudWatch's query for the age of a queue's oldest message, in seconds. `name`: the id of its result."""
    metric = {
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateAgeOfOldestMessage",
        "Dimensions": [{"Name": "QueueName", "Value": url.rpartition("/")[2]}],
    }
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Maximum"}}


def messages_in(sqs: "SQSClient", url: str) -> int:
    """How many messages a queue holds, those in flight included; approximate."""
    answer = sqs.get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    )
    return sum(int(number) for number in answer["Attributes"].values())
