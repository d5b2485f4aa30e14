"""The SMTP login check: with TLS and a verified certificate, at public addresses, or not at all."""

import smtplib
import socket
import ssl
import threading
import time
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
import trustme
from tests.support.builders import a_server
from tests.support.fakes import FakeSmtpLoginCheck
from tests.support.outbound import LOOPBACK, PRIVATE, resolving, trusting, unknown
from tests.support.smtp_server import HOST, PASSWORD, USER, MailServer, certified, mail_server, scripted

from permille.domain.sending.smtp_server import FailureReason, LoginFailure, Password, Server
from permille.ports.providers import SmtpLoginCheck
from permille.smtp.login import SmtpLogin
from permille.smtp.session import MOST_BYTES, BoundedSession

AUTHORITY = trustme.CA()
WRONG = LoginFailure(FailureReason.LOGIN, "535 5.7.8")


@pytest.fixture(scope="module")
def trusted() -> ssl.SSLContext:
    return trusting(AUTHORITY)


@pytest.fixture
def provider() -> Iterator[MailServer]:
    with mail_server(certified(AUTHORITY)) as running:
        yield running


@pytest.fixture
def login_check(trusted: ssl.SSLContext) -> SmtpLogin:
    return SmtpLogin(local=True, tls=trusted, seconds=5)


def at(port: int, user: str = USER, host: str = HOST) -> Server:
    return Server(host, port, user)


def attempt(login_check: SmtpLoginCheck, server: Server, password: str = PASSWORD) -> LoginFailure | None:
    return login_check.check(server, Password(password))


# ---------------------------------------------------------------- kept by the fake and by the adapter


@pytest.fixture(params=["fake", "smtp"])
def either(request: pytest.FixtureRequest, provider: MailServer) -> SmtpLoginCheck:
    if request.param == "fake":
        return FakeSmtpLoginCheck({at(provider.port): PASSWORD})
    found: SmtpLogin = request.getfixturevalue("login_check")
    return found


def test_the_right_password_logs_in(either: SmtpLoginCheck, provider: MailServer) -> None:
    assert attempt(either, at(provider.port)) is None


@pytest.mark.parametrize(("user", "password"), [(USER, "wrong"), ("somebody", PASSWORD), (USER, PASSWORD + "x")])
def test_a_wrong_password_is_refused(either: SmtpLoginCheck, provider: MailServer, user: str, password: str) -> None:
    assert attempt(either, at(provider.port, user), password) == WRONG


def test_a_closed_port_refuses_the_connection(either: SmtpLoginCheck) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

    assert attempt(either, at(port)) == LoginFailure(FailureReason.REFUSED)


# ---------------------------------------------------------------- by SMTP


def test_one_login_is_tried_and_nothing_is_sent(login_check: SmtpLogin, provider: MailServer) -> None:
    attempt(login_check, at(provider.port), "wrong")

    assert provider.tried == [(USER, "wrong")]
    assert provider.sessions == 1


@pytest.mark.parametrize("without", [("PLAIN",), ("LOGIN",)])
@pytest.mark.parametrize(("password", "trouble"), [(PASSWORD, None), ("wrong", WRONG)])
def test_either_mechanism_is_used(
    login_check: SmtpLogin, without: tuple[str, ...], password: str, trouble: LoginFailure | None
) -> None:
    with mail_server(certified(AUTHORITY), without=without) as provider:
        assert attempt(login_check, at(provider.port), password) == trouble
        assert provider.tried == [(USER, password)]


def test_unknown_mechanisms_are_not_tried(login_check: SmtpLogin) -> None:
    with mail_server(certified(AUTHORITY), without=("PLAIN", "LOGIN")) as provider:
        assert attempt(login_check, at(provider.port)) == LoginFailure(FailureReason.NO_AUTH)


def test_implicit_tls_is_used_on_its_ports(trusted: ssl.SSLContext) -> None:
    with mail_server(certified(AUTHORITY), implicit=True) as provider:
        login_check = SmtpLogin(local=True, tls=trusted, implicit_tls=[provider.port])

        assert attempt(login_check, at(provider.port)) is None
        assert attempt(login_check, at(provider.port), "wrong") == WRONG


