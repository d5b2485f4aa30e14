"""What the operator's command asks beyond what the functions ask, kept by the fakes and by the adapters."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

import boto3
import pytest
from tests.support.builders import ACCOUNT, CALLER, NOW, an_account, an_entry
from tests.support.operator_fakes import a_stack

from permille.aws.accounts import DynamoAccounts
from permille.aws.control import DynamoControl
from permille.aws.feedback_queue import SqsFeedbackQueue
from permille.aws.policy import SsmPolicies
from permille.aws.quarantine import DynamoQuarantine
from permille.aws.timeline import DynamoTimeline
from permille.domain.account.account import Account
from permille.domain.timeline.kinds.credential import Created
from permille.domain.timeline.timeline import Entry, entry
from permille.domain.values.errors import Conflict
from permille.ports.feedback import Quarantine
from permille.ports.operator import (
    AllAccounts,
    AllTimelines,
    FeedbackQueue,
    OperatorControl,
    PolicyDocument,
    QuarantinedFeedback,
)


class KeptFeedback(Quarantine, QuarantinedFeedback, Protocol):
    """Both sides of one quarantine."""


@dataclass(frozen=True, slots=True)
class Operator:
    accounts: AllAccounts
    timeline: AllTimelines
    control: OperatorControl
    policies: PolicyDocument
    quarantine: KeptFeedback
    feedback_queue: FeedbackQueue
    on_the_queue: Callable[[], list[str]]


def _in_memory() -> Operator:
    stack = a_stack()
    return Operator(
        stack.accounts,
        stack.timeline,
        stack.control,
        stack.policies,
        stack.quarantine,
        stack.feedback_queue,
        lambda: stack.feedback_queue.bodies,
    )


@pytest.fixture
def on_aws(dynamodb: Any) -> Operator:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="feedback")["QueueUrl"]

    def bodies() -> list[str]:
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [message["Body"] for message in received.get("Messages", [])]

    return Operator(
        DynamoAccounts(accounts="AccountsTable", senders="SendersTable", timeline="TimelineTable"),
        DynamoTimeline(table="TimelineTable"),
        DynamoControl(table="ControlTable", timeline="TimelineTable"),
        SsmPolicies(parameter="/permille/policy"),
        DynamoQuarantine(table="QuarantineTable", dynamodb=dynamodb),
        SqsFeedbackQueue(queue=url, sqs=sqs),
        bodies,
    )


@pytest.fixture(params=["fake", "aws"])
def operator(request: pytest.FixtureRequest) -> Operator:
    if request.param == "fake":
        return _in_memory()
    found: Operator = request.getfixturevalue("on_aws")
    return found


def added(operator: Operator, account_id: str = ACCOUNT) -> Account:
    account = an_account(account_id)
    operator.accounts.add(account, [created(account_id)])
    return account


def created(account_id: str, after: timedelta = timedelta()) -> Entry:
    return entry(account_id, NOW + after, Created(senders=(f"permille-{account_id}",)))


# ---------------------------------------------------------------- accounts


def test_all_accounts_are_read(operator: Operator) -> None:
    assert list(operator.accounts.all()) == []
    added(operator), added(operator, "florist")

    assert {account.id for account in operator.accounts.all()} == {ACCOUNT, "florist"}


def test_a_sender_belongs_to_its_account_and_an_unknown_one_to_none(operator: Operator) -> None:
    added(operator)

    assert (operator.accounts.owner_of(CALLER), operator.accounts.owner_of("nobody")) == (ACCOUNT, "")


def test_a_removed_account_is_gone_with_its_senders_and_its_timeline_stays(operator: Operator) -> None:
    account = added(operator)

    operator.accounts.remove(account)

    assert operator.accounts.get(ACCOUNT) is None
    assert operator.accounts.owner_of(CALLER) == ""
    assert operator.timeline.get(ACCOUNT, created(ACCOUNT).id)
    new = replace(account, owner_name="Bea")
    added_again = operator.accounts.add(new, [created(ACCOUNT, timedelta(minutes=1))])
    assert operator.accounts.get(ACCOUNT) == added_again


def test_an_account_that_was_decided_about_is_not_removed(operator: Operator) -> None:
    account = added(operator)
    operator.accounts.save(account, replace(account, strikes=1), [created(ACCOUNT, timedelta(minutes=1))])

    with pytest.raises(Conflict):
        operator.accounts.remove(account)

    assert operator.accounts.get(ACCOUNT)
    assert operator.accounts.owner_of(CALLER) == ACCOUNT


# ---------------------------------------------------------------- timelines, policy


def test_the_entries_of_all_accounts_are_read_from_an_instant_on(operator: Operator) -> None:
    hours = {"bakery": 1, "florist": 2, "shop": 3}
    for account_id, after in hours.items():
        told = [created(account_id, timedelta(hours=after)), created(account_id, timedelta(hours=-after))]
        operator.accounts.add(an_account(account_id), told)

    since = operator.timeline.all_since(NOW + timedelta(hours=2))

    assert {one.account_id for one in since} == {"florist", "shop"}
    assert len(list(operator.timeline.all_since(NOW - timedelta(days=1)))) == 6


def test_entries_of_some_kinds_are_found_in_all_accounts(operator: Operator) -> None:
    for kind in ("disabled", "forwarding_stopped", "default_sets_replaced"):
        operator.timeline.append(an_entry(kind, NOW, "shop"))
    operator.timeline.append(an_entry("forwarding_stopped", NOW, "florist"))

    found = operator.timeline.of_kinds(("forwarding_stopped", "default_sets_replaced"))

    told = [("florist", "forwarding_stopped"), ("shop", "default_sets_replaced"), ("shop", "forwarding_stopped")]
    assert sorted((one.account_id, one.kind) for one in found) == told


def test_a_policy_is_in_force_as_it_was_set(operator: Operator) -> None:
    unset = operator.policies.text()

    operator.policies.set('{"window_days":  30}')
    operator.policies.set('{"window_days":  31}')

    assert unset is None
    assert operator.policies.text() == '{"window_days":  31}'
    assert operator.policies.current().window_days == 31


# ---------------------------------------------------------------- quarantine


def test_what_is_kept_is_given_with_why_until_it_is_dropped(operator: Operator) -> None:
    operator.quarantine.keep("hello", "not JSON", "", NOW)
    operator.quarantine.keep("other", "unattributed", "root", NOW + timedelta(hours=1))

    first, second = sorted(operator.quarantine.all(), key=lambda one: one.at)
    operator.quarantine.drop(first)
    operator.quarantine.drop(first)

    assert (first.reason, first.sender, first.at) == ("not JSON", "", NOW)
    assert (second.reason, second.sender) == ("unattributed", "root")
    assert (operator.quarantine.body(first.id), operator.quarantine.body(second.id)) == (None, "other")
    assert len(first.id) == 64
    assert list(operator.quarantine.all()) == [second]


def test_what_came_back_meanwhile_is_not_dropped(operator: Operator) -> None:
    operator.quarantine.keep("hello", "not JSON", "", NOW)
    (replayed,) = operator.quarantine.all()

    operator.quarantine.keep("hello", "not JSON", "", NOW + timedelta(seconds=1))
    operator.quarantine.drop(replayed)

    assert [operator.quarantine.body(one.id) for one in operator.quarantine.all()] == ["hello"]


def test_a_body_is_put_on_the_feedback_queue_as_it_is(operator: Operator) -> None:
    operator.feedback_queue.put('{"a":  "Grüße"}')

    assert operator.on_the_queue() == ['{"a":  "Grüße"}']
