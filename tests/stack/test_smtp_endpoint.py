"""The embedded stack's SMTP endpoint answers, and publishes, as Amazon SES does."""

import json
import smtplib
import ssl
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import pytest
from botocore.exceptions import ClientError

from permille_cli.smtp_credential import smtp_password
from tests.stack.conftest import Stack, eventually

DENY_SENDING = {"Effect": "Deny", "Action": "ses:Send*", "Resource": "*"}


@dataclass(frozen=True, slots=True)
class Sender:
    """An IAM user with one access key, who may send as one domain with one configuration set."""

    stack: Stack
    user: str
    key: str
    password: str
    domain: str
    configuration_set: str
    queue_url: str

    @property
    def address(self) -> str:
        return f"news@{self.domain}"

    def session(self) -> smtplib.SMTP:
        session = smtplib.SMTP(self.stack.smtp.host, self.stack.smtp.port, timeout=20)
        try:
            session.login(self.key, self.password)
        except smtplib.SMTPAuthenticationError:
            session.close()
            raise
        return session

    def send(self, *recipients: str, **headers: str) -> str:
        """Sends one mail in a session of its own, and returns SES's id of it."""
        with self.session() as session:
            return submit(session, a_mail(self.address, *recipients, **headers))

    def events(self, count: int) -> list[dict[str, Any]]:
        """The next `count` events, once they have all come."""
        sqs, events = self.stack.client("sqs"), list[dict[str, Any]]()

        def received() -> bool:
            answer = sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10)
            for message in answer.get("Messages", []):
                sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
                events.append(json.loads(message["Body"]))
            return len(events) >= count

        eventually(received)
        return events

    def allow(self, *statements: dict[str, Any]) -> None:
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        self.stack.client("iam").put_user_policy(
            UserName=self.user, PolicyName="sending", PolicyDocument=document
        )

    def arn(self, resource: str) -> str:
        return f"arn:aws:ses:{self.stack.region}:{self.stack.account_id}:{resource}"


def a_mail(address: str, *recipients: str, **headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = f"Bob's Shop <{address}>"
    mail["To"] = ", ".join(recipients)
    mail["Subject"] = "Fresh strawberries"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Come and get them.\n.and a line that begins with a dot\n")
    return mail


def submit(session: smtplib.SMTP, mail: EmailMessage) -> str:
    """Sends and returns the id that SES answers with."""
    session.mail(mail["From"].addresses[0].addr_spec)
    for address in mail["To"].addresses:
        session.rcpt(address.addr_spec)
    code, answer = session.data(mail.as_bytes())
    if code != 250:
        raise smtplib.SMTPDataError(code, answer)
    return answer.decode().removeprefix("Ok ")


@pytest.fixture
def sender(stack: Stack) -> Sender:
    name = uuid.uuid4().hex[:12]
    iam = stack.client("iam")
    iam.create_user(UserName=f"permille-{name}")
    key = iam.create_access_key(UserName=f"permille-{name}")["AccessKey"]
    queue_url = _events_of(stack, name)
    stack.client("sesv2").create_email_identity(EmailIdentity=f"{name}.example", ConfigurationSetName=name)
    sender = Sender(
        stack=stack,
        user=f"permille-{name}",
        key=key["AccessKeyId"],
        password=smtp_password(key["SecretAccessKey"], stack.region),
        domain=f"{name}.example",
        configuration_set=name,
        queue_url=queue_url,
    )
    resources = [sender.arn(f"identity/{name}.example"), sender.arn(f"configuration-set/{name}")]
    sender.allow({"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": resources})
    return sender


def _events_of(stack: Stack, name: str) -> str:
    """Makes a configuration set whose events end in a queue of its own."""
    sns, sqs, sesv2 = stack.client("sns"), stack.client("sqs"), stack.client("sesv2")
    everyone = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [everyone]})
    queue_url: str = sqs.create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"]
    topic: str = sns.create_topic(Name=name)["TopicArn"]
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=topic.replace(":sns:", ":sqs:"),
        Attributes={"RawMessageDelivery": "true"},
    )
    sesv2.create_configuration_set(ConfigurationSetName=name)
    sesv2.create_configuration_set_event_destination(
        ConfigurationSetName=name,
        EventDestinationName="queue",
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": ["DELIVERY", "BOUNCE", "COMPLAINT"],
            "SnsDestination": {"TopicArn": topic},
        },
    )
    return queue_url


