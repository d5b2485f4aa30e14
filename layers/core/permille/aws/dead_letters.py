"""The dead-letter queues."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from permille.aws.client import client, service_call
from permille.aws.feedback_queue import messages_in
from permille.ports.operator import DeadLetter

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MOST_RECEIVED = 10  # of one ReceiveMessage
HIDDEN_FOR = 15 * 60  # seconds in which the command may work with the letters that it received
WAITED_FOR = 1  # seconds: a long poll queries all servers of SQS, a short one only some


class SqsDeadLetters:
    """Implements `DeadLetters`. `queue`: the URL of the dead-letter queue; `source`: that of the queue that they came
    from. SQS's own redrive (StartMessageMoveTask) does not move letters that SNS, Lambda or our functions put there."""

    def __init__(self, *, queue: str, source: str = "", sqs: "SQSClient | None" = None) -> None:
        self._sqs: SQSClient = sqs or client("sqs", read_timeout=20)
        self._queue = queue
        self._source = source

    def count(self) -> int:
        with service_call("counting dead letters"):
            return messages_in(self._sqs, self._queue)

    def receive(self, limit: int) -> Sequence[DeadLetter]:
        with service_call("reading dead letters"):
            answer = self._sqs.receive_message(
                QueueUrl=self._queue,
                MaxNumberOfMessages=min(limit, MOST_RECEIVED),
                VisibilityTimeout=HIDDEN_FOR,
                WaitTimeSeconds=WAITED_FOR,
            )
        return [DeadLetter(message["Body"], message["ReceiptHandle"]) for message in answer.get("Messages", [])]

    def redrive(self, letter: DeadLetter) -> None:
        with service_call("redriving a dead letter"):
            self._sqs.send_message(QueueUrl=self._source, MessageBody=letter.body)
        self.delete(letter)

    def delete(self, letter: DeadLetter) -> None:
        with service_call("deleting a dead letter"):
            self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=letter.receipt)