def test_a_password_is_never_sent_in_plain_text(login_check: SmtpLogin) -> None:
    with mail_server(None) as provider:
        assert attempt(login_check, at(provider.port)) == LoginFailure(FailureReason.NO_TLS)
        assert provider.tried == []


def test_if_starttls_is_refused_nothing_is_sent(login_check: SmtpLogin) -> None:
    offers = b"250-a\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n"
    with scripted(b"220 a\r\n", offers, b"454 4.7.0 not now\r\n", pause=0.05) as port:
        assert attempt(login_check, at(port)) == LoginFailure(FailureReason.NO_TLS, "454 4.7.0")


@pytest.mark.parametrize("implicit", [True, False])
@pytest.mark.parametrize(
    ("authority", "name"), [(trustme.CA(), HOST), (AUTHORITY, "other.example")], ids=["unknown issuer", "other name"]
)
def test_an_untrusted_certificate_gets_no_password(
    trusted: ssl.SSLContext, authority: trustme.CA, name: str, implicit: bool
) -> None:
    with mail_server(certified(authority, name), implicit=implicit) as provider:
        login_check = SmtpLogin(local=True, tls=trusted, implicit_tls=[provider.port] if implicit else [])

        assert attempt(login_check, at(provider.port)) == LoginFailure(FailureReason.CERTIFICATE)
        assert provider.tried == []


def test_by_default_only_known_issuers_are_trusted(provider: MailServer) -> None:
    assert attempt(SmtpLogin(local=True), at(provider.port)) == LoginFailure(FailureReason.CERTIFICATE)


def test_plain_text_on_an_implicit_tls_port_is_a_tls_failure(trusted: ssl.SSLContext) -> None:
    with scripted(b"220 in plain text\r\n") as port:
        assert attempt(SmtpLogin(local=True, tls=trusted, implicit_tls=[port]), at(port)) == LoginFailure(
            FailureReason.TLS
        )


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        ([b"554 5.7.1 Go away\r\n"], LoginFailure(FailureReason.NO_SMTP, "554 5.7.1")),
        ([b"421 4.3.2 Later\r\n"], LoginFailure(FailureReason.LATER, "421 4.3.2")),
        ([b"HTTP/1.1 400 Bad Request\r\n\r\n"], LoginFailure(FailureReason.NO_SMTP)),
        ([b"SSH-2.0-OpenSSH_9.6\r\n"], LoginFailure(FailureReason.NO_SMTP)),
        ([b"220 a\r\n", b"502 no\r\n", b"502 no\r\n"], LoginFailure(FailureReason.NO_SMTP, "502")),
        ([b"2" * 9000 + b"\r\n"], LoginFailure(FailureReason.NO_SMTP, "500")),
    ],
)
def test_an_unexpected_reply_is_a_failure(login_check: SmtpLogin, said: list[bytes], trouble: LoginFailure) -> None:
    with scripted(*said, pause=0.05) as port:
        assert attempt(login_check, at(port)) == trouble


def test_a_closed_connection_is_a_failure(login_check: SmtpLogin) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        port = listening.getsockname()[1]
        with _closing(listening):
            assert attempt(login_check, at(port)) == LoginFailure(FailureReason.NO_SMTP)


def test_a_silent_server_times_out(trusted: ssl.SSLContext) -> None:
    with scripted() as port:
        assert attempt(SmtpLogin(local=True, tls=trusted, seconds=0.1), at(port)) == LoginFailure(FailureReason.TIMEOUT)


def test_a_dripping_server_times_out(trusted: ssl.SSLContext) -> None:
    login_check = SmtpLogin(local=True, tls=trusted, seconds=5, seconds_in_all=0.3)

    began = time.monotonic()
    with scripted(*[b"220-a\r\n"] * 100, pause=0.05) as port:
        assert attempt(login_check, at(port)) == LoginFailure(FailureReason.TIMEOUT)
    assert time.monotonic() - began < 3  # and not when all was said


