"""What can be connected as a provider, what is told of it, and that a password shows itself nowhere."""

import copy
import json
import pickle
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import NOW, STAFF, a_provider, an_account, decided

from permille.domain.account.provider import Provider
from permille.domain.people.owner_commands import ConnectProvider, DisconnectProvider
from permille.domain.sending.smtp_server import (
    IMPLICIT_TLS,
    FailureReason,
    LoginFailure,
    Password,
    Server,
    sentence,
    server,
)
from permille.domain.values.errors import DecisionRefused, InvalidInput
from permille.domain.values.status import Status

if TYPE_CHECKING:
    from permille.domain.account.account import Account

LATER = NOW + timedelta(minutes=5)
FIRST, SECOND = a_provider(), a_provider(host="mail.example.net", version="v-2")


# ---------------------------------------------------------------- connecting


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.CLOSED])
def test_whoever_is_not_closed_connects_one_and_stays_as_they_are(status: Status) -> None:
    outcome = decided(an_account(status=status), ConnectProvider(provider=FIRST, replaces=None, by=STAFF), LATER)

    assert outcome.account == an_account(status=status, provider=a_provider(connected_at=LATER), decided_at=LATER)
    (entry,) = outcome.entries
    assert (entry.kind, entry.at) == ("provider_connected", LATER)
    assert entry.data == {
        "host": "smtp.example.com",
        "port": 587,
        "username": "bakery@example.com",
        "replaces": "",
        "confirmed": False,
        "by": STAFF,
    }


def test_another_takes_the_place_of_the_one_before() -> None:
    outcome = decided(an_account(provider=FIRST), ConnectProvider(provider=SECOND, replaces=FIRST, by=STAFF), LATER)

    assert outcome.account.provider == a_provider(host="mail.example.net", version="v-2", connected_at=LATER)
    assert outcome.entries[0].data["replaces"] == "smtp.example.com"


def test_a_closed_account_connects_none() -> None:
    with pytest.raises(DecisionRefused, match="bakery is closed"):
        decided(an_account(status=Status.CLOSED), ConnectProvider(provider=FIRST, replaces=None, by=STAFF), NOW)


@pytest.mark.parametrize(("before", "now"), [(None, FIRST), (FIRST, None), (FIRST, a_provider(version="v-9"))])
def test_what_somebody_else_has_changed_meanwhile_is_not_written_over(
    before: Provider | None, now: Provider | None
) -> None:
    with pytest.raises(DecisionRefused, match="changed meanwhile"):
        decided(an_account(provider=now), ConnectProvider(provider=SECOND, replaces=before, by=STAFF), NOW)


def test_what_was_written_already_is_not_told_twice() -> None:
    account = an_account(provider=SECOND)

    outcome = decided(account, ConnectProvider(provider=SECOND, replaces=FIRST, by=STAFF), LATER)

    assert (outcome.account, outcome.entries) == (account, [])


@pytest.mark.parametrize("status", Status)
def test_whoever_they_are_they_disconnect_it(status: Status) -> None:
    outcome = decided(an_account(status=status, provider=FIRST), DisconnectProvider(by=STAFF), LATER)

    assert outcome.account == an_account(status=status, decided_at=LATER)
    (entry,) = outcome.entries
    assert (entry.kind, entry.data["host"]) == ("provider_disconnected", "smtp.example.com")


def test_where_none_is_connected_nothing_happens() -> None:
    account: Account = an_account()

    outcome = decided(account, DisconnectProvider(by=STAFF), LATER)

    assert (outcome.account, outcome.entries) == (account, [])


# ---------------------------------------------------------------- what is typed


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("smtp.example.com", "smtp.example.com"),
        (" SMTP.Example.COM. ", "smtp.example.com"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("localhost", "localhost"),
    ],
)
def test_a_host_is_read_as_it_is_meant(typed: str, meant: str) -> None:
    assert server(typed, 587, "ann", local=False) == Server(meant, 587, "ann")


