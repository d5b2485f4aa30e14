"""The webhook's endpoint, secrets and queue, and messages to staff: each port kept by the fake, and by AWS."""

import io
import json
from datetime import UTC, timedelta
from typing import Any

import boto3
import pytest
from tests.support.builders import NOW, PLATFORM, STAFF, an_entry
from tests.support.fakes import Faults, Rows
from tests.support.webhook_fakes import (
    ENDPOINT,
    FakeHourlyCount,
    FakePendingEvents,
    FakeStaffTopic,
    FakeWebhookQueue,
    FakeWebhookRegister,
    FakeWebhookSecrets,
    FakeWebhookTester,
    a_pending_event,
)
from tests.support.wire import Wire

from permille.aws.hourly_count import DynamoHourlyCount
from permille.aws.staff_topic import SnsStaffTopic
from permille.aws.webhook_queue import SqsPendingEvents, SqsWebhookQueue, pending_event
from permille.aws.webhook_register import DynamoWebhookRegister
from permille.aws.webhook_secrets import SsmWebhookSecrets
from permille.aws.webhook_tester import LambdaWebhookTester, answer_of, reply_of
from permille.domain.timeline.kinds.webhook import WebhookRemoved, WebhookSet
from permille.domain.timeline.timeline import SYSTEM, TimelineEntry, system_entry
from permille.domain.values.errors import Conflict, NotFound, PermissionDenied, Unavailable
from permille.domain.webhooks.delivery import MOST_ATTEMPTS, PostFailure, Reply, delay_after
from permille.domain.webhooks.endpoint import WebhookEndpoint
from permille.domain.webhooks.signature import SigningSecret, SigningSecrets
from permille.ports.notifications import HourlyCount, StaffMessage, StaffTopic
from permille.ports.webhooks import PendingEvents, WebhookQueue, WebhookSecrets, WebhookTester
from permille.schema.entry_schema import event_text

BOTH = pytest.mark.parametrize("kept_by", ["fake", "aws"])
OTHER = WebhookEndpoint("https://y.example/?token=t", ("disabled",), NOW)
EACH_REPLY = [Reply(204), Reply(500), Reply(410), *(Reply(without_status=why) for why in list(PostFailure)[:8])]


def was_set(minutes: int = 0) -> TimelineEntry[WebhookSet]:
    return system_entry(NOW + timedelta(minutes=minutes), WebhookSet(url="https://x.example", kinds=(), by=STAFF))


def was_removed(minutes: int = 9) -> TimelineEntry[WebhookRemoved]:
    return system_entry(NOW + timedelta(minutes=minutes), WebhookRemoved(url="https://x.example", by=STAFF))


# ---------------------------------------------------------------- the endpoint

Register = FakeWebhookRegister | DynamoWebhookRegister


@pytest.fixture(params=["fake", "dynamodb"])
def register(request: pytest.FixtureRequest) -> Register:
    if request.param == "fake":
        return FakeWebhookRegister(Rows())
    request.getfixturevalue("dynamodb")
    return DynamoWebhookRegister(table="ControlTable", timeline="TimelineTable")


def test_before_one_is_set_there_is_no_endpoint(register: Register) -> None:
    assert register.get() is None


def test_an_endpoint_is_read_as_it_was_set_and_whoever_writes_last_wins(register: Register) -> None:
    register.save(ENDPOINT, was_set())
    assert register.get() == ENDPOINT

    register.save(OTHER, was_set(1))
    assert register.get() == OTHER


def test_an_endpoint_that_is_gone_is_so_until_it_is_set_again(register: Register) -> None:
    register.save(OTHER, was_set())

    register.mark_gone(OTHER, NOW)

    gone = register.get()
    assert gone == WebhookEndpoint(OTHER.url, OTHER.kinds, NOW, gone_at=NOW)
    register.save(OTHER, was_set(1))
    assert register.get() == OTHER


@pytest.mark.parametrize("there", [OTHER, None])
def test_whoever_is_late_to_say_that_it_is_gone_changes_nothing(
    register: Register, there: WebhookEndpoint | None
) -> None:
    if there:
        register.save(there, was_set())

    register.mark_gone(ENDPOINT, NOW)

    assert register.get() == there


def test_an_endpoint_is_removed_once(register: Register) -> None:
    register.save(ENDPOINT, was_set())

    register.remove(was_removed())

    assert register.get() is None
    with pytest.raises(Conflict):
        register.remove(was_removed(10))


