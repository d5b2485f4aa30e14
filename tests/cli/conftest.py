"""A terminal on a stack of fakes with one account, the bakery's."""

import pytest
from tests.builders import ACCOUNT, CALLER, KEY, an_account
from tests.cli.terminal import Terminal
from tests.fakes import User
from tests.operator_fakes import FakeStack, a_stack

from permille.domain.entries.credential import Created
from permille.domain.switch import ACTIVE
from permille.domain.timeline import entry


@pytest.fixture
def stack() -> FakeStack:
    found = a_stack()
    account = an_account()
    found.accounts.add(account, [entry(ACCOUNT, found.time, Created(senders=account.senders))])
    found.switch.users[CALLER] = User({KEY: ACTIVE})
    return found


@pytest.fixture
def terminal(stack: FakeStack, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(stack, capsys)