@pytest.mark.parametrize(
    "host",
    ["", ".", "a..b", "-a.example", "smtp.example.com:587", "https://smtp.example.com", "ann@example.com", "a b",
     "smtp.example.com/x", "bücher.example", "::1", "[::1]", "a\r\nb", "x" * 64 + ".example", "a." * 127 + "example"],
)  # fmt: skip
def test_what_is_no_host_name_is_refused(host: str) -> None:
    with pytest.raises(InvalidInput, match="is no host name"):
        server(host, 587, "ann", local=True)


@pytest.mark.parametrize(
    ("port", "elsewhere", "local"),
    [(25, True, True), (465, True, True), (587, True, True), (2465, True, True), (2525, True, True), (2587, True, True),
     (22, False, True), (8080, False, True), (65535, False, True), (0, False, False), (-1, False, False),
     (65536, False, False)],
)  # fmt: skip
def test_outside_of_the_embedded_stack_only_ports_for_mail_are_tried(port: int, elsewhere: bool, local: bool) -> None:
    for may, where in ((elsewhere, False), (local, True)):
        if may:
            assert server("smtp.example.com", port, "ann", local=where).port == port
        else:
            with pytest.raises(InvalidInput, match=f"on port {port};"):
                server("smtp.example.com", port, "ann", local=where)


@pytest.mark.parametrize(("port", "implicit"), [(25, False), (465, True), (587, False), (2465, True), (2525, False)])
def test_tls_begins_with_the_session_on_the_ports_for_that(port: int, implicit: bool) -> None:
    assert (port in IMPLICIT_TLS) is implicit


@pytest.mark.parametrize("username", ["", "  ", "a\nb", "a\x00b", "x" * 321])
def test_what_is_no_user_name_is_refused(username: str) -> None:
    with pytest.raises(InvalidInput, match="a user name has up to 320 characters"):
        server("smtp.example.com", 587, username, local=False)


@pytest.mark.parametrize("fault", FailureReason)
def test_every_fault_is_told_in_a_sentence_that_names_the_host(fault: FailureReason) -> None:
    said = sentence(LoginFailure(fault, "535 5.7.8"), "smtp.example.com", 587)

    assert "smtp.example.com" in said
    assert "{" not in said
    assert not said.endswith(".")


def test_the_reply_is_named_where_there_is_one() -> None:
    with_code, without = LoginFailure(FailureReason.LOGIN, "535 5.7.8"), LoginFailure(FailureReason.LOGIN)

    assert sentence(with_code, "h", 587) == "h refused the user name or the password (535 5.7.8)"
    assert sentence(without, "h", 587) == "h refused the user name or the password"


# ---------------------------------------------------------------- the password

secrets = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=6, max_size=60).map("hidden-{}".format)
SHOWN: list[Callable[[Password], str]] = [
    repr,
    str,
    lambda password: f"{password}{password!s}{password!r}",
    lambda password: str([password]) + str({"password": password}) + str((password,)),
    lambda password: _what_is_said(lambda: copy.deepcopy(password)),
    lambda password: str(dir(password)),
    lambda password: _what_is_said(lambda: json.dumps({"password": password})),
    lambda password: _what_is_said(lambda: pickle.dumps(password)),
    lambda password: _what_is_said(lambda: vars(password)),
    lambda password: _what_is_said(lambda: password + "x"),  # type: ignore[operator]
]


def _what_is_said(action: Callable[[], object]) -> str:
    with pytest.raises((TypeError, ValueError)) as raised:
        action()
    return "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize("show", SHOWN)
@given(text=secrets)
def test_a_password_shows_itself_nowhere(show: Callable[[Password], str], text: str) -> None:
    password = Password(text)

    assert text not in show(password)
    assert password.reveal() == text


@pytest.mark.parametrize("text", ["", "a\nb", "a\r", "\x00", "x" * 1001])
def test_what_is_no_password_is_refused_without_being_told(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Password(text)

    assert not text or text not in str(refused.value)
