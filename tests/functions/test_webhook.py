"""Webhook, from its queue's event to the request at the endpoint and the dead letters."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from functions.notify.app import handler as notify
from functions.webhook.app import handler
from tests.functions.conftest import Cloud
from tests.support.builders import NOW, STAFF, LambdaContext, an_account, an_entry, records, stream_record
from tests.support.webhook_fakes import SECRET, FakeWebhook
from tests.support.webhook_server import HookServer, hook_server

from permille.aws.webhook_register import DynamoWebhookRegister
from permille.aws.webhook_secrets import SsmWebhookSecrets
from permille.bootstrap.webhook import WebhookRuntime
from permille.domain.timeline.kinds.webhook import WebhookSet
from permille.domain.timeline.timeline import system_entry
from permille.domain.webhooks.endpoint import WebhookEndpoint
from permille.domain.webhooks.signature import SigningSecrets

DONE: dict[str, Any] = {"batchItemFailures": []}
BACK: dict[str, Any] = {"batchItemFailures": [{"itemIdentifier": "r-1"}]}
REGISTER = {"table": "ControlTable", "timeline": "TimelineTable"}


@pytest.fixture
def hook() -> Iterator[HookServer]:
    with hook_server() as running:
        yield running


@pytest.fixture
def stored(cloud: Cloud, hook: HookServer) -> Cloud:
    """A disabled account, whose entries Notify has queued for the endpoint."""
    endpoint = WebhookEndpoint(f"http://127.0.0.1:{hook.port}/hooks", ("disabled",), NOW)
    DynamoWebhookRegister(**REGISTER).save(
        endpoint, system_entry(NOW, WebhookSet(url=endpoint.shown, kinds=(), by=STAFF))
    )
    SsmWebhookSecrets(parameter="/permille/webhook-secrets").put(SigningSecrets(SECRET))
    cloud.open(an_account(), an_entry("created"), an_entry("disabled"))
    entries = [stream_record(image) for image in cloud.rows("TimelineTable")]
    assert notify(records(*entries), LambdaContext()) == DONE
    return cloud


def delivery(cloud: Cloud) -> dict[str, Any]:
    """The queue's message, as Lambda passes it."""
    (message,) = cloud.events_to_post()
    record = {
        "messageId": "r-1",
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {"ApproximateReceiveCount": "1"},
        "eventSource": "aws:sqs",
    }
    return records(record)


def test_an_event_that_notify_has_queued_arrives_with_a_valid_signature(stored: Cloud, hook: HookServer) -> None:
    assert handler(delivery(stored), LambdaContext()) == DONE

    (posted,) = hook.posted
    event = json.loads(posted.body)
    assert (posted.path, event["kind"], event["id"]) == ("/hooks", "disabled", posted.headers["webhook-id"])
    signature = SECRET.sign(event["id"], int(posted.headers["webhook-timestamp"]), posted.body)
    assert posted.headers["webhook-signature"] == signature


def test_what_the_endpoint_refuses_comes_back_later(stored: Cloud, hook: HookServer) -> None:
    hook.status = 500

    assert handler(delivery(stored), LambdaContext()) == BACK

    assert stored.events_to_post() == []  # it is hidden
    assert stored.events_given_up() == []


def test_an_endpoint_that_is_gone_is_not_called_again_and_its_events_are_dead_letters(
    stored: Cloud, hook: HookServer
) -> None:
    hook.status, event = 410, delivery(stored)

    assert [handler(event, LambdaContext()) for _ in range(2)] == [DONE, DONE]

    assert len(hook.posted) == 1
    assert json.loads(stored.events_given_up()[0]["Body"])["kind"] == "disabled"
    endpoint = DynamoWebhookRegister(**REGISTER).get()
    assert endpoint is not None
    assert endpoint.gone_at is not None


def test_a_test_event_is_posted_and_its_answer_returned(stored: Cloud, hook: HookServer) -> None:
    hook.status = 202

    answer = handler({"test": True}, LambdaContext())

    assert answer == {"is_set": True, "status": 202, "without_status": None}
    (posted,) = hook.posted
    event = json.loads(posted.body)
    assert (event["kind"], event["account_id"], event["facts"]) == ("webhook_test", None, {})
    assert posted.headers["webhook-id"] == event["id"]


def test_without_a_webhook_a_test_says_so(cloud: Cloud) -> None:
    assert handler({"test": True}, LambdaContext()) == {"is_set": False}


@pytest.mark.parametrize("body", ["no event", "[]", "{}", '{"id": 1}'])
def test_a_message_that_is_no_event_comes_back_alone(body: str) -> None:
    record = {"messageId": "r-1", "receiptHandle": "x", "body": body, "attributes": {"ApproximateReceiveCount": "1"}}

    assert handler(records(record), LambdaContext(), WebhookRuntime(FakeWebhook().services, "APWT")) == BACK


def test_while_aws_does_not_answer_the_event_comes_back(stored: Cloud, hook: HookServer) -> None:
    webhook = FakeWebhook()
    webhook.faults.fail("webhook_secrets.get")

    assert handler(delivery(stored), LambdaContext(), WebhookRuntime(webhook.services, "APWT")) == BACK
