"""Closing is final: the account's own IAM user goes; whatever fails, the command finishes it when it is repeated."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.support.builders import ACCOUNT, CALLER, NOW, STAFF
from tests.support.fakes import Killed, When
from tests.support.operator_fakes import FakeStack, a_sender, a_stack

from permille.domain.people.staff_commands import Close
from permille.domain.values.errors import Conflict, DecisionRefused, InvalidInput, PermissionDenied
from permille.usecases.senders.add_account import add_account
from permille.usecases.senders.delete_users import DeletedUsers, delete_users
from permille.usecases.senders.new_account import NewAccount

OLD = "permille-old"
BAKERY = NewAccount(ACCOUNT, "owner@bakery.example", "Bea", "UTC", ("bakery.example",))
CLOSE = Close(reason="They left", by=STAFF)


def a_closed(new: NewAccount = BAKERY) -> FakeStack:
    stack = a_stack()
    stack.iam_users.users[OLD] = a_sender()
    add_account(stack.onboarding, new, NOW)
    stack.decide(ACCOUNT, CLOSE)
    return stack


def removed(stack: FakeStack) -> DeletedUsers:
    return delete_users(stack.onboarding, stack.get(ACCOUNT))


def test_the_user_that_was_made_for_it_is_deleted_with_its_keys() -> None:
    stack = a_closed()

    assert removed(stack) == DeletedUsers(gone=(CALLER,), kept=())
    assert set(stack.iam_users.users) == {OLD}
    assert set(stack.switch.users) == set()


def test_an_adopted_user_is_kept() -> None:
    stack = a_closed(replace(BAKERY, adopted=(OLD,)))

    assert removed(stack) == DeletedUsers(gone=(), kept=(OLD,))
    assert set(stack.iam_users.users) == {OLD}


def test_rows_stay_so_that_late_feedback_counts_for_nobody_else() -> None:
    stack = a_closed()

    removed(stack)

    assert stack.accounts.owner_of(CALLER) == ACCOUNT
    assert stack.get(ACCOUNT).senders == (CALLER,)


def test_of_an_account_that_is_not_closed_nothing_is_deleted() -> None:
    stack = a_stack()
    add_account(stack.onboarding, BAKERY, NOW)

    with pytest.raises(DecisionRefused, match="bakery is active, so that its IAM user stays: close it first"):
        removed(stack)

    assert set(stack.iam_users.users) == {CALLER}


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("error", [PermissionDenied, Conflict, Killed])
def test_what_was_cut_off_is_finished_by_the_next_try(when: When, error: type[BaseException]) -> None:
    stack = a_closed()
    stack.faults.fail("iam_users.delete", when=when, error=error("injected"))
    with pytest.raises(error):
        removed(stack)

    assert removed(stack).gone == (CALLER,)
    assert removed(stack) == DeletedUsers(gone=(CALLER,), kept=(), before=(CALLER,))


def closed_as_it_was() -> FakeStack:
    stack = a_closed()
    removed(stack)
    return stack


def closed_with(adopted: str) -> Callable[[], FakeStack]:
    def stack() -> FakeStack:
        stack = a_stack()
        stack.iam_users.users[adopted] = a_sender()
        add_account(stack.onboarding, replace(BAKERY, account_id="shop", adopted=(adopted,)), NOW)
        stack.decide("shop", CLOSE)
        return stack

    return stack


@pytest.mark.parametrize(
    ("stack", "says"),
    [
        (closed_as_it_was, "the account bakery was closed, and an id is never given again"),
        (closed_with(CALLER), f"the IAM user {CALLER} is or was a sender of the account shop, and a name is never"),
    ],
    ids=["id", "name"],
)
def test_neither_an_id_nor_a_users_name_is_given_again(stack: Callable[[], FakeStack], says: str) -> None:
    world = stack()
    before = dict(world.rows.accounts), dict(world.iam_users.users)

    with pytest.raises(InvalidInput, match=says):
        add_account(world.onboarding, BAKERY, NOW)

    assert (world.rows.accounts, world.iam_users.users) == before


def test_a_closed_accounts_sender_is_never_adopted_by_another() -> None:
    stack = a_closed(replace(BAKERY, adopted=(OLD,)))

    with pytest.raises(InvalidInput, match=f"{OLD} is a sender of the account bakery, and a sender never moves"):
        add_account(stack.onboarding, replace(BAKERY, account_id="shop", adopted=(OLD,)), NOW)
