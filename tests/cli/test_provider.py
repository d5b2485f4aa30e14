"""`permille provider`: the third-party SMTP server that an owner's e-mails can go through."""

from dataclasses import replace

import pytest
from tests.support.builders import ACCOUNT, a_provider, a_provider_request, a_server, an_account
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.sending.smtp_server import Password
from permille.domain.values.errors import PermissionDenied
from permille.domain.values.status import Status

PASSWORD = "correct-horse-battery"
USER = "[red]bakery:fire:"
LOGIN = ("--host", "smtp.example.com", "--port", "587", "--username", USER, "--password-stdin")
NOTHING = {"account_id": ACCOUNT, "provider": None, "provider_request": None}
CONNECT = ("provider", "connect", ACCOUNT, *LOGIN)


@pytest.fixture(autouse=True)
def _server(stack: FakeStack, terminal: Terminal) -> None:
    stack.login_check.logins[a_server(username=USER)] = PASSWORD
    terminal.stdin = f"{PASSWORD}\r\n"


def test_a_provider_is_connected_once_its_login_succeeds(stack: FakeStack, terminal: Terminal) -> None:
    said = terminal.text(*CONNECT)

    assert said.splitlines() == [
        f"bakery is connected to smtp.example.com:587 as {USER}",
        "since 10 March 2026, 12:00 (UTC); the password is in bakery",
    ]
    assert stack.secrets.kept[ACCOUNT] == {"v-1": PASSWORD}
    assert stack.kinds(ACCOUNT)[-1] == "provider_connected"


def test_an_arn_is_shown_as_it_is(stack: FakeStack, terminal: Terminal) -> None:
    """Rich would make an emoji of its :secret:."""
    provider = a_provider()
    stack.rows.accounts[ACCOUNT] = an_account(provider=provider)

    assert f"the password is in {provider.secret}\n" in terminal.text("provider", "show", ACCOUNT)


def test_machines_get_where_it_is_and_never_the_password(terminal: Terminal) -> None:
    answer = terminal.answer(*CONNECT)

    assert answer["account_id"] == ACCOUNT
    assert (answer["provider"]["host"], answer["provider"]["username"]) == ("smtp.example.com", USER)
    assert PASSWORD not in str(answer)
    assert terminal.answer("provider", "show", ACCOUNT) == answer


def test_where_the_login_fails_nothing_is_stored(stack: FakeStack, terminal: Terminal) -> None:
    terminal.stdin = "another-password\n"

    said = terminal.failed(*CONNECT)

    refusal = "smtp.example.com refused the user name or the password (535 5.7.8)"
    assert said == f"nothing is stored: {refusal}"
    assert (stack.secrets.kept, stack.get(ACCOUNT).provider) == ({}, None)


