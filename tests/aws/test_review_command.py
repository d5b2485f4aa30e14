"""`permille review` and `permille account`, typed, against the tables of a stack that moto keeps."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from tests.builders import ACCOUNT, an_account

from permille.aws.accounts import DynamoAccounts
from permille.domain.account import Account, Status, Trial, TrialState
from permille_cli.main import status_of

TABLES = [f"{name}Table" for name in ("Accounts", "Senders", "Timeline", "Control")]
ASKED = ["--batch", "800", "--cause", "We mailed an old list", "--change", "We took it off"]


@pytest.fixture
def accounts(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> DynamoAccounts:
    """A deployed stack's, with one account, which is disabled."""
    outputs = {name: name for name in TABLES} | {"PolicyParameterName": "/permille/policy", "PlatformName": "APWT"}
    described = {"Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in outputs.items()]}
    answer: Any = (AWSResponse("", 200, HTTPHeaders(), None), {"Stacks": [described]})
    events: Any = (session := boto3.Session()).events
    events.register("before-call.cloudformation.DescribeStacks", lambda **_: answer)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)  # of the clients that commands make
    kept = DynamoAccounts(accounts="AccountsTable", senders="SendersTable", timeline="TimelineTable")
    kept.add(an_account(status=Status.DISABLED), [])
    return kept


def day(ahead: int) -> date:
    return datetime.now(UTC).date() + timedelta(days=ahead)


def the(accounts: DynamoAccounts) -> Account:
    account = accounts.get(ACCOUNT)
    assert account is not None
    return account


def told(dynamodb: Any) -> Iterator[str]:
    """The kinds of the entries, oldest first."""
    rows = dynamodb.scan(TableName="TimelineTable")["Items"]
    return (row["kind"]["S"] for row in sorted(rows, key=lambda row: str(row["entry_id"]["S"])))


def permille(*typed: str) -> int:
    return status_of(typed)


def is_agreed_on(ahead: int) -> None:
    assert permille("review", "request", ACCOUNT, "--day", str(day(ahead)), *ASKED) == 0
    assert permille("review", "approve", ACCOUNT, "--day", str(day(ahead))) == 0


def test_an_agreed_trial_is_moved_cancelled_and_withdrawn(accounts: DynamoAccounts, dynamodb: Any) -> None:
    is_agreed_on(5)
    assert permille("review", "approve", ACCOUNT, "--day", str(day(9)), "--note", "Later, as you asked") == 0
    moved = the(accounts).trial
    assert permille("review", "cancel", ACCOUNT, "--reason", "It was the wrong account") == 0
    cancelled = the(accounts)
    is_agreed_on(5)
    assert permille("review", "withdraw", ACCOUNT) == 0

    assert moved is not None
    assert moved.day == day(9)
    assert (cancelled.review, cancelled.trial) == (None, None)
    assert the(accounts).trial is None
    answered = ["review_requested", "review_approved"]
    assert [*told(dynamodb)] == [
        *answered,
        "review_approved",
        "trial_cancelled",
        *answered,
        "review_withdrawn",
    ]


def test_disabling_an_account_that_waits_for_its_day_cancels_the_trial(accounts: DynamoAccounts) -> None:
    is_agreed_on(5)

    assert permille("account", "disable", ACCOUNT, "--reason", "It was the wrong account") == 0

    assert the(accounts).trial is None


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (["review", "cancel", ACCOUNT, "--reason", "Why"], "no trial of bakery is agreed on"),
        (["review", "cancel", ACCOUNT, "--reason", " "], "--reason must say why"),
        (["account", "disable", ACCOUNT, "--reason", "Why"], "bakery is disabled already"),
        (["account", "exempt", ACCOUNT, "--reason", "Why", "--until", "2206-12-31"], "lasts at most 366 days"),
    ],
)
def test_what_does_not_suit_the_account_is_one_line_and_exit_2(
    accounts: DynamoAccounts, capsys: pytest.CaptureFixture[str], typed: list[str], says: str
) -> None:
    before = the(accounts)

    assert permille(*typed) == 2

    assert says in capsys.readouterr().err
    assert the(accounts) == before


def test_a_trial_that_has_begun_is_not_cancelled(accounts: DynamoAccounts, capsys: pytest.CaptureFixture[str]) -> None:
    is_agreed_on(0)
    agreed = the(accounts)
    accounts.save(agreed, replace(agreed, status=Status.TRIAL, trial=running(agreed)), [])

    assert permille("review", "cancel", ACCOUNT, "--reason", "Why") == 2

    assert "the trial of bakery has begun; disable the account to end it" in capsys.readouterr().err


def running(account: Account) -> Trial:
    assert account.trial is not None
    return replace(account.trial, state=TrialState.RUNNING)


@pytest.mark.parametrize(("ahead", "says"), [(1, "(that day is today or tomorrow)"), (9, "e-mails on {day}\n")])
def test_the_queue_says_whose_day_is_near(
    accounts: DynamoAccounts, capsys: pytest.CaptureFixture[str], ahead: int, says: str
) -> None:
    assert permille("review", "request", ACCOUNT, "--day", str(day(ahead)), *ASKED) == 0

    assert permille("review", "list") == 0

    assert says.format(day=day(ahead)) in capsys.readouterr().out
    assert the(accounts).review is not None
