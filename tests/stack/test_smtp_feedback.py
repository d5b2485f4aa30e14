"""What the embedded stack's SMTP endpoint accepts, it publishes as Amazon SES does; and the SES API beside it."""

import json
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.stack.conftest import Stack, eventually
from tests.stack.sending import Sender, a_mail, a_sender, events_of, refusal_of

from permille_cli.local.state import StateDirectory


@pytest.fixture
def sender(stack: Stack) -> Sender:
    return a_sender(stack)


# ---------------------------------------------------------------- configuration sets and tags


def test_a_named_configuration_set_goes_before_the_identitys_own(sender: Sender, stack: Stack) -> None:
    other = uuid.uuid4().hex[:12]
    queue_url = events_of(stack, other)
    sender.allow({"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"})

    sender.send("ann@example.com", X_SES_CONFIGURATION_SET=other)

    message = eventually(lambda: stack.client("sqs").receive_message(QueueUrl=queue_url).get("Messages"))[0]
    event = json.loads(message["Body"])
    assert event["mail"]["tags"]["ses:configuration-set"] == [other]
    assert "X-SES-CONFIGURATION-SET" in _header_names(event)  # told as submitted, and never to be believed


def test_an_unknown_configuration_set_is_refused(sender: Sender) -> None:
    refusal = refusal_of(lambda: sender.send("ann@example.com", X_SES_CONFIGURATION_SET="nowhere"))

    assert refusal == (554, "Transaction failed: Configuration set <nowhere> does not exist.")


def test_a_senders_tags_are_told_and_none_of_sess_own_can_be_forged(sender: Sender) -> None:
    tags = "campaign=berries-1, ses:caller-identity=somebody, note=a b"

    sender.send("ann@example.com", X_SES_MESSAGE_TAGS=tags)

    (event,) = sender.events(1)
    assert event["mail"]["tags"] == {
        "ses:configuration-set": [sender.configuration_set],
        "ses:source-ip": ["127.0.0.1"],
        "ses:from-domain": [sender.domain],
        "ses:caller-identity": [sender.user],
        "ses:outgoing-ip": ["192.0.2.25"],
        "campaign": ["berries-1"],
    }
    assert "X-SES-MESSAGE-TAGS" in _header_names(event)


# ---------------------------------------------------------------- feedback


def test_recipients_of_one_domain_share_a_delivery(sender: Sender) -> None:
    sender.send("ann@example.com", "bea@example.org", "cyd@example.com")

    events = sender.events(2)
    assert [event["eventType"] for event in events] == ["Delivery", "Delivery"]
    assert sorted(event["delivery"]["recipients"] for event in events) == [
        ["ann@example.com", "cyd@example.com"],
        ["bea@example.org"],
    ]


def test_a_recipient_can_take_time_to_complain(sender: Sender) -> None:
    sender.send("ann@example.com", X_Local_Complaint="all", X_Local_Complaint_After="2")
    [delivery] = sender.events(1)
    delivered_at = time.monotonic()

    [complaint] = sender.events(1)

    assert (delivery["eventType"], complaint["eventType"]) == ("Delivery", "Complaint")
    assert time.monotonic() - delivered_at > 1
    assert complaint["mail"]["messageId"] == delivery["mail"]["messageId"]


def test_a_complaint_comes_after_the_delivery_and_names_all_at_that_domain(sender: Sender) -> None:
    sender.send("ann@example.com", "bea@example.com", X_Local_Complaint="Ann@example.com")

    delivery, complaint = sender.events(2)
    assert (delivery["eventType"], complaint["eventType"]) == ("Delivery", "Complaint")
    assert complaint["complaint"]["complainedRecipients"] == [
        {"emailAddress": "ann@example.com"},
        {"emailAddress": "bea@example.com"},
    ]
    assert complaint["complaint"]["complaintSubType"] is None
    assert complaint["complaint"]["complaintFeedbackType"] == "abuse"
    assert "X-Local-Complaint" not in _header_names(complaint)


def test_every_complaint_is_a_report_of_its_own(sender: Sender) -> None:
    sender.send("ann@example.com", "bea@example.com", X_Local_Complaint="all", X_Local_Feedback_Type="not-spam")

    _, first, second = sender.events(3)
    assert first["complaint"]["feedbackId"] != second["complaint"]["feedbackId"]
    assert first["complaint"]["complaintFeedbackType"] == "not-spam"


def test_a_bounced_recipient_gets_no_delivery(sender: Sender) -> None:
    sender.send("ann@example.com", "gone@example.com", X_Local_Bounce="gone@example.com")

    delivery, bounce = sender.events(2)
    assert delivery["delivery"]["recipients"] == ["ann@example.com"]
    assert (bounce["bounce"]["bounceType"], bounce["bounce"]["bounceSubType"]) == ("Permanent", "General")
    assert [to["emailAddress"] for to in bounce["bounce"]["bouncedRecipients"]] == ["gone@example.com"]