def test_an_endless_reply_is_cut(login_check: SmtpLogin) -> None:
    line = b"220-" + b"a" * 1000 + b"\r\n"

    with scripted(line * (2 * MOST_BYTES // len(line)), b"220 at last\r\n", b"250 a\r\n") as port:
        assert attempt(login_check, at(port)) == LoginFailure(FailureReason.NO_SMTP)


def test_the_bytes_of_all_replies_count_together_over_tls_too(trusted: ssl.SSLContext, provider: MailServer) -> None:
    session = BoundedSession(HOST, provider.port)
    session.ehlo()
    session.starttls(context=trusted)
    session.bytes_left = 10

    with session, pytest.raises(smtplib.SMTPServerDisconnected, match="65,536 bytes"):
        session.ehlo()


def test_a_slow_name_lookup_times_out() -> None:
    over = threading.Event()

    def hangs(host: str, port: int, **_: Any) -> list[Any]:
        over.wait(5)
        return []

    assert attempt(SmtpLogin(resolve=hangs, seconds_in_all=0.1), a_server()) == LoginFailure(FailureReason.TIMEOUT)
    over.set()


def test_after_a_late_lookup_there_is_no_connection(provider: MailServer) -> None:
    login_check = SmtpLogin(local=True, resolve=resolving("127.0.0.1"), seconds_in_all=0)

    assert attempt(login_check, at(provider.port)) == LoginFailure(FailureReason.TIMEOUT)
    assert provider.sessions == 0


def test_the_text_of_a_reply_is_not_returned(login_check: SmtpLogin, provider: MailServer) -> None:
    trouble = attempt(login_check, at(provider.port), "hidden-from-all")

    assert "hidden" not in repr(trouble)


# ---------------------------------------------------------------- where


@pytest.mark.parametrize("local", [True, False])
def test_an_unknown_host_is_a_failure(local: bool) -> None:
    assert attempt(SmtpLogin(local=local, resolve=unknown), a_server()) == LoginFailure(FailureReason.NO_HOST)


@pytest.mark.parametrize("addresses", PRIVATE, ids=" ".join)
def test_private_addresses_are_not_connected_to(addresses: list[str]) -> None:
    login_check = SmtpLogin(resolve=resolving(*addresses))

    assert attempt(login_check, a_server()) == LoginFailure(FailureReason.NOT_PUBLIC)


def test_the_real_loopback_is_not_public(provider: MailServer, trusted: ssl.SSLContext) -> None:
    for host in LOOPBACK:
        assert attempt(SmtpLogin(tls=trusted), at(provider.port, host=host)) == LoginFailure(FailureReason.NOT_PUBLIC)
    assert provider.sessions == 0


def test_the_connection_goes_to_the_checked_address(trusted: ssl.SSLContext) -> None:
    """The certificate is the name's all the same."""
    asked = list[str]()

    def once(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        found: list[Any] = resolving("::9", "127.0.0.1")(host, port)
        return found

    with mail_server(certified(AUTHORITY, "smtp.example.com")) as provider:
        login_check = SmtpLogin(local=True, tls=trusted, resolve=once)

        assert attempt(login_check, at(provider.port, host="smtp.example.com")) is None
    assert asked == ["smtp.example.com"]


def test_an_unexpected_error_discloses_no_password() -> None:
    def broken(host: str, port: int, **_: Any) -> list[Any]:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError) as failed:
        attempt(SmtpLogin(resolve=broken), a_server(), "hidden-from-all")

    told = traceback.TracebackException.from_exception(failed.value, capture_locals=True)
    ours = [frame for frame in told.stack if frame.filename.endswith("permille/smtp/login.py")]
    assert ours
    assert "hidden-from-all" not in str([frame.locals for frame in ours])


class _closing:  # noqa: N801 - reads as a statement
    """Hangs up on whoever comes."""

    def __init__(self, listening: socket.socket) -> None:
        self._thread = threading.Thread(target=lambda: listening.accept()[0].close())

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._thread.join()
