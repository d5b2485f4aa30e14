"""A terminal on a stack of fakes with one account, the bakery's."""

from datetime import timedelta

import pytest
from tests.builders import ACCOUNT, CALLER, KEY, NOW, an_account
from tests.cli.terminal import Terminal
from tests.fakes import User
from tests.operator_fakes import FakeStack, KnownUser, a_stack

from permille.domain.entries.credential import Created
from permille.domain.switch import ACTIVE
from permille.domain.timeline import entry

CREATED_AT = NOW - timedelta(hours=12)


@pytest.fixture
def stack() -> FakeStack:
    found = a_stack()
    account = an_account()
    found.accounts.add(account, [entry(ACCOUNT, CREATED_AT, Created(senders=account.senders))])
    found.switch.users[CALLER] = User({KEY: ACTIVE})
    found.iam_users.users[CALLER] = KnownUser(found.onboarding.mark(ACCOUNT), keys=[KEY])
    found.iam_users.roles.add("platform-mail")
    return found


@pytest.fixture
def terminal(stack: FakeStack, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(stack, capsys)
