"""`permille account close`: it asks, decides, and deletes what Permille made; repeated, it finishes what was left."""

import pytest
from tests.support.builders import ACCOUNT, CALLER, an_account
from tests.support.operator_fakes import FakeStack, KnownUser
from tests.support.terminal import Terminal

from permille.domain.values.errors import PermissionDenied
from permille.domain.values.status import Status

CLOSE = ("account", "close", ACCOUNT, "--reason", "They left")
ASKS = "closing bakery is final: it can never be enabled again, and its IAM user is deleted"


@pytest.fixture(autouse=True)
def _made(stack: FakeStack) -> None:
    assert CALLER in stack.iam_users.users


def test_without_a_yes_nothing_is_closed(stack: FakeStack, terminal: Terminal) -> None:
    before = stack.get(ACCOUNT)

    assert terminal.refused(*CLOSE) == f"{ASKS}; nothing was done: to do it, repeat the command with --yes"
    terminal.typing = "n\n"
    assert terminal.status(*CLOSE) == 1

    assert stack.get(ACCOUNT) == before
    assert CALLER in stack.iam_users.users


def test_yes_closes_it(stack: FakeStack, terminal: Terminal) -> None:
    terminal.typing = "y\n"

    said = terminal.text(*CLOSE).splitlines()

    assert [line.strip() for line in said] == ["bakery is closed.", f"The IAM user {CALLER} is deleted."]
    assert stack.get(ACCOUNT).status is Status.CLOSED
    assert CALLER not in stack.iam_users.users


def test_json_has_the_deleted_and_kept_users(stack: FakeStack, terminal: Terminal) -> None:
    stack.iam_users.users["permille-old"] = KnownUser()
    stack.rows.accounts[ACCOUNT] = an_account(senders=(CALLER, "permille-old"))

    answer = terminal.answer(*CLOSE, "--yes")

    assert answer["status"] == "closed"
    assert (answer["deleted_senders"], answer["kept_senders"]) == ([CALLER], ["permille-old"])


def test_an_adopted_user_is_kept(stack: FakeStack, terminal: Terminal) -> None:
    stack.iam_users.users[CALLER] = KnownUser()

    said = " ".join(terminal.text(*CLOSE, "--yes").split())

    assert f"The IAM user {CALLER} was not made by Permille: it is deactivated and kept." in said


def test_an_interrupted_close_is_finished_without_another_mail(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.fail("iam_users.delete", error=PermissionDenied("deleting: AWS does not allow it"))
    failed = terminal.failed(*CLOSE, "--yes")

    answer = terminal.answer(*CLOSE)

    says = "bakery is closed, but its IAM user is not deleted yet; repeat the command: deleting: AWS does not allow it"
    assert failed == says
    assert answer["deleted_senders"] == [CALLER]
    assert stack.kinds(ACCOUNT) == ["created", "closed"]


def test_repeated_it_says_that_its_user_was_deleted_already(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text(*CLOSE, "--yes")

    assert terminal.text(*CLOSE) == f"bakery is closed.\nThe IAM user {CALLER} was deleted already.\n"


def test_a_user_that_was_deleted_is_not_missed(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text(*CLOSE, "--yes")

    said = terminal.text("account", "show", ACCOUNT)
    assert "no such IAM user" not in said
    assert "  the IAM user is deleted\n" in said
    assert "closed, and that is final" in terminal.refused("account", "enable", ACCOUNT, "--reason", "Why")
