"""`permille uninstall`: the plan first; then, if it is meant, every identity gets back what it had."""

import pytest
from tests.support.builders import ACCOUNT, CALLER, KEY, STAFF, an_account
from tests.support.fakes import User
from tests.support.operator_fakes import FakeStack, KnownUser
from tests.support.terminal import Terminal

from permille.domain.account.credential import INACTIVE, Credential
from permille.domain.values.errors import PermissionDenied
from permille.domain.values.status import Status

ASLEEP = Credential(deactivated={CALLER: frozenset({KEY})})


@pytest.fixture(autouse=True)
def _used(stack: FakeStack, terminal: Terminal) -> None:
    """An account more, whose identity had a set of its own; the bakery is off."""
    stack.identities.sets["shop.example"] = "their:set:[x]"
    stack.identities.forwarding.add("shop.example")
    terminal.text("account", "add", "shop", "--owner-email", "o@shop.example", "--identity", "shop.example")
    stack.identities.sets["platform.example"] = "platform"
    stack.rows.accounts[ACCOUNT] = an_account(status=Status.DISABLED, credential=ASLEEP)
    stack.switch.users[CALLER] = User({KEY: INACTIVE}, denied=True)


QUESTION = "rom then on no mail is counted, and nobody is disabled"


def test_people_read_the_plan_and_nothing_is_done_before_they_say_yes(stack: FakeStack, terminal: Terminal) -> None:
    terminal.typing = "n\n"

    assert terminal.status("uninstall") == 1

    said = terminal.capsys.readouterr()
    assert said.out.splitlines()[:5] == [
        "Identities whose default configuration set is permille: 1",
        "  shop.example gets their:set:[x]; SES mails feedback to the sender again",
        "The policy of permille-shop gets the set that its identities had before.",
        "Users in permille-denied: 1. They stay in it, with their keys Inactive; IAM keeps the group.",
        f"  {CALLER}",
    ]
    assert f"F{QUESTION}. Continue?" in said.err
    assert stack.identities.sets["shop.example"] == "permille"


NOW_DELETE = [
    "The identities are restored. Now remove the termination protection, if it is on:",
    "  aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name permille",
    "  sam delete --stack-name permille",
]


def test_without_a_terminal_it_wants_a_yes(stack: FakeStack, terminal: Terminal) -> None:
    assert terminal.status("uninstall") == 2

    assert f"f{QUESTION}; nothing was done: to do it" in terminal.capsys.readouterr().err
    assert stack.identities.sets["shop.example"] == "permille"


def test_yes_applies_the_plan(stack: FakeStack, terminal: Terminal) -> None:
    said = terminal.text("uninstall", "--yes")

    assert said.splitlines()[-3:] == NOW_DELETE
    assert stack.identities.sets == {"shop.example": "their:set:[x]", "platform.example": "platform"}
    assert stack.identities.forwarding == {"shop.example"}
    assert stack.switch.users[CALLER].denied


def test_machines_get_the_plan_and_whether_it_is_done(stack: FakeStack, terminal: Terminal) -> None:
    planned = terminal.answer("uninstall")
    done = terminal.answer("uninstall", "--yes")

    assert planned["identities"] == [
        {"identity": "shop.example", "default_set": "their:set:[x]", "lost_set": None, "forwarding": True}
    ]
    assert list(planned["policies"]) == ["permille-shop"]
    assert (planned["too_narrow"], planned["denied"], planned["users"]) == ({}, "stay", [CALLER])
    assert (planned["done"], done["done"]) == (False, True)
    assert done["identities"] == planned["identities"]
    assert terminal.answer("uninstall", "--yes")["identities"] == []


@pytest.mark.parametrize(
    ("denied", "means", "key"),
    [
        ("out", "leave it; their keys stay Inactive, until somebody makes them Active by hand", "Inactive"),
        ("on", "leave it, and the keys that Permille made Inactive are Active again: they may send", "Active"),
    ],
)
def test_denied_users_are_treated_as_the_option_says(
    stack: FakeStack, terminal: Terminal, denied: str, means: str, key: str
) -> None:
    said = terminal.text("uninstall", "--denied", denied, "--yes")

    assert f"Users in permille-denied: 1. They {means}." in said
    assert stack.switch.users[CALLER] == User({KEY: key}, denied=False)
    assert stack.functions.stopped == ["permille-Enforce-1A2B"]
    [told] = [entry for entry in stack.rows.entries.values() if entry.kind == "uninstalled"]
    assert told.data == {"given_back": 1, "denied": denied, "users": 1, "by": STAFF}


def test_a_missing_former_set_is_named(stack: FakeStack, terminal: Terminal) -> None:
    stack.identities.gone.add("their:set:[x]")

    assert terminal.answer("uninstall")["identities"][0]["lost_set"] == "their:set:[x]"
    said = terminal.text("uninstall", "--yes")
    assert "shop.example gets no default set (their:set:[x], which it had before, is gone); SES mails" in said


def test_an_adopted_user_that_could_not_send_is_named_with_the_ways_on(stack: FakeStack, terminal: Terminal) -> None:
    stack.iam_users.users["permille-shop"] = KnownUser()

    assert terminal.status("uninstall", "--yes") == 2
    said = terminal.capsys.readouterr()
    arn = "arn:aws:ses:us-east-1:123456789012:configuration-set/their:set:[x]"
    assert f"permille-shop may not send through {arn}." in said.out
    assert f"(permille-shop: {arn}), or give the identities back without a default set (--no-former-sets)" in said.err
    assert stack.identities.sets["shop.example"] == "permille"

    assert terminal.answer("uninstall", "--yes", "--no-former-sets")["too_narrow"] == {}
    assert stack.identities.sets["shop.example"] == ""


def test_with_nothing_to_restore_there_is_no_confirmation(terminal: Terminal) -> None:
    terminal.text("uninstall", "--yes")

    said = terminal.text("uninstall").splitlines()

    assert said[0] == "Identities whose default configuration set is permille: 0"
    assert said[-3:] == NOW_DELETE


def test_an_aws_permission_error_is_reported(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.fail("identities.all", error=PermissionDenied("AWS does not allow it"))

    assert terminal.failed("uninstall", "--yes") == "AWS does not allow it"


def test_what_the_option_takes_is_said(terminal: Terminal) -> None:
    assert "'stay', 'out', 'on'" in terminal.refused("uninstall", "--denied", "maybe")
