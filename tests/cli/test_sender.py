"""`permille sender ignore`: whose mail counts for nobody."""

import pytest
from tests.builders import CALLER, STAFF
from tests.cli.terminal import Terminal
from tests.operator_fakes import FakeStack

from permille.domain.errors import PermissionDenied
from permille.ports import Sender

REASON = "our own newsletter :fire: [x]"
IGNORE = ("sender", "ignore", "platform-mail", "--reason", REASON)


def test_its_mail_counts_for_nobody_from_now_on(stack: FakeStack, terminal: Terminal) -> None:
    said = terminal.text(*IGNORE)

    assert said == "Feedback about mail that platform-mail sends is dropped from now on.\n"
    assert stack.rows.senders["platform-mail"] == Sender("platform-mail", "", ignored=REASON)


def test_machines_get_who_said_so_and_why(terminal: Terminal) -> None:
    assert terminal.answer(*IGNORE) == {"caller_identity": "platform-mail", "ignored": REASON, "by": STAFF}


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (
            (CALLER, "--reason", "x"),
            f"{CALLER} is a sender of the account bakery: its mail is that",
        ),
        (("platform-mail", "--reason", " "), "--reason must say why"),
        (("platform-mail",), "Missing option '--reason'"),
        ((), "Missing argument 'NAME'"),
    ],
    ids=["account's", "no reason", "no option", "no name"],
)
def test_what_cannot_be_ignored_is_refused(
    stack: FakeStack, terminal: Terminal, typed: tuple[str, ...], says: str
) -> None:
    assert says in terminal.refused("sender", "ignore", *typed)

    assert set(stack.rows.senders) == {CALLER}


def test_what_aws_does_not_allow_is_said(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.fail("accounts.ignore_sender", error=PermissionDenied("AWS does not allow it"))

    assert terminal.failed(*IGNORE) == "AWS does not allow it"
