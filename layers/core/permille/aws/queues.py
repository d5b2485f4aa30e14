"""The size and age of the stack's queues."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from permille.aws.client import client, service_call
from permille.aws.feedback_queue import age_query, messages_in
from permille.ports.desk import CONSUMED_QUEUES, EVENTS, FEEDBACK, RETRIES, QueueStatus

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LOOKED_BACK = timedelta(minutes=15)  # SQS reports to CloudWatch each minute, with a delay of some minutes

# The queues that support's desk shows, by the names that it shows: the setting that holds the URL of each.
DESK_QUEUES = {
    FEEDBACK: "feedback_queue_url",
    "Dead letters of feedback": "feedback_dead_letter_queue_url",
    RETRIES: "notify_queue_url",
    "Dead letters of notifications": "notify_dead_letter_queue_url",
    EVENTS: "webhook_queue_url",
    "Dead letters of the webhook": "webhook_dead_letter_queue_url",
    "Parts of the timeline that a function gave up on": "stream_failures_url",
}


class SqsQueues:
    """Implements `Queues`. `urls`: by the name that the desk shows."""

    def __init__(
        self, *, urls: Mapping[str, str], sqs: "SQSClient | None" = None, cloudwatch: Any | None = None
    ) -> None:
        self._urls = urls
        self._sqs: SQSClient = sqs or client("sqs")
        self._cloudwatch = cloudwatch or client("cloudwatch")

    def statuses(self, now: datetime) -> Sequence[QueueStatus]:
        with service_call("reading the sizes of the queues"):
            messages = {name: messages_in(self._sqs, url) for name, url in self._urls.items()}
            ages = self._ages(now)
        return [QueueStatus(name, count, ages.get(name)) for name, count in messages.items()]

    def dead_letters(self) -> int:
        with service_call("reading the sizes of the queues of dead letters"):
            return sum(messages_in(self._sqs, url) for name, url in self._urls.items() if name not in CONSUMED_QUEUES)

    def _ages(self, now: datetime) -> dict[str, timedelta]:
        """The latest age of each; missing for a queue that was not used for hours."""
        queries = [age_query(url, f"q{number}") for number, url in enumerate(self._urls.values())]
        answer = self._cloudwatch.get_metric_data(
            MetricDataQueries=queries, StartTime=now - LOOKED_BACK, EndTime=now, ScanBy="TimestampDescending"
        )
        latest = {result["Id"]: result["Values"][0] for result in answer["MetricDataResults"] if result["Values"]}
        names = {f"q{number}": name for number, name in enumerate(self._urls)}
        return {names[query_id]: timedelta(seconds=seconds) for query_id, seconds in latest.items()}
