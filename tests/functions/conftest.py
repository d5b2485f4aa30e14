"""The functions as Lambda starts them: with their environment, on the template's tables, in a new execution
environment."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto.core.models import MockAWS
from tests.support.aws_tables import create_in_moto
from tests.support.builders import OWNER_MAIL_SENDER, PLATFORM, an_account
from tests.support.doctor_fakes import NAMES
from tests.support.iam import is_allowed, recorded

from permille.aws.accounts import DynamoAccounts
from permille.bootstrap import access, api, console, doctor, enforce, ingest, notify, providers, provisioning, webhook
from permille.domain.account.account import Account
from permille.domain.doctor.names import FUNCTIONS
from permille.domain.timeline.timeline import SYSTEM, Entry

DENY_GROUP = "permille-denied"
# Which only the doctor is told.
OF_DOCTOR = {
    *FUNCTIONS.values(),
    "feedback_topic_arn",
    "enforce_schedule_name",
    "alarm_topic_arn",
    "other_mail",
}
ENVIRONMENT = {
    "PLATFORM_NAME": PLATFORM,
    "REPLAY_CLOCK": "off",
    "CONTROL_TABLE": "ControlTable",
    "ACCOUNTS_TABLE": "AccountsTable",
    "SENDERS_TABLE": "SendersTable",
    "TALLIES_TABLE": "TalliesTable",
    "SEEN_TABLE": "SeenTable",
    "COMPLAINTS_TABLE": "ComplaintsTable",
    "TIMELINE_TABLE": "TimelineTable",
    "QUARANTINE_TABLE": "QuarantineTable",
    "IDEMPOTENCY_TABLE": "IdempotencyTable",
    "OWNER_MAIL_SENDER": OWNER_MAIL_SENDER,
    "DENY_GROUP": DENY_GROUP,
    "ENFORCEMENT_MODE": "enforce",
    "POLICY_PARAMETER": "/permille/policy",
    "TIMELINE_BUS": "timeline",
    "CONFIGURATION_SET": "permille",
    "OWNER_LINK_DAYS": "7",
    "STACK_NAME": "permille",
    "SENDER_USERS": "permille-*",
    "SENDER_BOUNDARY": "arn:aws:iam::123456789012:policy/permille-SenderBoundary",
    "SES_ARNS": "arn:aws:ses:us-east-1:123456789012",
    "PROVIDERS_FUNCTION": "permille-Providers",
    "LINK_BASE": "https://console.example/",
    "WEBHOOK_SECRETS_PARAMETER": "/permille/webhook-secrets",
    "LOCAL_WEBHOOK": "on",
    "SMTP_ENDPOINT": "email-smtp.us-east-1.amazonaws.com:587",
    **{name.upper(): value for name, value in NAMES.items() if name in OF_DOCTOR},
    "MAIL_FROM": "reputation@apwt.example",
}


@dataclass(frozen=True, slots=True)
class Cloud:
    """The AWS account that the functions run in."""

    dynamodb: Any
    iam: Any
    sqs: Any
    accounts: DynamoAccounts
    notify_queue: str
    notify_dead_letters: str

    def rows(self, table: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.dynamodb.scan(TableName=table)["Items"]
        return items

    def kinds(self) -> list[str]:
        """The kinds of all accounts' timeline entries, sorted."""
        return sorted(row["kind"]["S"] for row in self.rows("TimelineTable") if row["account_id"]["S"] != SYSTEM)

    def images(self, kind: str) -> list[dict[str, Any]]:
        """The stream's images of the entries of this kind."""
        return [row for row in self.rows("TimelineTable") if row["kind"]["S"] == kind]

    def open(self, account: Account | None = None, *entries: Entry) -> str:
        """An account, its IAM users with a key each; returns the id of the last key."""
        account = account or an_account()
        self.accounts.add(account, entries)
        key = ""
        for caller in account.senders:
            self.iam.create_user(UserName=caller)
            key = self.iam.create_access_key(UserName=caller)["AccessKey"]["AccessKeyId"]
        return key

    def status_of(self, caller: str) -> tuple[list[str], list[str]]:
        """The statuses of a user's keys, and its groups."""
        keys = self.iam.list_access_keys(UserName=caller)["AccessKeyMetadata"]
        groups = self.iam.list_groups_for_user(UserName=caller)["Groups"]
        return [key["Status"] for key in keys], [group["GroupName"] for group in groups]

    def jobs(self) -> list[dict[str, Any]]:
        """The messages on Notify's queue."""
        return self._messages(self.notify_queue)

    def dead_letters(self) -> list[dict[str, Any]]:
        """The messages that Notify gave up on."""
        return self._messages(self.notify_dead_letters)

    def events_to_post(self) -> list[dict[str, Any]]:
        """The messages on the webhook's queue."""
        return self._messages(os.environ["WEBHOOK_QUEUE_URL"])

    def events_given_up(self) -> list[dict[str, Any]]:
        """The webhook's dead letters."""
        return self._messages(os.environ["WEBHOOK_DEAD_LETTER_QUEUE_URL"])

    def _messages(self, queue: str) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = self.sqs.receive_message(QueueUrl=queue).get("Messages", [])
        return messages


