"""Users that SES's console made are taken over: at no time unable to send, or allowed more than they were."""

import json
import re
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.support.builders import ACCOUNT, NOW
from tests.support.fakes import Killed, When
from tests.support.operator_fakes import FakeStack, KnownUser, a_sender, a_stack

from permille.domain.sending.iam_policy import POLICIES_SHOW, sending_policy
from permille.domain.values.errors import InvalidInput, PermissionDenied
from permille.usecases.senders.add_account import AddedAccount, add_account
from permille.usecases.senders.console_group import CONSOLE_GROUP
from permille.usecases.senders.new_account import NewAccount

USER, DOMAIN = "permille-old", "bakery.example"
EVERYTHING = {"Statement": [{"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"}]}
TAKEN_OVER = NewAccount(ACCOUNT, "owner@bakery.example", "", "UTC", (DOMAIN,), (USER,), take_over=True)


@pytest.fixture
def stack() -> FakeStack:
    return made()


def made() -> FakeStack:
    found = a_stack()
    found.identities.sets[DOMAIN] = "theirs"
    found.iam_users.of_groups[CONSOLE_GROUP] = {"AmazonSesSendingAccess": EVERYTHING}
    found.iam_users.users[USER] = KnownUser(keys=["AKIAOLD"], groups={CONSOLE_GROUP, "shops"})
    return found


def add(
    stack: FakeStack, new: NewAccount = TAKEN_OVER, waited: list[float] | None = None, now: datetime = NOW
) -> AddedAccount:
    pause = (waited if waited is not None else []).append
    return add_account(replace(stack.onboarding, pause=pause), new, now)


def test_it_gets_the_policy_that_account_add_writes_and_leaves_the_group_alone(stack: FakeStack) -> None:
    added = add(stack)

    user = stack.iam_users.users[USER]
    assert (user.groups, user.keys, added.account.senders) == ({"shops"}, ["AKIAOLD"], (USER,))
    assert user.policies == {"permille-send": json.loads(sending_policy(stack.onboarding.resources([DOMAIN])))}
    assert added.account.risks_accepted == {}


def test_when_it_leaves_iam_shows_its_policy_and_its_mail_is_counted(stack: FakeStack) -> None:
    waited: list[float] = []
    seen: list[Any] = []
    stack.faults.meanwhile(
        "iam_users.leave",
        lambda: seen.append(
            (list(stack.iam_users.users[USER].policies), stack.identities.sets[DOMAIN], stack.accounts.owner_of(USER))
        ),
    )

    add(stack, waited=waited)

    assert seen == [(["permille-send"], "permille", ACCOUNT)]
    assert waited == [POLICIES_SHOW]


def test_without_being_told_to_it_is_refused_with_what_does_it(stack: FakeStack) -> None:
    with pytest.raises(InvalidInput, match=f"permille-old is in the group {CONSOLE_GROUP}.*--take-over") as refused:
        add(stack, replace(TAKEN_OVER, take_over=False))

    (typed,) = re.findall("--policy-document '([^']+)'", str(refused.value))
    assert typed == sending_policy(stack.onboarding.resources([DOMAIN]))


def test_what_else_it_may_do_is_a_risk_all_the_same(stack: FakeStack) -> None:
    stack.iam_users.users[USER].policies["wide"] = EVERYTHING

    with pytest.raises(InvalidInput, match="its mail could go uncounted: policy wide"):
        add(stack)


def test_of_a_user_in_another_group_it_says_out_of_which_it_takes_users(stack: FakeStack) -> None:
    stack.iam_users.of_groups["shops"] = {"wide": EVERYTHING}
    stack.iam_users.users[USER].groups.discard(CONSOLE_GROUP)

    with pytest.raises(InvalidInput, match=f"policy wide of group shops, .*takes users out of {CONSOLE_GROUP} alone"):
        add(stack)


def test_who_takes_the_risk_may_leave_it_in_the_group(stack: FakeStack) -> None:
    added = add(stack, replace(TAKEN_OVER, take_over=False, accept_risk="For now", by="sam"))

    assert stack.iam_users.users[USER].groups == {CONSOLE_GROUP, "shops"}
    assert added.account.risks_accepted == {USER: "For now"}


def test_whoever_is_in_no_such_group_stays_as_it_is(stack: FakeStack) -> None:
    stack.iam_users.users[USER] = a_sender(groups={"shops"})
    before = deepcopy(stack.iam_users.users)

    add(stack)

    assert stack.iam_users.users == before


def calls() -> list[str]:
    stack = made()
    add(stack)
    return list(stack.faults.calls)


@pytest.mark.parametrize("error", [PermissionDenied, Killed])
@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize(("number", "name"), list(enumerate(calls())))
def test_whatever_call_fails_it_is_as_it_was_and_the_next_try_succeeds(
    stack: FakeStack, number: int, name: str, when: When, error: type[BaseException]
) -> None:
    before = deepcopy((stack.iam_users.users, stack.identities.sets, stack.rows.accounts))
    stack.faults.fail(skip=number, when=when, error=error(f"injected: {name}"))

    with pytest.raises(error, match="injected"):
        add(stack)

    assert (stack.iam_users.users, stack.identities.sets, stack.rows.accounts) == before
    assert add(stack, now=NOW + timedelta(minutes=1)).account.senders == (USER,)
