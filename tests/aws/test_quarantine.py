"""What is replayed goes back first and is dropped afterwards: cut off in between, nothing is lost."""

from typing import Any

import boto3
import pytest
from tests.aws.wire import Wire
from tests.builders import NOW
from tests.fakes import When

from permille.aws.quarantine import DynamoQuarantine, Quarantined
from permille.errors import Unavailable
from permille_cli.quarantine import send_back


class Resting:
    """One body in quarantine, and the queue that it came from."""

    def __init__(self, dynamodb: Any) -> None:
        self.dynamodb, self.sqs = dynamodb, boto3.client("sqs")
        self.queue = self.sqs.create_queue(QueueName="feedback")["QueueUrl"]
        self.quarantine = DynamoQuarantine(table="QuarantineTable", dynamodb=dynamodb)
        self.quarantine.keep("hello", "the body is not JSON", "", NOW)

    @property
    def bodies(self) -> list[Quarantined]:
        return list(self.quarantine.all())

    def send_back(self) -> None:
        send_back(self.sqs, self.queue, self.quarantine, self.bodies[0])

    def on_the_queue(self) -> list[str]:
        messages = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [message["Body"] for message in messages.get("Messages", [])]


@pytest.fixture
def resting(dynamodb: Any) -> Resting:
    return Resting(dynamodb)


def test_a_replayed_body_is_on_the_queue_as_it_came_and_rests_no_more(resting: Resting) -> None:
    resting.send_back()

    assert resting.on_the_queue() == ["hello"]
    assert resting.bodies == []


def test_a_body_that_could_not_be_sent_goes_on_resting(resting: Resting) -> None:
    Wire(resting.sqs).cut("SendMessage", times=9)

    with pytest.raises(Unavailable):
        resting.send_back()

    assert [one.body for one in resting.bodies] == ["hello"]


def test_cut_off_in_between_it_is_there_twice(resting: Resting) -> None:
    Wire(resting.dynamodb).cut("DeleteItem", When.BEFORE, times=9)

    with pytest.raises(Unavailable):
        resting.send_back()

    assert resting.on_the_queue() == ["hello"]
    assert len(resting.bodies) == 1
