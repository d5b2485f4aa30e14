"""How much feedback waits to be counted."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from permille.aws.client import client, unavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsFeed:
    """Keeps `ports.Feed`. `queues`: the URLs of the feedback queue and of its dead letters."""

    def __init__(self, *, queues: Sequence[str], sqs: "SQSClient | None" = None) -> None:
        self._sqs: SQSClient = sqs or client("sqs")
        self._queues = queues

    def waiting(self) -> int:
        with unavailable("asking how much feedback waits"):
            return sum(messages_in(self._sqs, url) for url in self._queues)


def messages_in(sqs: "SQSClient", url: str) -> int:
    """Those in flight included."""
    answer = sqs.get_queue_attributes(
        QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    )
    return sum(int(number) for number in answer["Attributes"].values())
