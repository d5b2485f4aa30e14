"""`permille account credential` and `account enable --new-credential`: another credential, shown once."""

from datetime import timedelta

import pytest
from tests.support.builders import ACCOUNT, CALLER, KEY, an_account
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.values.errors import PermissionDenied
from permille.domain.values.status import Status
from permille.usecases.senders.smtp_password import smtp_password

RENEW = ("account", "credential", ACCOUNT)
WHY = ("--reason", "They changed their password")
PASSWORD = smtp_password("secret-1", "us-east-1")


def test_text_has_the_new_credential_and_when_the_old_one_ends(stack: FakeStack, terminal: Terminal) -> None:
    said = terminal.text(*RENEW)

    assert said.splitlines() == [
        "bakery is active; its SMTP credential was renewed.",
        "Its SMTP credential, shown only once. For some seconds SES may answer 535 to its login:",
        "  host     email-smtp.us-east-1.amazonaws.com",
        "  port     587",
        "  username AKIA1",
        f"  password {PASSWORD}",
        "The old one stops working within seconds.",
    ]
    assert stack.kinds(ACCOUNT)[-1] == "credential_renewed"
    assert stack.iam_users.users[CALLER].keys == [KEY, "AKIA1"]


def test_json_is_as_of_account_add_with_the_end_of_the_old_credential(stack: FakeStack, terminal: Terminal) -> None:
    answer = terminal.answer(*RENEW, "--grace", "48")

    renewal = stack.get(ACCOUNT).renewal
    assert renewal is not None
    assert renewal.until is not None
    assert answer == {
        "account_id": ACCOUNT,
        "sender": CALLER,
        "access_key_id": "AKIA1",
        "smtp": {
            "host": "email-smtp.us-east-1.amazonaws.com",
            "port": 587,
            "username": "AKIA1",
            "password": PASSWORD,
        },
        "status": "active",
        "denied_by_hand": False,
        "old_credential_works_until": renewal.until.isoformat(),
    }
    assert timedelta(hours=48) <= renewal.until - stack.time < timedelta(hours=48, seconds=5)


def test_the_secret_access_key_is_shown_when_it_is_asked_for(terminal: Terminal) -> None:
    assert "secret-1" not in terminal.text(*RENEW)
    assert terminal.answer(*RENEW, "--show-secret")["secret_access_key"] == "secret-2"


def test_account_show_has_the_end_of_the_grace_period(terminal: Terminal) -> None:
    said = terminal.text(*RENEW, "--grace", "48")

    assert "The old one works until 12 March 2026, 12:00 (UTC)." in said
    assert "The credential was renewed; the old one works until 12 March 2026, 12:00 (UTC)." in terminal.text(
        "account", "show", ACCOUNT
    )
    assert terminal.answer("account", "show", ACCOUNT)["old_credential_works_until"].startswith("2026-03-12T12:00")
    assert "IAM allows two keys" in terminal.refused(*RENEW)


def test_a_lost_password_is_replaced(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text(*RENEW, "--grace", "48")

    assert terminal.answer(*RENEW, "--lost")["access_key_id"] == "AKIA2"
    assert stack.iam_users.users[CALLER].keys == [KEY, "AKIA2"]


def test_for_a_disabled_account_it_says_when_the_credential_works(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.accounts[ACCOUNT] = an_account(status=Status.DISABLED)

    said = terminal.text(*RENEW, "--grace", "48")

    assert said.endswith("It works once the account is enabled.\nThe old one stops working within seconds.\n")


def test_without_grace_json_has_no_end_of_the_old_credential(terminal: Terminal) -> None:
    assert terminal.answer(*RENEW)["old_credential_works_until"] is None
    assert terminal.answer("account", "show", ACCOUNT)["old_credential_works_until"] is None


def test_an_account_is_enabled_with_another_credential(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.accounts[ACCOUNT] = an_account(status=Status.DISABLED)

    answer = terminal.answer("account", "enable", ACCOUNT, *WHY, "--new-credential")

    assert (answer["status"], answer["smtp"]["password"]) == ("active", PASSWORD)
    assert stack.kinds(ACCOUNT)[-1] == "staff_enabled"
    assert stack.last_facts(ACCOUNT).new_credential


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ((*RENEW, "--grace", "-1"), "--grace: takes hours from 0 to 720"),
        ((*RENEW, "--grace", "721"), "--grace: takes hours from 0 to 720"),
        ((*RENEW, "--lost"), "the credential of bakery was never renewed"),
        (("account", "credential", "nobody"), "there is no account 'nobody'"),
        (("account", "enable", ACCOUNT, *WHY, "--new-credential"), "bakery is active already"),
        (("account", "enable", ACCOUNT, *WHY, "--show-secret"), "--show-secret: goes with --new-credential"),
        (("account", "enable", ACCOUNT, "--new-credential", "--reason", " "), "--reason: say why"),
    ],
)
def test_a_refused_renewal_changes_nothing(
    stack: FakeStack, terminal: Terminal, typed: tuple[str, ...], says: str
) -> None:
    before = stack.get(ACCOUNT)

    assert says in terminal.refused(*typed)

    assert stack.get(ACCOUNT) == before
    assert stack.iam_users.users[CALLER].keys == [KEY]


def test_a_key_that_was_not_kept_is_not_shown(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.fail("accounts.save", skip=1, error=PermissionDenied("writing bakery: AWS does not allow it"))

    assert terminal.failed(*RENEW) == "writing bakery: AWS does not allow it"

    assert stack.iam_users.users[CALLER].keys == [KEY]
