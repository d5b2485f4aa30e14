"""Which IAM user that exists can be an account's sender, and under which name it is kept."""

from typing import Any

import boto3
import pytest
from tests.aws.wire import Wire
from tests.builders import NOW, an_account

from permille.domain.entries.credential import Created
from permille.domain.errors import InvalidInput
from permille.domain.timeline import entry
from permille_cli import adoption
from permille_cli.stack import Stack

USER = "permille-bakery"
DENIED = "permille-us-east-1-denied"


@pytest.fixture
def iam(aws: None) -> Any:
    client = boto3.client("iam")
    client.create_user(UserName=USER)
    return client


@pytest.fixture
def stack(dynamodb: Any) -> Stack:
    tables = {name: name for name in ("AccountsTable", "SendersTable", "TimelineTable")}
    return Stack("permille", {"SenderUsers": "permille-*", "DenyGroupName": DENIED, **tables})


def in_groups(iam: Any, *names: str) -> None:
    for name in names:
        iam.create_group(GroupName=name)
        iam.add_user_to_group(GroupName=name, UserName=USER)


def adopted(stack: Stack, iam: Any, *users: str) -> tuple[str, ...]:
    return adoption.checked(stack, iam, users, frozenset())


def test_a_user_in_as_many_groups_as_iam_allows_is_refused_since_it_could_never_be_denied(
    stack: Stack, iam: Any
) -> None:
    in_groups(iam, *(f"group-{number}" for number in range(10)))

    with pytest.raises(InvalidInput, match=rf"{USER} is in 10 IAM groups.*no place is left for {DENIED}.*take it out"):
        adopted(stack, iam, USER)


def test_with_one_place_left_it_is_adopted(stack: Stack, iam: Any) -> None:
    in_groups(iam, *(f"group-{number}" for number in range(9)))

    assert adopted(stack, iam, USER) == (USER,)


def test_one_of_its_groups_may_be_the_deny_group(stack: Stack, iam: Any) -> None:
    in_groups(iam, DENIED, *(f"group-{number}" for number in range(9)))

    assert adopted(stack, iam, USER) == (USER,)


def test_a_sender_is_called_as_iam_calls_it_and_not_as_it_was_typed(stack: Stack, iam: Any) -> None:
    """SES names it so in its feedback."""
    user = iam.get_user(UserName=USER)["User"]
    Wire(iam).answer("GetUser", {"User": user}, times=2)

    assert adopted(stack, iam, "Permille-Bakery", "PERMILLE-BAKERY") == (USER,)


def test_whose_sender_it_is_is_asked_by_the_name_that_iam_has(stack: Stack, iam: Any) -> None:
    account = an_account(senders=(USER,))
    stack.accounts.add(account, [entry(account.id, NOW, Created(senders=account.senders))])
    Wire(iam).answer("GetUser", {"User": iam.get_user(UserName=USER)["User"]})

    with pytest.raises(InvalidInput, match=f"{USER} is a sender of the account {account.id}"):
        adopted(stack, iam, "Permille-Bakery")