@pytest.mark.parametrize(
    ("mailbox", "feedback"),
    [
        ("success", ["Delivery"]),
        ("ooto", ["Delivery"]),
        ("bounce", ["Bounce"]),
        ("complaint", ["Delivery", "Complaint"]),
        ("complaint+berries", ["Delivery", "Complaint"]),
        ("suppressionlist", ["Bounce"]),
    ],
)
def test_the_mailbox_simulator_does_what_its_addresses_say(sender: Sender, mailbox: str, feedback: list[str]) -> None:
    sender.send(f"{mailbox}@simulator.amazonses.com")

    events = sender.events(len(feedback))
    assert [event["eventType"] for event in events] == feedback


def test_an_event_has_the_form_of_event_publishing(sender: Sender) -> None:
    message_id = sender.send("ann@example.com", X_Campaign="berries")

    (event,) = sender.events(1)
    mail = event["mail"]
    assert mail.keys() == {
        "timestamp", "source", "sourceArn", "sendingAccountId", "messageId", "destination",
        "headersTruncated", "headers", "commonHeaders", "tags",
    }  # fmt: skip
    assert mail["source"] == sender.address
    assert mail["destination"] == ["ann@example.com"]
    assert {"name": "X-Campaign", "value": "berries"} in mail["headers"]
    assert mail["commonHeaders"] == {
        "from": [f"Bob's Shop <{sender.address}>"],
        "to": ["ann@example.com"],
        "messageId": message_id,
        "subject": "Fresh strawberries",
    }


def test_headers_of_ten_kilobytes_are_truncated(sender: Sender) -> None:
    headers = {f"X_Long_{number}": "berry" * 100 for number in range(30)}

    sender.send("ann@example.com", **headers)

    (event,) = sender.events(1)
    assert event["mail"]["headersTruncated"] is True
    assert "X-Long-29" not in _header_names(event)


def test_the_message_on_the_topic_is_as_ses_sends_it(sender: Sender, stack: Stack) -> None:
    sqs, sns = stack.client("sqs"), stack.client("sns")
    topic = sender.arn("").replace(":ses:", ":sns:") + sender.configuration_set
    (subscription,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    sns.set_subscription_attributes(
        SubscriptionArn=subscription["SubscriptionArn"],
        AttributeName="RawMessageDelivery",
        AttributeValue="false",
    )

    sender.send("ann@example.com")

    (message,) = eventually(lambda: sqs.receive_message(QueueUrl=sender.queue_url).get("Messages"))
    envelope = json.loads(message["Body"])
    assert envelope["Subject"] == "Amazon SES Email Event Notification"
    assert envelope["Message"].endswith("}\n")


def test_mail_is_sent_at_the_time_of_the_latest_tick(sender: Sender, ticked: datetime) -> None:
    sender.send("ann@example.com")

    (event,) = sender.events(1)
    sent_at = datetime.fromisoformat(event["mail"]["timestamp"])
    assert ticked <= sent_at < ticked + timedelta(seconds=60)


@pytest.fixture
def ticked(stack: Stack) -> Iterator[datetime]:
    at, state = datetime(2026, 3, 1, 9, 30, tzinfo=UTC), StateDirectory(stack.directory)
    state.set_clock(at - datetime.now(UTC))
    yield at
    state.set_clock(None)


# ---------------------------------------------------------------- the SES API beside it


def test_mail_of_the_ses_api_is_kept_as_a_file(stack: Stack) -> None:
    entry = uuid.uuid4().hex
    mail = a_mail("no-reply@apwt.example", "owner@bob.example", X_Permille_Entry=entry, X_SES_MESSAGE_TAGS="a=b")

    stack.client("ses").send_raw_email(RawMessage={"Data": mail.as_bytes()})

    (path,) = eventually(lambda: list(stack.mails.glob(f"*-owner@bob.example-{entry}.eml")))
    kept = path.read_text(encoding="utf-8")
    assert "Subject: Fresh strawberries" in kept
    assert "X-SES-MESSAGE-TAGS" not in kept


def test_the_ses_api_too_needs_the_right_to_the_identity(sender: Sender, stack: Stack) -> None:
    key = stack.client("iam").create_access_key(UserName=sender.user)["AccessKey"]
    ses = stack.client("ses", key["AccessKeyId"], key["SecretAccessKey"])
    own, others = (a_mail(address, "ann@example.com") for address in (sender.address, "no-reply@apwt.example"))

    ses.send_raw_email(RawMessage={"Data": own.as_bytes()})
    with pytest.raises(ClientError) as refused:
        ses.send_raw_email(RawMessage={"Data": others.as_bytes()})

    assert refused.value.response["Error"]["Code"] == "AccessDenied"


def _header_names(event: dict[str, Any]) -> list[str]:
    return [header["name"] for header in event["mail"]["headers"]]
