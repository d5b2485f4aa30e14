"""Which IAM user that exists can be an account's sender, and under which name it is kept."""

import pytest
from tests.builders import NOW, an_account
from tests.operator_fakes import FakeStack, KnownUser, a_stack

from permille.adoption import adoptable
from permille.domain.entries.credential import Created
from permille.domain.errors import InvalidInput
from permille.domain.timeline import entry

USER = "permille-bakery"
SES = "arn:aws:ses:us-east-1:123456789012"
ALLOWED = frozenset({f"{SES}:identity/bakery.example", f"{SES}:configuration-set/permille"})
DENIED = "permille-denied"


@pytest.fixture
def stack() -> FakeStack:
    found = a_stack(DenyGroupName=DENIED)
    found.iam_users.users[USER] = KnownUser()
    return found


def adopted(stack: FakeStack, *users: str) -> tuple[str, ...]:
    return adoptable(stack.onboarding.adoption, users, ALLOWED)


def in_groups(stack: FakeStack, *names: str) -> None:
    stack.iam_users.users[USER].groups.update(names)


def may_send_through(stack: FakeStack, *resources: str) -> None:
    statement = {"Effect": "Allow", "Action": "ses:Send*", "Resource": list(resources)}
    stack.iam_users.users[USER].policies["sending"] = {"Statement": statement}


def test_a_user_in_as_many_groups_as_iam_allows_is_refused_since_it_could_never_be_denied(stack: FakeStack) -> None:
    in_groups(stack, *(f"group-{number}" for number in range(10)))

    with pytest.raises(InvalidInput, match=rf"{USER} is in 10 IAM groups.*no place is left for {DENIED}.*take it out"):
        adopted(stack, USER)


def test_with_one_place_left_it_is_adopted(stack: FakeStack) -> None:
    in_groups(stack, *(f"group-{number}" for number in range(9)))

    assert adopted(stack, USER) == (USER,)


def test_one_of_its_groups_may_be_the_deny_group(stack: FakeStack) -> None:
    in_groups(stack, DENIED, *(f"group-{number}" for number in range(9)))

    assert adopted(stack, USER) == (USER,)


def test_a_sender_is_called_as_iam_calls_it_and_not_as_it_was_typed(stack: FakeStack) -> None:
    """SES names it so in its feedback."""
    assert adopted(stack, "Permille-Bakery", "PERMILLE-BAKERY") == (USER,)


def test_whose_sender_it_is_is_asked_by_the_name_that_iam_has(stack: FakeStack) -> None:
    account = an_account(senders=(USER,))
    stack.accounts.add(account, [entry(account.id, NOW, Created(senders=account.senders))])

    with pytest.raises(InvalidInput, match=f"{USER} is a sender of the account {account.id}"):
        adopted(stack, "Permille-Bakery")


def test_a_user_that_does_not_exist_is_refused(stack: FakeStack) -> None:
    with pytest.raises(InvalidInput, match="there is no IAM user permille-nobody to adopt; without --sender one is"):
        adopted(stack, "permille-nobody")


@pytest.mark.parametrize("pattern", ["other-*", "Permille-*", "permille-[a-z]*", "permille-?"])
def test_a_user_that_the_stack_could_not_switch_is_refused(stack: FakeStack, pattern: str) -> None:
    stack = a_stack(SenderUsers=pattern)
    stack.iam_users.users[USER] = KnownUser()

    with pytest.raises(InvalidInput, match=r"does not match user/.* could not switch it: deploy with a SenderUsers"):
        adopted(stack, USER)


def test_a_user_that_sends_through_the_accounts_own_alone_is_adopted(stack: FakeStack) -> None:
    may_send_through(stack, *ALLOWED)

    assert adopted(stack, USER) == (USER,)


def test_a_user_with_the_policy_that_account_add_writes_is_adopted(stack: FakeStack) -> None:
    stack.iam_users.allow(USER, ALLOWED)

    assert adopted(stack, USER) == (USER,)


def test_a_user_that_may_send_elsewhere_is_refused_with_what_mends_it(stack: FakeStack) -> None:
    may_send_through(stack, *ALLOWED, f"{SES}:identity/elsewhere.example")

    with pytest.raises(InvalidInput) as refused:
        adopted(stack, USER)

    assert str(refused.value) == (
        f"{USER} may send through {SES}:identity/elsewhere.example (policy sending), where Permille would not see it "
        f"or count it: narrow that policy's Resource to {', '.join(sorted(ALLOWED))}, or name the identity with "
        "--identity"
    )


def test_a_policy_that_cannot_be_read_is_refused(stack: FakeStack) -> None:
    stack.iam_users.users[USER].policies["odd"] = "{"

    with pytest.raises(InvalidInput, match=f"{USER} cannot be adopted: policy odd: it is no policy document of IAM"):
        adopted(stack, USER)
