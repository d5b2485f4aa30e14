"""The webhook and messages to staff, on the deployed stack: an endpoint on loopback, and a queue that subscribes."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from tests.stack.accounts import Business, a_business
from tests.stack.conftest import Stack, eventually
from tests.support.webhook_server import HookServer, Posted, hook_server
from tests.test_integrate import VERIFIER, defined

is_genuine: Callable[[str, Any, bytes], bool] = defined(VERIFIER)["is_genuine"]  # as docs/integrate.md has it


@pytest.fixture
def business(stack: Stack) -> Business:
    return a_business(stack)


@pytest.fixture
def hook() -> Iterator[HookServer]:
    with hook_server() as running:
        yield running


@pytest.fixture
def secret(stack: Stack, hook: HookServer) -> Iterator[str]:
    """Of the webhook that is set to the endpoint."""
    set_up = stack.answer("webhook", "set", f"http://127.0.0.1:{hook.port}/hooks", "--kind", "staff_disabled")
    yield set_up["secret"]
    stack.answer("webhook", "remove", "--yes")
    for queue in ("WebhookQueueUrl", "WebhookDeadLetterQueueUrl"):
        stack.client("sqs").purge_queue(QueueUrl=stack.outputs[queue])


def posted(hook: HookServer, account_id: str) -> list[Posted]:
    return [one for one in hook.posted if json.loads(one.body)["account_id"] == account_id]


def disable(stack: Stack, business: Business) -> None:
    stack.answer("account", "disable", business.id, "--reason", "A test")


def test_an_endpoint_gets_a_signed_event_of_a_disabling_and_of_no_other_kind(
    stack: Stack, business: Business, hook: HookServer, secret: str
) -> None:
    disable(stack, business)
    eventually(lambda: posted(hook, business.id))

    stack.answer("account", "enable", business.id, "--reason", "It was a test")
    eventually(business.can_log_in)
    (request,) = posted(hook, business.id)
    event = json.loads(request.body)
    assert is_genuine(secret, request.headers, request.body)
    assert not is_genuine(secret, request.headers, request.body + b" ")
    assert (event["kind"], event["facts"]["reason"]) == ("staff_disabled", "A test")
    entries = stack.answer("timeline", business.id)["entries"]
    assert event["id"] in [entry["id"] for entry in entries]


def test_an_endpoint_that_was_down_gets_the_event_when_it_is_up_again(
    stack: Stack, business: Business, hook: HookServer, secret: str
) -> None:
    hook.status = 503
    disable(stack, business)
    eventually(lambda: posted(hook, business.id))

    hook.status = 204
    first, second = eventually(lambda: posted(hook, business.id)[1:] and posted(hook, business.id))[:2]

    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert int(second.headers["webhook-timestamp"]) >= int(first.headers["webhook-timestamp"]) + 5
    assert is_genuine(secret, second.headers, second.body)
    eventually(lambda: business.mails())  # which has not waited


def test_what_an_endpoint_that_is_gone_misses_is_posted_when_it_is_set_again(
    stack: Stack, business: Business, hook: HookServer, secret: str
) -> None:
    hook.status = 410
    disable(stack, business)
    eventually(lambda: stack.answer("webhook", "show")["gone_at"])
    eventually(lambda: _waiting(stack, "WebhookDeadLetterQueueUrl") == 1)
    asked = len(hook.posted)

    hook.status = 204
    stack.answer("webhook", "set", f"http://127.0.0.1:{hook.port}/again", "--kind", "staff_disabled")
    assert stack.answer("notify", "redrive")["dead_letters"] == 1

    eventually(lambda: len(hook.posted) > asked)
    assert [one.path for one in posted(hook, business.id)] == ["/hooks", "/again"]
    assert is_genuine(secret, hook.posted[-1].headers, hook.posted[-1].body)


def test_an_operator_tests_the_endpoint_and_sees_what_it_answers(stack: Stack, hook: HookServer, secret: str) -> None:
    assert stack.answer("webhook", "test") == {"works": True, "http_status": 204, "failure": None, "why": None}
    (request,) = hook.posted
    assert json.loads(request.body)["kind"] == "webhook_test"
    assert is_genuine(secret, request.headers, request.body)

    hook.status = 500
    refused = stack.run("webhook", "test")

    assert refused.returncode == 1
    assert "the endpoint answered 500 Internal Server Error" in refused.stderr


def test_a_new_secret_signs_beside_the_old_one(stack: Stack, hook: HookServer, secret: str) -> None:
    new = stack.answer("webhook", "rotate-secret")["secret"]

    stack.answer("webhook", "test")

    (request,) = hook.posted
    assert [is_genuine(one, request.headers, request.body) for one in (secret, new)] == [True, True]
    assert stack.answer("webhook", "show")["secrets"] == 2


def test_no_function_logs_the_secret_or_what_the_endpoint_said(
    stack: Stack, business: Business, hook: HookServer, secret: str
) -> None:
    disable(stack, business)
    eventually(lambda: posted(hook, business.id))

    logs = stack.client("logs")
    groups = [one["logGroupName"] for one in logs.describe_log_groups()["logGroups"]]
    lines = [
        event["message"] for group in groups for event in logs.filter_log_events(logGroupName=group).get("events", [])
    ]
    assert [line for line in lines if "webhook.delivered" in line]
    assert not [line for line in lines if re.search(rf"{re.escape(secret)}|whsec_|hidden", line)]


def test_staff_who_subscribe_hear_of_a_review_request(stack: Stack, business: Business) -> None:
    sns, sqs = stack.client("sns"), stack.client("sqs")
    url = sqs.create_queue(QueueName=f"staff-{business.id}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(_filled_by(stack, arn))})
    sns.subscribe(TopicArn=stack.outputs["StaffTopicArn"], Protocol="sqs", Endpoint=arn)
    disable(stack, business)
    day = (date.today() + timedelta(days=3)).isoformat()  # noqa: DTZ011 - any day soon

    stack.answer(
        "review", "request", business.id, "--day", day, "--batch", "100", "--cause", "An old list", "--change", "None"
    )

    (told,) = eventually(lambda: [one for one in _received(sqs, url) if business.id in one["Subject"]])
    assert re.fullmatch(rf"\[APWT\] {business.id}: The owner asks for a review: 100 e-mails on .*", told["Subject"])
    assert told["Message"].endswith(f"/desk/accounts/{business.id}\n")
    assert "An old list" not in told["Message"]


def _filled_by(stack: Stack, queue: str) -> dict[str, Any]:
    """Lets the staff topic put messages into the queue."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": stack.outputs["StaffTopicArn"]}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _received(sqs: Any, url: str) -> list[dict[str, Any]]:
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(one["Body"]) for one in messages]


def _waiting(stack: Stack, queue: str) -> int:
    name = "ApproximateNumberOfMessages"
    asked = stack.client("sqs").get_queue_attributes(QueueUrl=stack.outputs[queue], AttributeNames=[name])
    return int(asked["Attributes"][name])
