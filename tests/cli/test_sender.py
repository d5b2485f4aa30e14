"""`permille sender`: whose mail counts for nobody."""

import pytest
from tests.support.builders import CALLER, STAFF
from tests.support.operator_fakes import FakeStack, KnownUser
from tests.support.terminal import Terminal

from permille.domain.timeline.timeline import SYSTEM
from permille.domain.values.errors import PermissionDenied
from permille.ports.feedback import Sender

REASON = "our own newsletter :fire: [x]"
WHY = ("--reason", REASON)
IGNORE = ("sender", "ignore", "platform-mail", *WHY)


def test_feedback_about_an_ignored_sender_is_dropped(stack: FakeStack, terminal: Terminal) -> None:
    said = terminal.text(*IGNORE)

    assert said == "Feedback about mail of platform-mail is dropped from now on.\n"
    assert stack.rows.senders["platform-mail"] == Sender("platform-mail", "", ignored=REASON)


def test_a_sender_unknown_to_iam_needs_confirmation(stack: FakeStack, terminal: Terminal) -> None:
    """A name that is mistyped would be ignored without a word."""
    ignore = ("sender", "ignore", "platform-mial", "--reason", REASON)

    refused = terminal.refused(*ignore)
    terminal.typing = "n\n"
    assert terminal.status(*ignore) == 1

    assert refused.startswith("IAM has neither a user nor a role named platform-mial; nothing was done")
    assert set(stack.rows.senders) == {CALLER}
    assert terminal.answer(*ignore, "--yes")["sender"] == "platform-mial"


def test_blanks_around_a_name_are_none_of_it(stack: FakeStack, terminal: Terminal) -> None:
    """Neither where it is stored, nor where it is answered or refused."""
    assert f"{CALLER} is a sender of the account bakery" in terminal.refused("sender", "ignore", f" {CALLER} ", *WHY)
    assert terminal.answer("sender", "ignore", " platform-mail ", *WHY)["sender"] == "platform-mail"
    assert stack.rows.senders["platform-mail"].ignored == REASON
    assert terminal.answer("sender", "unignore", " platform-mail ", *WHY)["sender"] == "platform-mail"


def test_a_user_of_iam_is_ignored_without_asking_in_its_own_spelling(stack: FakeStack, terminal: Terminal) -> None:
    stack.iam_users.users["Crm"] = KnownUser()

    assert "named crm; nothing was done" in terminal.refused("sender", "ignore", "crm", "--reason", REASON)
    assert terminal.answer("sender", "ignore", "Crm", "--reason", REASON)["reason"] == REASON


def test_json_has_operator_and_reason(terminal: Terminal) -> None:
    assert terminal.answer(*IGNORE) == {"sender": "platform-mail", "reason": REASON, "by": STAFF}


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (
            (CALLER, "--reason", "x"),
            f"{CALLER} is a sender of the account bakery, so feedback",
        ),
        (("platform-mail", "--reason", " "), "--reason: say why"),
        (("platform-mail",), "Missing option '--reason'"),
        ((), "Missing argument 'NAME'"),
    ],
    ids=["account's", "no reason", "no option", "no name"],
)
def test_ignoring_an_invalid_sender_is_refused(
    stack: FakeStack, terminal: Terminal, typed: tuple[str, ...], says: str
) -> None:
    assert says in terminal.refused("sender", "ignore", *typed)

    assert set(stack.rows.senders) == {CALLER}


def test_an_ignored_sender_is_listed_until_it_is_unignored(stack: FakeStack, terminal: Terminal) -> None:
    assert terminal.text("sender", "list") == "No sender is ignored.\n"
    terminal.text(*IGNORE)
    listed = terminal.text("sender", "list")
    told = terminal.answer("sender", "list")
    said = terminal.text("sender", "unignore", "platform-mail", "--reason", "It is the shop's")

    assert listed == f"platform-mail  {REASON}\n"
    assert told == {"ignored": [{"sender": "platform-mail", "reason": REASON}]}
    assert said == "Feedback about mail of platform-mail is no longer dropped.\n"
    assert terminal.answer("sender", "list") == {"ignored": []}
    assert stack.kinds(SYSTEM) == ["sender_ignored", "sender_unignored"]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("nobody", "--reason", "x"), "nobody is not ignored; see `permille sender list`"),
        ((CALLER, "--reason", "x"), f"{CALLER} is not ignored"),
        (("nobody", "--reason", ""), "--reason: say why"),
    ],
)
def test_unignoring_a_sender_that_is_not_ignored_is_refused(
    terminal: Terminal, typed: tuple[str, ...], says: str
) -> None:
    assert says in terminal.refused("sender", "unignore", *typed)


def test_an_aws_permission_error_is_reported(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.fail("accounts.ignore_sender", error=PermissionDenied("AWS does not allow it"))

    assert terminal.failed(*IGNORE) == "AWS does not allow it"


UNIGNORE = ("sender", "unignore", "platform-mail", "--reason", "It was a typing mistake")
