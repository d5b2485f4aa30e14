"""Calls that must not happen twice: one whose answer is lost is not repeated unseen, and one that was refused is."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from tests.support.builders import a_mail
from tests.support.wire import Wire

from permille.aws.client import ONE_TRY, client
from permille.aws.iam_users import IamSenderUsers
from permille.aws.ses_mailer import SesMailer
from permille.aws.throttling import PAUSES, unless_throttled
from permille.domain.values.errors import Unavailable

asked: list[str] = []


class Silent(BaseHTTPRequestHandler):
    """Takes a request, and closes the connection without an answer."""

    def do_POST(self) -> None:
        asked.append(self.rfile.read(int(self.headers["content-length"])).decode())
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Says nothing."""


@pytest.fixture
def silent(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An AWS that does everything, and whose answers are lost."""
    asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Silent)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_address[1]}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield
    server.shutdown()
    server.server_close()
    thread.join()


def makes_a_key() -> None:
    IamSenderUsers(boundary="arn:aws:iam::123456789012:policy/boundary").create_key("permille-bakery")


def mails_an_owner() -> None:
    SesMailer(mail_from="reputation@apwt.example", configuration_set="permille").send(a_mail())


@pytest.mark.parametrize("call", [makes_a_key, mails_an_owner])
def test_what_may_have_happened_is_not_done_again(silent: None, call: Callable[[], None]) -> None:
    with pytest.raises(Unavailable):
        call()

    assert len(asked) == 1


def throttled(times: int) -> tuple[Any, list[float]]:
    ses = client("ses", retries=ONE_TRY)
    Wire(ses).refuse("GetSendQuota", "Throttling", times=times)
    return ses, []


def test_what_was_refused_as_too_fast_is_done_a_little_later(aws: None) -> None:
    ses, waited = throttled(len(PAUSES))

    unless_throttled(ses.get_send_quota, waited.append)

    assert [low <= pause <= 2 * low for low, pause in zip(PAUSES, waited, strict=True)] == [True] * len(PAUSES)


def test_what_is_refused_again_and_again_is_an_error(aws: None) -> None:
    ses, waited = throttled(len(PAUSES) + 1)

    with pytest.raises(ses.exceptions.ClientError):
        unless_throttled(ses.get_send_quota, waited.append)
    assert len(waited) == len(PAUSES)


def test_another_refusal_is_an_error_at_once(aws: None) -> None:
    ses, waited = throttled(0)
    Wire(ses).refuse("GetSendQuota", "AccessDenied")

    with pytest.raises(ses.exceptions.ClientError):
        unless_throttled(ses.get_send_quota, waited.append)
    assert waited == []
