"""The queue of feedback that waits to be counted, and what is put on it again."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from permille.aws.client import client, service_call

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_sqs import SQSClient

METRICS_LAG = timedelta(minutes=5)  # at most; SQS tells CloudWatch once a minute


class SqsFeedbackBacklog:
    """Implements `FeedbackBacklog`. `queue`: the feedback queue's URL."""

    def __init__(
        self, *, queue: str, sqs: "SQSClient | None" = None, cloudwatch: "CloudWatchClient | None" = None
    ) -> None:
        self._sqs: SQSClient = sqs or client("sqs")
        self._cloudwatch: CloudWatchClient = cloudwatch or client("cloudwatch")
        self._queue = queue

    def size(self) -> int:
        with service_call("asking how much feedback waits"):
            return messages_in(self._sqs, self._queue)

    def oldest_sent_at(self, now: datetime) -> datetime | None:
        """By the newest of the last minutes' data points: its age, back from its own instant."""
        with service_call("asking how long feedback waits"):
            answer = self._cloudwatch.get_metric_data(
                MetricDataQueries=[age_query(self._queue, "age")],
                StartTime=now - METRICS_LAG,
                EndTime=now,
                ScanBy="TimestampDescending",
            )
        (told,) = answer["MetricDataResults"]
        points = zip(told["Timestamps"], told["Values"], strict=True)
        return next((at - timedelta(seconds=age) if age else None for at, age in points), None)


class SqsFeedbackQueue:
    """Implements `FeedbackQueue`. `queue`: the feedback queue's URL."""

    def __init__(self, *, queue: str, sqs: "SQSClient | None" = None) -> None:
        self._sqs: SQSClient = sqs or client("sqs")
        self._queue = queue

    def put(self, body: str) -> None:
        with service_call("putting feedback on its queue"):
            self._sqs.send_message(QueueUrl=self._queue, MessageBody=body)


def age_query(url: str, name: str) -> Any:
    """CloudWatch's query, by that name, for the seconds that the oldest message of a queue has waited."""
    metric = {
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateAgeOfOldestMessage",
        "Dimensions": [{"Name": "QueueName", "Value": url.rpartition("/")[2]}],
    }
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Maximum"}}


def messages_in(sqs: "SQSClient", url: str) -> int:
    """Those in flight included."""
    answer = sqs.get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    )
    return sum(int(number) for number in answer["Attributes"].values())