@pytest.fixture(autouse=True)
def new_environment() -> None:
    """As in a new execution environment: each function makes its services again."""
    access.access_services.cache_clear()
    api._services.cache_clear()
    console.console_services.cache_clear()
    doctor.doctor_services.cache_clear()
    enforce.enforce_services.cache_clear()
    ingest.ingest_services.cache_clear()
    notify._services.cache_clear()
    providers.providers_services.cache_clear()
    provisioning._services.cache_clear()
    webhook.webhook_runtime.cache_clear()


@pytest.fixture(autouse=True)
def within_their_roles() -> Iterator[None]:
    """The role of a function allows all its calls of DynamoDB."""
    with recorded() as requests:
        yield
    assert [one for function, one in requests if function and not is_allowed(function, one)] == []


@pytest.fixture(scope="module")
def accounts(moto: MockAWS) -> DynamoAccounts:
    return DynamoAccounts(accounts="AccountsTable", senders="SendersTable", timeline="TimelineTable")


@pytest.fixture(scope="module")
def clients(moto: MockAWS) -> dict[str, Any]:
    """Of whoever looks from outside, by service; the functions make their own."""
    return {service: boto3.client(service) for service in ("dynamodb", "iam", "sqs", "sns", "events", "ses", "kms")}


@pytest.fixture
def cloud(aws: None, clients: dict[str, Any], accounts: DynamoAccounts, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    dynamodb, iam, sqs = clients["dynamodb"], clients["iam"], clients["sqs"]
    create_in_moto()
    iam.create_group(GroupName=DENY_GROUP)
    clients["events"].create_event_bus(Name="timeline")
    clients["ses"].verify_domain_identity(Domain="apwt.example")
    queue, dead = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("notify", "notify-dead-letters"))
    feedback = {
        "FEEDBACK_QUEUE_URL": sqs.create_queue(QueueName="feedback")["QueueUrl"],
        "FEEDBACK_DEAD_LETTER_QUEUE_URL": sqs.create_queue(QueueName="feedback-dead-letters")["QueueUrl"],
        "STREAM_FAILURES_URL": sqs.create_queue(QueueName="stream-failures")["QueueUrl"],
        "WEBHOOK_QUEUE_URL": sqs.create_queue(QueueName="webhook")["QueueUrl"],
        "WEBHOOK_DEAD_LETTER_QUEUE_URL": sqs.create_queue(QueueName="webhook-dead-letters")["QueueUrl"],
        "STAFF_TOPIC": clients["sns"].create_topic(Name="staff")["TopicArn"],
    }
    keys = {
        name: clients["kms"].create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"]
        for name in ("OWNER_LINK_KEY", "STAFF_LINK_KEY", "PLATFORM_TOKEN_KEY")
    }
    for name, value in {
        **ENVIRONMENT,
        **feedback,
        **keys,
        "NOTIFY_QUEUE_URL": queue,
        "NOTIFY_DEAD_LETTER_QUEUE_URL": dead,
    }.items():
        monkeypatch.setenv(name, value)
    return Cloud(dynamodb, iam, sqs, accounts, queue, dead)
