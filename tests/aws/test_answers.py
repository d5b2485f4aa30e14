"""Answers that are kept for repeated requests: fake and adapter keep the same contract."""

import time
from typing import Any

import pytest
from tests.support.builders import LambdaContext
from tests.support.fakes import FakeAnswerStore, Killed, Rows
from tests.support.wire import Wire

from permille.aws.answers import DynamoAnswerStore
from permille.domain.values.errors import InvalidInput, StillRunning, Unavailable
from permille.ports.answers import AnswerStore, KeyedRequest

REQUEST = KeyedRequest(
    "crm", "key-1", {"method": "PUT", "path": "/review", "body": {"cause": "An old list", "day": "x"}}
)


class Counting:
    """An action that can be made to fail."""

    def __init__(self) -> None:
        self.runs = 0
        self.failing: BaseException | None = None

    def __call__(self) -> dict[str, Any]:
        if self.failing:
            raise self.failing
        self.runs += 1
        return {"run": self.runs, "review": None}


@pytest.fixture
def action() -> Counting:
    return Counting()


def kept(dynamodb: Any, context: Any = None) -> DynamoAnswerStore:
    store = DynamoAnswerStore(table="IdempotencyTable", prefix="answer", dynamodb=dynamodb)
    store.during(context or LambdaContext())
    return store


@pytest.fixture(params=["fake", "aws"])
def answers(request: pytest.FixtureRequest) -> AnswerStore:
    return FakeAnswerStore(Rows()) if request.param == "fake" else kept(request.getfixturevalue("dynamodb"))


def test_a_repeated_request_gets_the_first_answer(answers: AnswerStore, action: Counting) -> None:
    told = [answers.answer_once(REQUEST, action) for _ in range(3)]

    assert told == [{"run": 1, "review": None}] * 3
    assert action.runs == 1


@pytest.mark.parametrize(
    "other", [KeyedRequest("shop", "key-1", REQUEST.content), KeyedRequest("crm", "key-2", REQUEST.content)]
)
def test_another_sender_and_another_key_are_another_request(
    answers: AnswerStore, action: Counting, other: KeyedRequest
) -> None:
    answers.answer_once(REQUEST, action)

    assert answers.answer_once(other, action)["run"] == 2


@pytest.mark.parametrize("content", [{}, {**REQUEST.content, "path": "/x"}, {**REQUEST.content, "body": None}])
def test_a_key_is_refused_for_another_request(answers: AnswerStore, action: Counting, content: dict[str, Any]) -> None:
    answers.answer_once(REQUEST, action)

    with pytest.raises(InvalidInput) as refused:
        answers.answer_once(KeyedRequest("crm", "key-1", content), action)

    assert [field for field, _ in refused.value.errors] == ["header.idempotency-key"]
    assert action.runs == 1


def test_a_body_is_the_same_in_any_order_of_its_fields(answers: AnswerStore, action: Counting) -> None:
    answers.answer_once(REQUEST, action)
    reordered = {"body": {"day": "x", "cause": "An old list"}, "path": "/review", "method": "PUT"}

    assert answers.answer_once(KeyedRequest("crm", "key-1", reordered), action)["run"] == 1


def test_what_failed_is_not_kept(answers: AnswerStore, action: Counting) -> None:
    action.failing = Unavailable("AccountsTable")
    with pytest.raises(Unavailable):
        answers.answer_once(REQUEST, action)
    action.failing = None

    assert answers.answer_once(REQUEST, action)["run"] == 1


def test_a_request_whose_first_run_is_not_over_is_refused(dynamodb: Any, action: Counting) -> None:
    with pytest.raises(StillRunning):
        kept(dynamodb).answer_once(REQUEST, lambda: kept(dynamodb).answer_once(REQUEST, action))

    assert action.runs == 0


def test_a_run_that_was_cut_off_can_be_repeated_when_its_time_is_over(dynamodb: Any, action: Counting) -> None:
    action.failing = Killed()
    with pytest.raises(Killed):
        kept(dynamodb, Ending()).answer_once(REQUEST, action)
    action.failing = None
    time.sleep(0.01)

    assert kept(dynamodb).answer_once(REQUEST, action)["run"] == 1


class Ending(LambdaContext):
    """An invocation whose time is over."""

    def get_remaining_time_in_millis(self) -> int:
        return 0


def test_an_answer_is_kept_for_a_day_and_the_request_as_a_digest(dynamodb: Any, action: Counting) -> None:
    began = int(time.time())
    kept(dynamodb).answer_once(REQUEST, action)

    (record,) = dynamodb.scan(TableName="IdempotencyTable")["Items"]
    assert record["id"]["S"].startswith("answer#")
    assert int(record["expiration"]["N"]) - began in range(86_400, 86_400 + 60)
    assert "key-1" not in str(record)
    assert "An old list" not in str(record)


@pytest.mark.parametrize("operation", ["PutItem", "UpdateItem"])
def test_where_dynamodb_does_not_answer_it_is_unavailable(dynamodb: Any, action: Counting, operation: str) -> None:
    Wire(dynamodb).cut(operation)

    with pytest.raises(Unavailable):
        kept(dynamodb).answer_once(REQUEST, action)