def test_endpoint_and_entry_are_written_together_or_not_at_all(dynamodb: Any) -> None:
    register = DynamoWebhookRegister(table="ControlTable", timeline="TimelineTable")
    register.save(ENDPOINT, was_set())

    with pytest.raises(Conflict):
        register.save(OTHER, was_set())  # there is such an entry already
    with pytest.raises(Conflict):
        register.remove(system_entry(NOW, was_set().facts))  # type: ignore[arg-type]

    assert register.get() == ENDPOINT
    entries = dynamodb.scan(TableName="TimelineTable")["Items"]
    assert [(row["account_id"]["S"], row["kind"]["S"]) for row in entries] == [(SYSTEM, "webhook_set")]


# ---------------------------------------------------------------- the secrets

SECRETS = SigningSecrets(SigningSecret(b"o" * 24)).rotated(SigningSecret(b"n" * 64), NOW)


@pytest.fixture(params=["fake", "ssm"])
def secrets(request: pytest.FixtureRequest) -> WebhookSecrets:
    if request.param == "fake":
        return FakeWebhookSecrets()
    request.getfixturevalue("aws")
    return SsmWebhookSecrets(parameter="/permille/webhook-secrets")


def test_secrets_are_read_as_they_were_stored_until_they_are_deleted(secrets: WebhookSecrets) -> None:
    assert secrets.get() is None
    for stored in (SigningSecrets(SigningSecret(b"k" * 32)), SECRETS):
        secrets.put(stored)
        assert secrets.get() == stored

    for _ in range(2):
        secrets.delete()
        assert secrets.get() is None


def test_secrets_are_stored_encrypted(aws: None) -> None:
    SsmWebhookSecrets(parameter="/p").put(SECRETS)

    stored = boto3.client("ssm").get_parameter(Name="/p")["Parameter"]
    assert stored["Type"] == "SecureString"
    assert "KeyId" not in stored  # AWS's own key for SSM, which costs nothing


def test_the_longest_secrets_fit_into_a_standard_parameter(aws: None) -> None:
    rotated = SECRETS
    for _ in range(10):
        rotated = rotated.rotated(SigningSecret(b"x" * 64), NOW)
    SsmWebhookSecrets(parameter="/p").put(rotated)

    text = boto3.client("ssm").get_parameter(Name="/p", WithDecryption=True)["Parameter"]["Value"]
    assert len(text) < 4096


@pytest.mark.parametrize("operation", ["GetParameter", "PutParameter", "DeleteParameter"])
@pytest.mark.parametrize(
    ("code", "error"), [("ThrottlingException", Unavailable), ("AccessDeniedException", PermissionDenied)]
)
def test_a_store_that_refuses_is_reported_without_the_secret(
    aws: None, operation: str, code: str, error: type[Exception]
) -> None:
    ssm = boto3.client("ssm")
    Wire(ssm).refuse(operation, code, times=5)
    secrets = SsmWebhookSecrets(parameter="/p", ssm=ssm)
    calls: dict[str, Any] = {
        "GetParameter": secrets.get,
        "PutParameter": lambda: secrets.put(SECRETS),
        "DeleteParameter": secrets.delete,
    }

    with pytest.raises(error) as refused:
        calls[operation]()
    assert "whsec_" not in str(refused.value)


# ---------------------------------------------------------------- the queue


@pytest.fixture
def sqs(aws: None) -> Any:
    return boto3.client("sqs")


def a_queue(sqs: Any, name: str) -> str:
    url: str = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "180"})["QueueUrl"]
    return url


def received(sqs: Any, url: str) -> list[dict[str, Any]]:
    """As Lambda passes the messages."""
    messages = sqs.receive_message(QueueUrl=url, AttributeNames=["All"]).get("Messages", [])
    return [
        {
            "messageId": one["MessageId"],
            "receiptHandle": one["ReceiptHandle"],
            "body": one["Body"],
            "attributes": one["Attributes"],
        }
        for one in messages
    ]


@BOTH
def test_an_entry_is_queued(request: pytest.FixtureRequest, kept_by: str) -> None:
    fake, entry = FakeWebhookQueue(), an_entry("disabled")
    sqs = request.getfixturevalue("sqs") if kept_by == "aws" else None
    url = a_queue(sqs, "webhook") if sqs else ""
    queue: WebhookQueue = SqsWebhookQueue(url=url, platform=PLATFORM, sqs=sqs) if sqs else fake

    queue.enqueue(entry, UTC)

    queued = [pending_event(one).entry_id for one in received(sqs, url)] if sqs else [one.id for one in fake.entries]
    assert queued == [entry.id]


