"""Whose identity it is already that an account is to send from."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import an_account
from tests.support.operator_fakes import FakeStack, a_stack

from permille.domain.values.status import Status
from permille.usecases.senders.shared_identities import shared_with_others

DOMAIN = "bakery.example"


def a_stack_with(*identities: str, status: Status = Status.DISABLED) -> FakeStack:
    stack = a_stack()
    stack.rows.accounts["bakery"] = an_account(identities=identities, status=status)
    return stack


@pytest.mark.parametrize(
    ("name", "theirs", "told"),
    [
        (DOMAIN, DOMAIN, f"{DOMAIN} is an identity of the account bakery, which is disabled"),
        (f"n@{DOMAIN}", f"n@{DOMAIN}", f"n@{DOMAIN} is an identity of the account bakery, which is disabled"),
        (f"n@{DOMAIN}", DOMAIN, f"n@{DOMAIN} lies below {DOMAIN}, and {DOMAIN} is an identity of the account bakery"),
        (DOMAIN, f"n@{DOMAIN}", f"n@{DOMAIN} lies below {DOMAIN}, and n@{DOMAIN} is an identity of the account bakery"),
        (f"m.{DOMAIN}", DOMAIN, f"m.{DOMAIN} lies below {DOMAIN}, and {DOMAIN} is an identity of the account bakery"),
        (f"a@{DOMAIN}", f"n@{DOMAIN}", ""),
        (f"the{DOMAIN}", DOMAIN, ""),
        ("other.example", DOMAIN, ""),
    ],
)
def test_an_identity_is_shared_where_it_is_the_same_or_one_lies_below_the_other(
    name: str, theirs: str, told: str
) -> None:
    found = shared_with_others(a_stack_with(theirs).accounts, [name])

    assert [str(one).startswith(told) for one in found] == [True] * bool(told)


@pytest.mark.parametrize("status", Status)
def test_it_is_usual_only_where_the_other_account_is_simply_on(status: Status) -> None:
    (one,) = shared_with_others(a_stack_with(DOMAIN, status=status).accounts, [DOMAIN])

    assert one.is_unusual == (status is not Status.ACTIVE)


def test_an_account_shares_nothing_with_itself() -> None:
    assert shared_with_others(a_stack_with(DOMAIN).accounts, [DOMAIN], "bakery") == ()


def test_where_no_identity_is_named_no_account_is_read() -> None:
    stack = a_stack_with(DOMAIN)

    assert shared_with_others(stack.accounts, []) == ()
    assert "accounts.all" not in stack.faults.calls


@given(st.lists(st.sampled_from(Status), max_size=5))
def test_accounts_that_are_not_simply_on_are_told_first(statuses: list[Status]) -> None:
    stack = a_stack()
    for number, status in enumerate(statuses):
        stack.rows.accounts[f"a{number}"] = replace(an_account(f"a{number}"), identities=(DOMAIN,), status=status)

    unusual = [one.is_unusual for one in shared_with_others(stack.accounts, [DOMAIN])]

    assert unusual == sorted(unusual, reverse=True)
    assert len(unusual) == len(statuses)
