"""What is replayed goes back first and is dropped afterwards: cut off in between, nothing is lost. And how long what
rests has rested."""

from datetime import timedelta
from typing import Any, Protocol

import boto3
import pytest
from tests.support.builders import NOW
from tests.support.fakes import FakeQuarantine, When
from tests.support.wire import Wire

from permille.aws.feedback_queue import SqsFeedbackQueue
from permille.aws.quarantine import SHARDS, DynamoQuarantine
from permille.domain.values.errors import PermissionDenied, Unavailable
from permille.ports.feedback import Quarantine, QuarantineAge, Quarantined
from permille.usecases.feedback.quarantine import replay_feedback


class Resting:
    """One body in quarantine, and the queue that it came from."""

    def __init__(self, dynamodb: Any) -> None:
        self.dynamodb, self.sqs = dynamodb, boto3.client("sqs")
        self.queue = self.sqs.create_queue(QueueName="feedback")["QueueUrl"]
        self.quarantine = DynamoQuarantine(table="QuarantineTable", dynamodb=dynamodb)
        self.feedback = SqsFeedbackQueue(queue=self.queue, sqs=self.sqs)
        self.quarantine.keep("hello", "the body is not JSON", "", NOW)

    @property
    def bodies(self) -> list[Quarantined]:
        return list(self.quarantine.all())

    def replay(self) -> None:
        replay_feedback(self.feedback, self.quarantine, self.bodies[0])

    def on_the_queue(self) -> list[str]:
        messages = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [message["Body"] for message in messages.get("Messages", [])]


@pytest.fixture
def resting(dynamodb: Any) -> Resting:
    return Resting(dynamodb)


def test_a_replayed_body_is_on_the_queue_unchanged_and_no_longer_in_quarantine(resting: Resting) -> None:
    resting.replay()

    assert resting.on_the_queue() == ["hello"]
    assert resting.bodies == []


def test_a_body_that_could_not_be_sent_stays_in_quarantine(resting: Resting) -> None:
    Wire(resting.sqs).cut("SendMessage", times=9)

    with pytest.raises(Unavailable):
        resting.replay()

    assert [resting.quarantine.body(one.id) for one in resting.bodies] == ["hello"]


def test_whatever_somebody_else_replayed_meanwhile_is_not_replayed_again(resting: Resting) -> None:
    [one] = resting.bodies
    resting.replay()

    replay_feedback(resting.feedback, resting.quarantine, one)

    assert resting.on_the_queue() == ["hello"]


def test_listing_reads_no_body(resting: Resting) -> None:
    """A million of them would not fit into memory."""
    wire = Wire(resting.dynamodb)

    assert [one.reason for one in resting.bodies] == ["the body is not JSON"]

    [(operation, asked)] = wire.asked
    assert operation == "Scan"
    assert "body" not in asked["ExpressionAttributeNames"].values()
    assert set(asked["ProjectionExpression"].split(", ")) == {*asked["ExpressionAttributeNames"]}


def test_cut_off_in_between_it_is_there_twice(resting: Resting) -> None:
    Wire(resting.dynamodb).cut("DeleteItem", When.BEFORE, times=9)

    with pytest.raises(Unavailable):
        resting.replay()

    assert resting.on_the_queue() == ["hello"]
    assert len(resting.bodies) == 1


# ---------------------------------------------------------------- how long it has rested

A_DAY = timedelta(days=1)


class Kept(Quarantine, QuarantineAge, Protocol):
    """Both ports, over the same rows."""


@pytest.fixture(params=["fake", "dynamodb"])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "fake":
        return FakeQuarantine()
    return DynamoQuarantine(table="QuarantineTable", dynamodb=request.getfixturevalue("dynamodb"))


def test_an_empty_quarantine_has_no_oldest(kept: Kept) -> None:
    assert kept.oldest() is None


def test_the_oldest_is_found_whichever_shard_it_is_in(kept: Kept) -> None:
    for days in range(40):  # over some fifteen of the sixteen
        kept.keep(f"body {days}", "not JSON", "", NOW - days * A_DAY)

        assert kept.oldest() == NOW - days * A_DAY


def test_feedback_that_comes_again_is_kept_from_then_on(kept: Kept) -> None:
    """It expires from then on, too."""
    kept.keep("hello", "not JSON", "", NOW - 50 * A_DAY)
    kept.keep("other", "not JSON", "", NOW - 10 * A_DAY)

    kept.keep("hello", "not JSON", "", NOW)

    assert kept.oldest() == NOW - 10 * A_DAY


def test_what_was_dropped_is_no_longer_the_oldest(resting: Resting) -> None:
    resting.quarantine.drop(resting.bodies[0])

    assert resting.quarantine.oldest() is None


def test_the_index_by_age_has_sixteen_partitions(dynamodb: Any) -> None:
    """One alone takes 1,000 writes a second, and a flood beyond that would be refused by the table as well."""
    quarantine = DynamoQuarantine(table="QuarantineTable", dynamodb=dynamodb)
    for number in range(200):
        quarantine.keep(f"body {number}", "not JSON", "", NOW)

    rows = dynamodb.scan(TableName="QuarantineTable", IndexName="age")["Items"]

    assert {row["shard"]["S"] for row in rows} == set(SHARDS)
    assert {key for row in rows for key in row} == {"shard", "at", "body_hash"}


def test_a_quarantine_that_may_not_be_read_is_an_error(dynamodb: Any) -> None:
    Wire(dynamodb).refuse("Query", "AccessDeniedException")

    with pytest.raises(PermissionDenied, match="the age of the quarantine: AWS does not allow it"):
        DynamoQuarantine(table="QuarantineTable", dynamodb=dynamodb).oldest()
