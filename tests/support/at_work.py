"""Runs every command of tests/cli/test_commands.py on its AWS adapters, over moto."""

import io
import json
import shlex
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import boto3
from tests.aws.conftest import TABLES
from tests.aws.test_identities import Ses
from tests.cli.test_commands import COMPLAINT, RUNS, WORDS, waiting
from tests.support.asked import Asked
from tests.support.builders import ACCOUNT, NOW, a_provider, a_provider_request, a_server, an_account, ses_event
from tests.support.fakes import FakeLinkRegister, FakeSmtpLoginCheck, FakeTokenSigner, Rows
from tests.support.operator_fakes import FakeLinkIssuer
from tests.support.webhook_fakes import ENDPOINT, FakeWebhookTester
from tests.support.wire import Wire

from permille.aws.iam_users import IamSenderUsers
from permille.aws.identities import SesIdentities
from permille.aws.ledger import DynamoLedger
from permille.aws.ses_suppressions import SesSuppressionList
from permille.domain.account.restrictions import Hold
from permille.domain.values.status import HoldReason, Status
from permille.domain.values.tally import Tally
from permille.ports.feedback import Count
from permille.usecases.login.issue_links import IssueServices
from permille_cli.main import status_of
from permille_cli.stack.deployed import DeployedStack
from permille_cli.stack.template import load

OFF = f"account disable bakery --reason '{WORDS}'"
CHANGE = "account change bakery --reason Again"
# What the others do not come to: adoption, what has to be taken back, who is denied, tables that were restored.
FURTHER = {
    "account add, adopting": [
        "account add shop --owner-email o@shop.example --identity s.example --sender permille-old"
    ],
    "account change of identities": [f"{CHANGE} --add-identity bread.example"],
    "account change of senders": [OFF, f"{CHANGE} --add-sender permille-old", f"{CHANGE} --remove-sender permille-old"],
    "account credential, twice": ["account credential bakery", "account credential bakery --lost"],
    "account enable, with another credential": [OFF, f"account enable bakery --reason '{WORDS}' --new-credential"],
    "backtest of objects": ["backtest s3://archive/feedback/"],
    "suppression remove, in SES too": ["suppression remove bakery ann@example.com --reason R --also-in-ses"],
    "uninstall, and let out": ["uninstall --denied on --yes"],
}
COMMANDS = RUNS | FURTHER
_SECONDS = count()


class StackOfThen(DeployedStack):
    """At the time that the commands are about."""

    def now(self) -> datetime:
        return NOW + timedelta(seconds=next(_SECONDS))

    def exists(self) -> bool:
        """moto has no CloudFormation here."""
        return False


def a_stack() -> DeployedStack:
    """For any number of commands: making clients takes most of their time."""
    outputs = {name: name for name in load()["Outputs"]} | {
        "ReplayClock": "off",
        "Region": "us-east-1",
        "ConfigurationSetName": "permille",
        "SenderUsers": "permille-*",
        "SenderBoundaryArn": "arn:aws:iam::123456789012:policy/permille-SenderBoundary",
        "EnforcementMode": "enforce",
        "PlatformName": "APWT",
        "SmtpEndpoint": "email-smtp.us-east-1.amazonaws.com:587",
        "ConsoleUrl": "https://console.example/",
        "PolicyParameterName": "/permille/policy",
        "WebhookSecretsParameterName": "/permille/webhook-secrets",
    }
    stack = StackOfThen("permille", lambda _: outputs)
    _client.cache_clear()  # the next ones are listened to
    suppressed = boto3.client("sesv2")
    Wire(suppressed).refuse("GetSuppressedDestination", "NotFoundException", times=len(COMMANDS))
    vars(stack).update(
        ses_suppressions=SesSuppressionList(ses=suppressed),
        login_check=FakeSmtpLoginCheck(logins={a_server(username=":fire:[b]"): "{}"}),
        link_issuer=FakeLinkIssuer(
            IssueServices(FakeTokenSigner(), FakeLinkRegister(Rows()))
        ),  # its adapter asks a function, as the next one's
        webhook_tester=FakeWebhookTester(lambda: ENDPOINT),
    )
    return stack


