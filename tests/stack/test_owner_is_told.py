"""What owners and the host platform are told, on the deployed stack: what was lost on the way is handed on again."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.stack.accounts import Business, a_business
from tests.stack.conftest import Stack, eventually

NOTIFICATIONS = [("alert", "bus"), ("alert", "mail"), ("complaint", "bus"), ("created", "bus")]  # of one complaint


@pytest.fixture
def business(stack: Stack) -> Business:
    return a_business(stack)


def test_a_timeline_is_shown_for_each_audience(business: Business, stack: Stack) -> None:
    until = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    stack.answer("account", "exempt", business.id, "--until", until, "--reason", "A partner")

    owners, staffs = (stack.answer("timeline", business.id, "--audience", who)["entries"] for who in ("owner", "staff"))

    assert [entry["kind"] for entry in owners] == ["created"]
    assert [entry["kind"] for entry in staffs] == ["exempted"]


def test_what_has_no_record_of_having_been_handed_on_is_handed_on_again(business: Business, stack: Stack) -> None:
    business.send(1, complaints=1)
    eventually(lambda: len(_records(stack, business)) == len(NOTIFICATIONS) and _nothing_waits(stack))
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    assert not _queued(stack.answer("notify", "redrive", "--since", since), business)
    _forget_what_was_handed_on(stack, business)

    queued = _queued(stack.answer("notify", "redrive", "--since", since), business)

    assert sorted(queued) == NOTIFICATIONS
    eventually(lambda: len(_records(stack, business)) == len(NOTIFICATIONS))
    assert len(business.mails()) == 2  # nobody remembers that it was sent already
    assert not _queued(stack.answer("notify", "redrive", "--since", since), business)


def test_a_dead_letter_is_put_back_and_handed_on(business: Business, stack: Stack) -> None:
    business.send(1, complaints=1)
    eventually(lambda: len(_records(stack, business)) == len(NOTIFICATIONS) and _nothing_waits(stack))
    (alert,) = [entry["id"] for entry in business.timeline() if entry["kind"] == "alert"]
    _forget_what_was_handed_on(stack, business)
    job = {"account_id": business.id, "entry_id": alert, "channel": "mail"}
    _rest(stack, "NotifyDeadLetterQueueUrl", job)

    assert stack.answer("notify", "redrive")["dead_letters"] == 1

    eventually(lambda: len(business.mails()) == 2)
    assert stack.answer("notify", "redrive")["dead_letters"] == 0


def test_what_a_function_gave_up_on_is_handed_on_and_forgotten(business: Business, stack: Stack) -> None:
    business.send(1, complaints=1)
    eventually(lambda: len(_records(stack, business)) == len(NOTIFICATIONS) and _nothing_waits(stack))
    _forget_what_was_handed_on(stack, business)
    first = f"{datetime.now(UTC) - timedelta(minutes=10):%Y-%m-%dT%H:%M:%SZ}"
    _rest(stack, "StreamFailuresUrl", {"DDBStreamBatchInfo": {"approximateArrivalOfFirstRecord": first}})

    answer = stack.answer("notify", "redrive")

    assert answer["stream_failures"] == 1
    assert ("alert", "mail") in _queued(answer, business)
    eventually(lambda: len(business.mails()) == 2)
    assert stack.answer("notify", "redrive")["stream_failures"] == 0


def _rest(stack: Stack, queue: str, letter: Any) -> None:
    stack.client("sqs").send_message(QueueUrl=stack.outputs[queue], MessageBody=json.dumps(letter))


def _nothing_waits(stack: Stack) -> bool:
    """What was postponed while another run was at it would else be handed on once more when that is forgotten."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    queue = stack.outputs["NotifyQueueUrl"]
    answer = stack.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)
    return {int(number) for number in answer["Attributes"].values()} == {0}


def _queued(answer: Any, business: Business) -> list[tuple[str, str]]:
    return [(one["kind"], one["channel"]) for one in answer["queued"] if one["account_id"] == business.id]


def _forget_what_was_handed_on(stack: Stack, business: Business) -> None:
    """Of this account alone: were the others' forgotten too, two redrives would queue the same notification of theirs
    twice, and whichever of the two comes second waits for six minutes."""
    for row in _records(stack, business):
        stack.client("dynamodb").delete_item(TableName=stack.outputs["IdempotencyTable"], Key={"id": row["id"]})


def _records(stack: Stack, business: Business) -> list[dict[str, Any]]:
    """Of its notifications that are done."""
    rows = stack.client("dynamodb").scan(TableName=stack.outputs["IdempotencyTable"])["Items"]
    return [row for row in rows if f"#{business.id}#" in row.get("data", {"S": ""})["S"]]


def test_an_owner_whose_address_bounced_is_written_to_again_when_staff_say_so(business: Business, stack: Stack) -> None:
    assert stack.answer("account", "owner-mail", business.id)["owner_mail"] is None
    _mark(stack, business, "bounced")
    shown = stack.run("account", "owner-mail", business.id)
    assert "bounced for good" in shown.stdout

    business.send(1, complaints=1)
    eventually(lambda: "alert" in [entry["kind"] for entry in business.timeline()])
    stack.answer("account", "owner-mail", business.id, "--reset", "--reason", "The address was mended")

    assert stack.answer("account", "owner-mail", business.id)["owner_mail"] is None
    assert business.mails() == []
    assert business.timeline()[-1]["kind"] == "owner_mail_reset"


def _mark(stack: Stack, business: Business, state: str) -> None:
    stack.client("dynamodb").update_item(
        TableName=stack.outputs["AccountsTable"],
        Key={"account_id": {"S": business.id}},
        UpdateExpression="SET owner_mail = :state",
        ExpressionAttributeValues={":state": {"S": state}},
    )