# ---------------------------------------------------------------- logging in


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_an_access_key_logs_in_with_the_password_derived_from_its_secret(
    sender: Sender, mechanism: str
) -> None:
    session = smtplib.SMTP(sender.stack.smtp.host, sender.stack.smtp.port, timeout=20)
    session.ehlo()
    session.user, session.password = sender.key, sender.password

    with session:
        code, _ = session.auth(mechanism, getattr(session, f"auth_{mechanism.lower()}"))

    assert code == 235


def test_starttls_is_offered_with_a_certificate_of_the_stack(sender: Sender) -> None:
    context = ssl.create_default_context(cafile=sender.stack.smtp.certificate)

    with smtplib.SMTP(sender.stack.smtp.host, sender.stack.smtp.port, timeout=20) as session:
        session.starttls(context=context)
        session.login(sender.key, sender.password)
        message_id = submit(session, a_mail(sender.address, "ann@example.com"))

    assert message_id


def test_a_wrong_password_is_refused(sender: Sender) -> None:
    with smtplib.SMTP(sender.stack.smtp.host, sender.stack.smtp.port, timeout=20) as session:
        refusal = _refusal(lambda: session.login(sender.key, "B" + sender.password[:-1]))

    assert refusal == (535, "Authentication Credentials Invalid")


def test_an_unknown_key_is_refused(sender: Sender) -> None:
    with smtplib.SMTP(sender.stack.smtp.host, sender.stack.smtp.port, timeout=20) as session:
        refusal = _refusal(lambda: session.login("AKIAAAAAAAAAAAAAAAAA", sender.password))

    assert refusal == (535, "Authentication Credentials Invalid")


def test_an_inactive_key_is_refused(sender: Sender) -> None:
    _switch(sender, "Inactive")

    refusal = _refusal(sender.session)

    assert refusal == (535, "Authentication Credentials Invalid")


def test_a_key_that_is_active_again_logs_in(sender: Sender) -> None:
    _switch(sender, "Inactive")
    _switch(sender, "Active")

    message_id = sender.send("ann@example.com")

    assert message_id


def test_nobody_sends_without_logging_in(sender: Sender) -> None:
    with smtplib.SMTP(sender.stack.smtp.host, sender.stack.smtp.port, timeout=20) as session:
        session.ehlo()
        answer = session.mail(sender.address)

    assert answer == (530, b"Authentication required")


# ---------------------------------------------------------------- sending


def test_what_is_accepted_is_answered_with_its_id(sender: Sender) -> None:
    message_id = sender.send("ann@example.com")

    (event,) = sender.events(1)
    assert event["mail"]["messageId"] == message_id


def test_a_deny_group_stops_an_open_session(sender: Sender) -> None:
    with sender.session() as session:
        submit(session, a_mail(sender.address, "ann@example.com"))
        sender.stack.client("iam").add_user_to_group(
            UserName=sender.user, GroupName=sender.stack.outputs["DenyGroupName"]
        )
        refusal = _refusal(lambda: submit(session, a_mail(sender.address, "bea@example.com")))

    assert refusal == (554, _denied(sender, f"identity/{sender.domain}"))


def test_an_inactive_key_stops_an_open_session(sender: Sender) -> None:
    session = sender.session()
    _switch(sender, "Inactive")

    refusal = _refusal(lambda: submit(session, a_mail(sender.address, "ann@example.com")))

    assert refusal == (535, "Authentication Credentials Invalid")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        session.noop()


def test_sending_needs_the_right_to_the_identity(sender: Sender) -> None:
    other = sender.arn("identity/another.example")
    sender.allow({"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": other})

    refusal = _refusal(lambda: sender.send("ann@example.com"))

    assert refusal == (554, _denied(sender, f"identity/{sender.domain}"))


def test_sending_needs_the_right_to_the_configuration_set(sender: Sender) -> None:
    identity = sender.arn(f"identity/{sender.domain}")
    sender.allow({"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": identity})

    refusal = _refusal(lambda: sender.send("ann@example.com"))

    assert refusal == (554, _denied(sender, f"configuration-set/{sender.configuration_set}"))


def test_an_unverified_sender_is_refused(sender: Sender) -> None:
    with sender.session() as session:
        refusal = _refusal(lambda: submit(session, a_mail("bob@unverified.example", "ann@example.com")))

    assert refusal == (
        554,
        "Message rejected: Email address is not verified. The following identities failed the check "
        "in region US-EAST-1: bob@unverified.example",
    )