def at_work(command: str, stack: DeployedStack, asked: Asked, folder: Path) -> None:
    """Runs it, in an AWS account where it has something to do, and notes what it asks for. It has to end well."""
    _make(stack)
    _fill(stack)
    asked.actions.clear()
    for line in COMMANDS[command]:
        typed = shlex.split(line) + (["--directory", str(folder), *_tables()] if command == "import-stack" else [])
        with _piped("{}"), chdir(folder):
            assert status_of(typed, stack=stack) == 0, line


def _tables() -> list[str]:
    return [part for name in load()["Outputs"] if name.endswith("Table") for part in ("--table", f"{name}={name}")]


@cache
def _client(service: Any) -> Any:
    return boto3.client(service)


def _make(stack: DeployedStack) -> None:
    """What has its own name each time, and what moto does not do as AWS does it."""
    made = {name: _queue(name) for name in stack.outputs if name.endswith(("QueueUrl", "FailuresUrl"))}
    made |= {name: _key() for name in stack.outputs if name.endswith("KeyArn")}
    ses = boto3.client("sesv2")
    Ses(ses)
    iam = boto3.client("iam")
    for operation in ("PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary"):
        Wire(iam).answer(operation, {}, times=9)
    users = IamSenderUsers(boundary=stack["SenderBoundaryArn"], iam=iam, pause=stack.pause)
    vars(stack).pop("signer", None)
    vars(stack).update(outputs={**stack.outputs, **made}, identities=SesIdentities(ses=ses), iam_users=users)


def _queue(name: str) -> str:
    return str(_client("sqs").create_queue(QueueName=name)["QueueUrl"])


def _key() -> str:
    return str(_client("kms").create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["Arn"])


def _fill(stack: DeployedStack) -> None:
    _client("iam").create_group(GroupName=stack["DenyGroupName"])
    _client("s3").create_bucket(Bucket="archive")
    _client("s3").put_object(Bucket="archive", Key="feedback/1.jsonl", Body=json.dumps(ses_event("Delivery")))
    add = ["account", "add", ACCOUNT, "--owner-email", "o@bakery.example", "--identity", "bakery.example"]
    assert status_of(add, stack=stack) == 0
    _make_users()
    provider = a_provider(username=":fire:[b]", secret="arn:aws:secretsmanager:us-east-1:1:secret:permille/x")
    others = [
        an_account("connected", status=Status.DISABLED, provider=provider, senders=("permille-connected",)),
        an_account("asked", provider_request=a_provider_request(), senders=("permille-asked",)),
        waiting(),
        an_account("held", hold=Hold(HoldReason.BREAKER, NOW, needs_staff=True), senders=("permille-held",)),
    ]
    for account in others:
        stack.accounts.add(account, [])
    complaint = Count(COMPLAINT.facts.identity, ACCOUNT, COMPLAINT.at.date(), 1, Tally(complaints=1), COMPLAINT)
    DynamoLedger(tables=TABLES, writer="a", dynamodb=_client("dynamodb")).count([complaint], NOW, timedelta(seconds=5))
    stack.quarantine.keep(WORDS, WORDS, WORDS, NOW)


def _make_users() -> None:
    """A role, and a user that may be adopted, with every sort of policy."""
    iam = _client("iam")
    iam.create_role(RoleName="platform-mail", AssumeRolePolicyDocument="{}")
    iam.create_user(UserName="permille-old")
    iam.create_group(GroupName="people")
    iam.add_user_to_group(GroupName="people", UserName="permille-old")
    ours = "arn:aws:ses:us-east-1:123456789012:configuration-set/permille"
    allow = {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": ours}
    sending = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_user_policy(UserName="permille-old", PolicyName="inline", PolicyDocument=sending)
    iam.put_group_policy(GroupName="people", PolicyName="inline", PolicyDocument=sending)
    arn = iam.create_policy(PolicyName="managed", PolicyDocument=sending)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="permille-old", PolicyArn=arn)
    iam.create_access_key(UserName="permille-old")


@contextmanager
def _piped(text: str) -> Iterator[None]:
    before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8")
    try:
        yield
    finally:
        sys.stdin = before
