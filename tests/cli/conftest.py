"""A terminal on a stack of fakes with one account, the bakery's."""

from datetime import timedelta

import pytest
from tests.support.builders import ACCOUNT, CALLER, KEY, NOW, an_account
from tests.support.fakes import User
from tests.support.operator_fakes import FakeStack, KnownUser, a_stack
from tests.support.terminal import Terminal

from permille.domain.account.credential import ACTIVE
from permille.domain.timeline.kinds.credential import Created
from permille.domain.timeline.timeline import entry

CREATED_AT = NOW - timedelta(hours=12)


@pytest.fixture
def stack() -> FakeStack:
    found = a_stack()
    account = an_account()
    found.accounts.add(account, [entry(ACCOUNT, CREATED_AT, Created(senders=account.senders))])
    found.switch.users[CALLER] = User({KEY: ACTIVE})
    found.iam_users.users[CALLER] = KnownUser(found.onboarding.tag(ACCOUNT), keys=[KEY])
    found.iam_users.roles.add("platform-mail")
    return found


@pytest.fixture
def terminal(stack: FakeStack, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(stack, capsys)
