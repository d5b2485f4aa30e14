"""The queues in which rests what could not be done, kept by the fake and on SQS."""

from typing import Any

import boto3
import pytest
from tests.support.operator_fakes import FakeDeadLetters
from tests.support.wire import Wire

from permille.aws.dead_letters import SqsDeadLetters
from permille.domain.values.errors import PermissionDenied, Unavailable
from permille.ports.operator import DeadLetters
from permille.usecases.feedback.dead_letters import redrive_letters


class OnSqs:
    """A queue of dead letters, and the one that they came from."""

    letters: DeadLetters

    def __init__(self) -> None:
        self.sqs: Any = boto3.client("sqs")
        self.source, self.queue = (self.sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("source", "dead"))
        self.letters = SqsDeadLetters(queue=self.queue, source=self.source, sqs=self.sqs)

    def rest(self, *bodies: str) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=self.queue, MessageBody=body)

    def on_the_source(self) -> list[str]:
        answer = self.sqs.receive_message(QueueUrl=self.source, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [message["Body"] for message in answer.get("Messages", [])]


class InMemory:
    letters: DeadLetters

    def __init__(self) -> None:
        self.fake = FakeDeadLetters()
        self.letters = self.fake

    def rest(self, *bodies: str) -> None:
        self.fake.bodies += bodies

    def on_the_source(self) -> list[str]:
        return self.fake.source


@pytest.fixture
def on_sqs(aws: None) -> OnSqs:
    return OnSqs()


@pytest.fixture(params=["fake", "sqs"])
def place(request: pytest.FixtureRequest) -> Any:
    return InMemory() if request.param == "fake" else request.getfixturevalue("on_sqs")


def test_count_includes_letters_in_flight(place: Any) -> None:
    place.rest("a", "b")
    assert place.letters.count() == 2

    place.letters.receive(1)

    assert place.letters.count() == 2


def test_a_received_letter_is_hidden_from_others(place: Any) -> None:
    place.rest("a", "b")

    (first,) = place.letters.receive(1)
    (second,) = place.letters.receive(10)

    assert {first.body, second.body} == {"a", "b"}
    assert place.letters.receive(10) == []


def test_a_redriven_letter_is_in_its_source_queue_alone(place: Any) -> None:
    place.rest("a", "b", "c")

    assert sorted(letter.body for letter in redrive_letters(place.letters)) == ["a", "b", "c"]

    assert (sorted(place.on_the_source()), place.letters.count()) == (["a", "b", "c"], 0)


def test_no_more_letters_are_redriven_than_the_limit(place: Any) -> None:
    place.rest("a", "b", "c")

    assert len(list(redrive_letters(place.letters, 1))) == 1

    assert (len(place.on_the_source()), place.letters.count()) == (1, 2)


def test_what_is_deleted_is_nowhere(place: Any) -> None:
    place.rest("a")

    (letter,) = place.letters.receive(10)
    place.letters.delete(letter)

    assert (place.on_the_source(), place.letters.count()) == ([], 0)


def test_a_queue_that_is_empty_is_not_waited_for(on_sqs: OnSqs) -> None:
    wire = Wire(on_sqs.sqs)

    assert list(redrive_letters(on_sqs.letters)) == []

    assert wire.calls == ["GetQueueAttributes"]


@pytest.mark.parametrize("operation", ["GetQueueAttributes", "ReceiveMessage", "SendMessage", "DeleteMessage"])
def test_whatever_call_fails_no_letter_is_lost(on_sqs: OnSqs, operation: str) -> None:
    on_sqs.rest("a")
    Wire(on_sqs.sqs).refuse(operation, "RequestThrottled")

    with pytest.raises(Unavailable):
        list(redrive_letters(on_sqs.letters))

    assert (on_sqs.on_the_source(), on_sqs.letters.count()) == (["a"] if operation == "DeleteMessage" else [], 1)


def test_a_missing_permission_is_an_error(on_sqs: OnSqs) -> None:
    Wire(on_sqs.sqs).refuse("GetQueueAttributes", "AccessDenied")

    with pytest.raises(PermissionDenied, match="counting dead letters"):
        list(redrive_letters(on_sqs.letters))