def test_more_than_fifty_recipients_are_refused(sender: Sender) -> None:
    recipients = [f"reader-{number}@example.com" for number in range(51)]

    refusal = _refusal(lambda: sender.send(*recipients))

    assert refusal == (554, "Transaction failed: Recipient count exceeds 50")


def test_more_than_forty_megabytes_are_refused(sender: Sender) -> None:
    with sender.session() as session:
        session.ehlo()
        code, _ = session.mail(sender.address, [f"SIZE={40 * 1024 * 1024 + 1}"])

    assert code == 552


def test_a_subdomain_sends_with_the_domains_identity(sender: Sender) -> None:
    with sender.session() as session:
        submit(session, a_mail(f"news@mail.{sender.domain}", "ann@example.com"))

    (event,) = sender.events(1)
    assert event["mail"]["sourceArn"] == sender.arn(f"identity/{sender.domain}")


# ---------------------------------------------------------------- configuration sets and tags


def test_a_named_configuration_set_goes_before_the_identitys_own(sender: Sender, stack: Stack) -> None:
    other = uuid.uuid4().hex[:12]
    queue_url = _events_of(stack, other)
    sender.allow({"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"})

    sender.send("ann@example.com", X_SES_CONFIGURATION_SET=other)

    message = eventually(lambda: stack.client("sqs").receive_message(QueueUrl=queue_url).get("Messages"))[0]
    event = json.loads(message["Body"])
    assert event["mail"]["tags"]["ses:configuration-set"] == [other]
    assert "X-SES-CONFIGURATION-SET" not in _header_names(event)


def test_an_unknown_configuration_set_is_refused(sender: Sender) -> None:
    refusal = _refusal(lambda: sender.send("ann@example.com", X_SES_CONFIGURATION_SET="nowhere"))

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
    assert "X-SES-MESSAGE-TAGS" not in _header_names(event)


# ---------------------------------------------------------------- feedback


def test_recipients_of_one_domain_share_a_delivery(sender: Sender) -> None:
    sender.send("ann@example.com", "bea@example.org", "cyd@example.com")

    events = sender.events(2)
    assert [event["eventType"] for event in events] == ["Delivery", "Delivery"]
    assert sorted(event["delivery"]["recipients"] for event in events) == [
        ["ann@example.com", "cyd@example.com"],
        ["bea@example.org"],
    ]


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
    sender.send(
        "ann@example.com", "bea@example.com", X_Local_Complaint="all", X_Local_Feedback_Type="not-spam"
    )

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
def test_the_mailbox_simulator_does_what_its_addresses_say(
    sender: Sender, mailbox: str, feedback: list[str]
) -> None:
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


def test_mail_is_sent_at_the_time_of_the_latest_tick(sender: Sender, ticked: str) -> None:
    sender.send("ann@example.com")

    (event,) = sender.events(1)
    assert event["mail"]["timestamp"] == ticked


@pytest.fixture
def ticked(stack: Stack) -> Iterator[str]:
    (stack.directory / "clock").write_text("2026-03-01T09:30:00+00:00", encoding="utf-8")
    yield "2026-03-01T09:30:00.000Z"
    (stack.directory / "clock").unlink()


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


def test_a_thousand_mails_take_less_than_twenty_seconds(sender: Sender) -> None:
    mail = a_mail(sender.address, "ann@example.com")
    began = time.monotonic()

    with sender.session() as session:
        for _ in range(1000):
            submit(session, mail)

    assert time.monotonic() - began < 20


def _refusal(attempt: Callable[[], object]) -> tuple[int, str]:
    with pytest.raises(smtplib.SMTPResponseException) as caught:
        attempt()
    error = caught.value.smtp_error
    return caught.value.smtp_code, error.decode() if isinstance(error, bytes) else error


def _denied(sender: Sender, resource: str) -> str:
    user = f"arn:aws:iam::{sender.stack.account_id}:user/{sender.user}"
    return (
        f"Access denied: User `{user}' is not authorized to perform `ses:SendRawEmail' "
        f"on resource `{sender.arn(resource)}'"
    )


def _switch(sender: Sender, status: str) -> None:
    sender.stack.client("iam").update_access_key(UserName=sender.user, AccessKeyId=sender.key, Status=status)


def _header_names(event: dict[str, Any]) -> list[str]:
    return [header["name"] for header in event["mail"]["headers"]]
