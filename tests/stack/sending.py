"""A sender of the SMTP endpoint's tests, with everything of its own: user, key, domain, configuration set, queue."""

import email.policy
import json
import smtplib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import pytest
from tests.stack.conftest import Stack, eventually

from permille.usecases.senders.smtp_password import smtp_password


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
        return self.stack.session(self.key, self.password)

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

    def events_waiting(self) -> int:
        names = ["ApproximateNumberOfMessages"]
        answer = self.stack.client("sqs").get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=names)
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def allow(self, *statements: dict[str, Any]) -> None:
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        self.stack.client("iam").put_user_policy(UserName=self.user, PolicyName="sending", PolicyDocument=document)

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
    code, answer = session.data(mail.as_bytes(policy=email.policy.SMTP))
    if code != 250:
        raise smtplib.SMTPDataError(code, answer)
    return answer.decode().removeprefix("Ok ")


def a_sender(stack: Stack) -> Sender:
    """Makes a sender, with a verified domain whose default configuration set is its own."""
    name = uuid.uuid4().hex[:12]
    iam = stack.client("iam")
    iam.create_user(UserName=f"permille-{name}")
    key = iam.create_access_key(UserName=f"permille-{name}")["AccessKey"]
    queue_url = events_of(stack, name)
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


def events_of(stack: Stack, name: str) -> str:
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


def refusal_of(attempt: Callable[[], object]) -> tuple[int, str]:
    """What SMTP answers to an attempt that has to fail."""
    with pytest.raises(smtplib.SMTPResponseException) as caught:
        attempt()
    error = caught.value.smtp_error
    return caught.value.smtp_code, error.decode() if isinstance(error, bytes) else error