def test_what_is_queued_is_posted_byte_for_byte_and_is_the_event_of_the_bus(sqs: Any) -> None:
    url, entry = a_queue(sqs, "webhook"), an_entry("review_requested")
    SqsWebhookQueue(url=url, platform="Bäckerei", sqs=sqs).enqueue(entry, UTC)

    (record,) = received(sqs, url)

    event = pending_event(record)
    assert event.body == event_text(entry, "Bäckerei", UTC).encode()
    assert (event.entry_id, event.kind, event.attempt) == (entry.id, "review_requested", 1)


@BOTH
def test_an_event_is_delayed_or_becomes_a_dead_letter(request: pytest.FixtureRequest, kept_by: str) -> None:
    fake = FakePendingEvents()
    sqs = request.getfixturevalue("sqs") if kept_by == "aws" else None
    queue, dead = (a_queue(sqs, name) for name in ("webhook", "dead")) if sqs else ("", "")
    pending: PendingEvents = SqsPendingEvents(queue=queue, dead_letters=dead, sqs=sqs) if sqs else fake
    event = a_pending_event()
    if sqs:
        SqsWebhookQueue(url=queue, platform=PLATFORM, sqs=sqs).enqueue(an_entry(), UTC)
        event = pending_event(received(sqs, queue)[0])

    pending.retry_in(event, timedelta())
    pending.give_up(event)

    if sqs:
        assert [pending_event(one).attempt for one in received(sqs, queue)] == [2]
        assert [one["body"] for one in received(sqs, dead)] == [event.body.decode()]
    else:
        assert (fake.delays, fake.dead_letters) == ([("r-1", timedelta())], [event.body])


@pytest.mark.parametrize("attempt", range(1, MOST_ATTEMPTS))
def test_sqs_takes_each_delay(sqs: Any, attempt: int) -> None:
    url = a_queue(sqs, "webhook")
    SqsWebhookQueue(url=url, platform=PLATFORM, sqs=sqs).enqueue(an_entry(), UTC)
    event = pending_event(received(sqs, url)[0])
    wire = Wire(sqs)

    SqsPendingEvents(queue=url, dead_letters="", sqs=sqs).retry_in(event, delay_after(attempt))

    assert wire.asked[-1][1]["VisibilityTimeout"] == delay_after(attempt).total_seconds()
    assert received(sqs, url) == []


@pytest.mark.parametrize("operation", ["SendMessage", "ChangeMessageVisibility"])
def test_a_queue_that_does_not_answer_is_unavailable(sqs: Any, operation: str) -> None:
    Wire(sqs).refuse(operation, "RequestThrottled", times=5)
    pending = SqsPendingEvents(queue=a_queue(sqs, "webhook"), dead_letters=a_queue(sqs, "dead"), sqs=sqs)

    with pytest.raises(Unavailable):
        pending.give_up(a_pending_event()) if operation == "SendMessage" else pending.retry_in(
            a_pending_event(), timedelta()
        )


# ---------------------------------------------------------------- the test event


class Functions:
    """A client of Lambda whose function answers this."""

    def __init__(self, answer: Any, **more: str) -> None:
        self._answer = {"Payload": io.BytesIO(json.dumps(answer).encode()), **more}

    def invoke(self, **asked: Any) -> dict[str, Any]:
        assert asked == {"FunctionName": "permille-Webhook", "Payload": b'{"test": true}'}
        return self._answer


@BOTH
def test_what_the_endpoint_answered_is_returned(kept_by: str) -> None:
    functions: Any = Functions(answer_of(Reply(503)))
    fake = FakeWebhookTester(lambda: ENDPOINT, Faults(), Reply(503))
    tester: WebhookTester = (
        fake if kept_by == "fake" else LambdaWebhookTester(function="permille-Webhook", functions=functions)
    )

    assert tester.test() == Reply(503)


@BOTH
def test_without_a_webhook_there_is_nothing_to_test(kept_by: str) -> None:
    functions: Any = Functions(answer_of(None))
    fake = FakeWebhookTester(lambda: None)
    tester: WebhookTester = (
        fake if kept_by == "fake" else LambdaWebhookTester(function="permille-Webhook", functions=functions)
    )

    with pytest.raises(NotFound, match="permille webhook set URL"):
        tester.test()