def test_the_login_can_be_tried_again(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text(*CONNECT)

    assert terminal.text("provider", "test", ACCOUNT) == "The login at smtp.example.com:587 succeeded.\n"
    works = {"account_id": ACCOUNT, "works": True, "failure": None, "why": None}
    assert terminal.answer("provider", "test", ACCOUNT) == works


def test_a_login_that_no_longer_works_is_reported(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text(*CONNECT)
    stack.login_check.logins.clear()

    assert terminal.failed("provider", "test", ACCOUNT) == "smtp.example.com takes no connection on port 587"


def test_a_provider_is_forgotten_with_its_password(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text(*CONNECT)

    assert terminal.text("provider", "disconnect", ACCOUNT).splitlines() == [
        f"bakery is disconnected from smtp.example.com:587 as {USER}.",
        "The password is deleted.",
    ]
    assert stack.secrets.kept == {}
    assert terminal.answer("provider", "show", ACCOUNT) == NOTHING


def test_what_was_asked_for_on_the_owners_page_is_shown_and_withdrawn(stack: FakeStack, terminal: Terminal) -> None:
    asked = a_provider_request()
    stack.rows.accounts[ACCOUNT] = an_account(provider_request=replace(asked, username=USER))
    stack.requested_secrets.put(ACCOUNT, a_server(), Password(PASSWORD), None)

    shown = terminal.answer("provider", "show", ACCOUNT)["provider_request"]
    assert (shown["host"], shown["expires_at"]) == (asked.host, "2026-03-13T12:00:00+00:00")
    assert terminal.text("provider", "show", ACCOUNT) == (
        "bakery has no provider connected.\n"
        f"smtp.example.com:587 as {USER} was asked for on the owner's page on 10 March 2026, 12:00 (UTC). It waits for "
        "the owner's confirmation, until 13 March 2026, 12:00 (UTC). `permille provider withdraw bakery` withdraws "
        "it.\n"
    )
    assert terminal.text("provider", "disconnect", ACCOUNT).splitlines() == [
        f"The request for smtp.example.com:587 as {USER} is withdrawn.",
        "The password is deleted.",
    ]
    assert (stack.get(ACCOUNT).provider_request, stack.requested_secrets.kept) == (None, {})
    assert stack.kinds(ACCOUNT)[-1] == "provider_request_ended"


def test_a_request_is_withdrawn_and_the_provider_stays_connected(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text(*CONNECT)
    connected = stack.get(ACCOUNT)
    stack.rows.accounts[ACCOUNT] = replace(connected, provider_request=a_provider_request("mail.example.net"))
    stack.requested_secrets.put(ACCOUNT, a_server(), Password(PASSWORD), None)

    assert terminal.text("provider", "withdraw", ACCOUNT).splitlines() == [
        "The request for mail.example.net:587 as bakery@example.com is withdrawn, and its password deleted.",
        f"bakery is connected to smtp.example.com:587 as {USER}",
        "since 10 March 2026, 12:00 (UTC); the password is in bakery",
    ]
    assert stack.get(ACCOUNT).provider == connected.provider
    assert (stack.get(ACCOUNT).provider_request, stack.requested_secrets.kept) == (None, {})
    assert stack.secrets.kept[ACCOUNT] == {"v-1": PASSWORD}
    assert stack.kinds(ACCOUNT)[-1] == "provider_request_ended"


def test_machines_get_what_is_left_after_a_withdrawal(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.accounts[ACCOUNT] = an_account(provider_request=a_provider_request())

    assert terminal.answer("provider", "withdraw", ACCOUNT) == NOTHING


def test_of_a_request_that_nobody_confirmed_in_time_it_is_said(stack: FakeStack, terminal: Terminal) -> None:
    asked = a_provider_request()
    stack.rows.accounts[ACCOUNT] = an_account(provider_request=asked)
    terminal.stack = stack.at(asked.expires_at)

    shown = terminal.text("provider", "show", ACCOUNT)

    assert "The owner did not confirm it by 13 March 2026, 12:00 (UTC): it ends within the hour." in shown
    assert "waits" not in shown


def test_machines_get_what_a_disconnection_did(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.accounts[ACCOUNT] = an_account(provider_request=a_provider_request())

    answer = terminal.answer("provider", "disconnect", ACCOUNT)

    assert answer == NOTHING | {"disconnected": False, "withdrawn": True}


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("connect", ACCOUNT, "--host", "no host", *LOGIN[2:]), "'no host' is no host name"),
        (("connect", ACCOUNT, *LOGIN[:2], "--port", "26", *LOGIN[4:]), "e-mail providers do not take mail on port 26"),
        (("connect", ACCOUNT, *LOGIN[:4], "--username", "", *LOGIN[6:]), "a user name has up to"),
        (("connect", ACCOUNT, *LOGIN[:6]), "there is no terminal to ask for the password: use --password-stdin"),
        (("connect", "nobody", *LOGIN), "there is no account 'nobody'"),
        (("connect", ACCOUNT), "Missing option '--host'"),
        (("test", ACCOUNT), "bakery has no provider connected"),
        (("disconnect", ACCOUNT), "bakery has no provider connected, and no request for one waits"),
        (("withdraw", ACCOUNT), "no request for a provider of bakery waits"),
        (("show", "nobody"), "there is no account 'nobody'"),
    ],
    ids=lambda typed: typed[0] if isinstance(typed, tuple) else "",
)
def test_invalid_input_is_refused(stack: FakeStack, terminal: Terminal, typed: tuple[str, ...], says: str) -> None:
    assert says in terminal.refused("provider", *typed)

    assert stack.secrets.kept == {}


@pytest.mark.parametrize("password", ["", "\n", "x" * 2000, "a\nb\n"], ids=["none", "empty", "long", "two lines"])
def test_a_password_that_cannot_be_is_refused(stack: FakeStack, terminal: Terminal, password: str) -> None:
    terminal.stdin = password

    assert "password" in terminal.refused(*CONNECT)
    assert stack.secrets.kept == {}


def test_a_closed_account_connects_nothing(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.accounts[ACCOUNT] = an_account(status=Status.CLOSED)

    assert terminal.refused(*CONNECT) == "bakery is closed"


def test_an_aws_permission_error_is_reported(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.fail("secrets.put", error=PermissionDenied("AWS does not allow it"))

    assert terminal.failed(*CONNECT) == "AWS does not allow it"