@pytest.mark.parametrize("reply", EACH_REPLY, ids=repr)
def test_an_answer_of_the_function_is_read_as_it_was_written(reply: Reply) -> None:
    assert reply_of(json.loads(json.dumps(answer_of(reply)))) == reply


def test_a_function_that_fails_is_reported() -> None:
    functions: Any = Functions({"errorType": "MissingSettings"}, FunctionError="Unhandled")

    with pytest.raises(Unavailable, match=r"its log says why \(MissingSettings\)"):
        LambdaWebhookTester(function="permille-Webhook", functions=functions).test()


# ---------------------------------------------------------------- messages to staff

MESSAGE = StaffMessage("[Bäckerei] bakery: A request", "A request.", "https://console.example/desk/accounts/bakery")


def subscribed(aws: Any, protocol: str = "sqs") -> tuple[str, Any, str]:
    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic, url = sns.create_topic(Name="staff")["TopicArn"], a_queue(sqs, "staff")
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=arn)
    return topic, sqs, url


@BOTH
def test_subscribers_get_the_message_as_plain_text(request: pytest.FixtureRequest, kept_by: str) -> None:
    fake = FakeStaffTopic()
    topic, sqs, url = subscribed(request.getfixturevalue("aws")) if kept_by == "aws" else ("", None, "")
    staff: StaffTopic = SnsStaffTopic(topic=topic) if sqs else fake

    staff.publish(MESSAGE)

    if sqs:
        told = json.loads(received(sqs, url)[0]["body"])
        assert (told["Subject"], told["Message"]) == (MESSAGE.subject, f"A request.\n\n{MESSAGE.link}\n")
    else:
        assert fake.messages == [MESSAGE]


def test_chat_gets_the_message_in_its_own_schema(aws: None) -> None:
    sns = boto3.client("sns")
    wire, topic = Wire(sns), sns.create_topic(Name="staff")["TopicArn"]

    SnsStaffTopic(topic=topic, sns=sns).publish(MESSAGE)

    published = wire.asked[-1][1]
    assert published["MessageStructure"] == "json"
    assert json.loads(json.loads(published["Message"])["https"]) == {
        "version": "1.0",
        "source": "custom",
        "content": {
            "textType": "client-markdown",
            "title": MESSAGE.subject,
            "description": f"A request.\n{MESSAGE.link}",
        },
    }


@pytest.mark.parametrize(("code", "error"), [("Throttling", Unavailable), ("AuthorizationError", PermissionDenied)])
def test_a_topic_that_refuses_is_reported(aws: None, code: str, error: type[Exception]) -> None:
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="staff")["TopicArn"]
    Wire(sns).refuse("Publish", code, times=5)

    with pytest.raises(error):
        SnsStaffTopic(topic=topic, sns=sns).publish(MESSAGE)


@BOTH
def test_messages_are_counted_by_the_hour(request: pytest.FixtureRequest, kept_by: str) -> None:
    dynamodb = request.getfixturevalue("dynamodb") if kept_by == "aws" else None
    hourly: HourlyCount = (
        DynamoHourlyCount(table="IdempotencyTable", dynamodb=dynamodb) if dynamodb else FakeHourlyCount()
    )
    minutes = [0, 1, 59, 60, 61]

    counted = [hourly.next(NOW + timedelta(minutes=minute)) for minute in minutes]

    assert counted == [1, 2, 3, 1, 2]


def test_the_count_of_an_hour_expires(dynamodb: Any) -> None:
    DynamoHourlyCount(table="IdempotencyTable", dynamodb=dynamodb).next(NOW)

    (row,) = dynamodb.scan(TableName="IdempotencyTable")["Items"]
    assert row["expiration"]["N"] == str(int((NOW + timedelta(days=1)).timestamp()))


@pytest.mark.parametrize("fault", ["ThrottlingException", "cut"])
def test_a_count_that_cannot_be_written_is_unavailable(dynamodb: Any, fault: str) -> None:
    wire = Wire(dynamodb)
    wire.cut("UpdateItem", times=5) if fault == "cut" else wire.refuse("UpdateItem", fault, times=5)

    with pytest.raises(Unavailable):
        DynamoHourlyCount(table="IdempotencyTable", dynamodb=dynamodb).next(NOW)
