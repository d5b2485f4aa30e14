"""The HTTP client of the webhook: with TLS and a verified certificate, to public addresses, within a deadline."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import trustme
from tests.support.fakes import Faults
from tests.support.outbound import LOOPBACK, PRIVATE, resolving, trusting, unknown
from tests.support.smtp_server import HOST, certified, scripted
from tests.support.webhook_fakes import FakeWebhookClient
from tests.support.webhook_server import HookServer, hook_server

from permille.domain.webhooks.delivery import PostFailure, Reply
from permille.ports.webhooks import WebhookClient
from permille.webhooks.client import HttpWebhookClient

AUTHORITY = trustme.CA()
HEADERS = {"webhook-id": "e-1", "webhook-timestamp": "1", "webhook-signature": "v1,x"}
BODY = '{"headline": "Grüße"}'.encode()


@pytest.fixture(scope="module")
def trusted() -> ssl.SSLContext:
    return trusting(AUTHORITY)


@pytest.fixture
def hook() -> Iterator[HookServer]:
    with hook_server(certified(AUTHORITY)) as running:
        yield running


@pytest.fixture
def client(trusted: ssl.SSLContext) -> HttpWebhookClient:
    return HttpWebhookClient(local=True, tls=trusted, seconds=5)


def at(port: int, path: str = "/", host: str = HOST, scheme: str = "https") -> str:
    return f"{scheme}://{host}:{port}{path}"


def post(client: WebhookClient, url: str) -> Reply:
    return client.post(url, HEADERS, BODY)


def failed(why: PostFailure) -> Reply:
    return Reply(without_status=why)


# ---------------------------------------------------------------- kept by the fake and by the adapter


@pytest.mark.parametrize("status", [204, 301, 410, 500])
@pytest.mark.parametrize("kept_by", ["fake", "http"])
def test_the_status_that_an_endpoint_answers_is_returned(
    client: HttpWebhookClient, hook: HookServer, kept_by: str, status: int
) -> None:
    url, hook.status = at(hook.port), status
    fake = FakeWebhookClient(Faults(), {url: Reply(status)})

    assert post(client if kept_by == "http" else fake, url) == Reply(status)


# ---------------------------------------------------------------- by HTTP


def test_the_event_is_posted_as_it_was_signed(client: HttpWebhookClient, hook: HookServer) -> None:
    client.post(at(hook.port, "/hooks/permille?token=a%20b"), HEADERS, BODY)

    (posted,) = hook.posted
    assert (posted.path, posted.body) == ("/hooks/permille?token=a%20b", BODY)
    assert posted.headers.items() >= HEADERS.items()
    assert posted.headers["content-type"] == "application/json"
    assert posted.headers["host"] == f"{HOST}:{hook.port}"
    assert posted.headers["user-agent"].startswith("Permille/")


@pytest.mark.parametrize(("url", "asked"), [("", "/"), ("?a=b", "/?a=b"), ("/a/../b;c", "/a/../b;c")])
def test_a_path_is_asked_for_as_it_is_set(client: HttpWebhookClient, hook: HookServer, url: str, asked: str) -> None:
    client.post(at(hook.port, url), HEADERS, BODY)

    assert hook.posted[0].path == asked


def test_a_redirect_is_not_followed(client: HttpWebhookClient, hook: HookServer) -> None:
    hook.status, hook.location = 307, at(hook.port, "/elsewhere")

    assert client.post(at(hook.port), HEADERS, BODY) == Reply(307)
    assert [posted.path for posted in hook.posted] == ["/"]


def test_on_the_embedded_stack_plain_http_will_do(client: HttpWebhookClient) -> None:
    with hook_server() as hook:
        assert client.post(at(hook.port, scheme="http"), HEADERS, BODY) == Reply(204)


@pytest.mark.parametrize(
    ("authority", "name"), [(trustme.CA(), HOST), (AUTHORITY, "other.example")], ids=["unknown issuer", "other name"]
)
def test_an_untrusted_certificate_gets_no_event(client: HttpWebhookClient, authority: trustme.CA, name: str) -> None:
    with hook_server(certified(authority, name)) as hook:
        assert client.post(at(hook.port), HEADERS, BODY) == failed(PostFailure.CERTIFICATE)
        assert hook.posted == []


def test_by_default_only_known_issuers_are_trusted(hook: HookServer) -> None:
    assert HttpWebhookClient(local=True).post(at(hook.port), HEADERS, BODY) == failed(PostFailure.CERTIFICATE)


def test_plain_text_on_a_tls_port_is_a_tls_failure(client: HttpWebhookClient) -> None:
    with scripted(b"HTTP/1.1 200 OK\r\n\r\n") as port:
        assert client.post(at(port), HEADERS, BODY) == failed(PostFailure.TLS)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"220 mail.example ESMTP\r\n", PostFailure.NO_HTTP),
        (b"HTTP/1.1 OK\r\n\r\n", PostFailure.NO_HTTP),
        (b"HTTP/1.1 200 " + b"a" * 70_000, PostFailure.NO_HTTP),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n", PostFailure.NO_HTTP),
    ],
)
def test_what_is_not_http_or_has_no_end_is_a_failure(client: HttpWebhookClient, said: bytes, why: PostFailure) -> None:
    with scripted(said) as port:
        assert client.post(at(port, scheme="http"), HEADERS, BODY) == failed(why)


def test_a_closed_port_refuses_the_connection(client: HttpWebhookClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

    assert client.post(at(port), HEADERS, BODY) == failed(PostFailure.REFUSED)


def test_a_silent_endpoint_times_out(trusted: ssl.SSLContext) -> None:
    with scripted() as port:
        client = HttpWebhookClient(local=True, tls=trusted, seconds=0.1)

        assert client.post(at(port, scheme="http"), HEADERS, BODY) == failed(PostFailure.TIMEOUT)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_dripping_endpoint_times_out(trusted: ssl.SSLContext, scheme: str) -> None:
    client = HttpWebhookClient(local=True, tls=trusted, seconds=0.3)

    began = time.monotonic()
    with scripted(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 100, pause=0.05) as port:
        assert client.post(at(port, scheme=scheme), HEADERS, BODY).failure in (PostFailure.TIMEOUT, PostFailure.TLS)
    assert time.monotonic() - began < 3  # and not when all was said


def test_an_endpoint_that_answers_for_ever_is_left_at_its_status(client: HttpWebhookClient) -> None:
    with scripted(b"HTTP/1.1 200 OK\r\n\r\n", *[b"more"] * 1000, pause=0.01) as port:
        assert client.post(at(port, scheme="http"), HEADERS, BODY) == Reply(200)


def test_a_slow_name_lookup_times_out() -> None:
    over = threading.Event()

    def hangs(host: str, port: int, **_: Any) -> list[Any]:
        over.wait(5)
        return []

    client = HttpWebhookClient(resolve=hangs, seconds=0.1)
    assert client.post("https://x.example/", HEADERS, BODY) == failed(PostFailure.TIMEOUT)
    over.set()


def test_an_unknown_host_is_a_failure() -> None:
    client = HttpWebhookClient(resolve=unknown)
    assert client.post("https://x.example/", HEADERS, BODY) == failed(PostFailure.NO_HOST)


@pytest.mark.parametrize("addresses", PRIVATE, ids=" ".join)
def test_private_addresses_are_not_connected_to(addresses: list[str]) -> None:
    client = HttpWebhookClient(resolve=resolving(*addresses))

    assert client.post("https://x.example/", HEADERS, BODY) == failed(PostFailure.NOT_PUBLIC)


def test_the_real_loopback_is_not_public(hook: HookServer, trusted: ssl.SSLContext) -> None:
    client = HttpWebhookClient(tls=trusted)

    for host in (*LOOPBACK, "[::1]"):
        assert client.post(at(hook.port, host=host), HEADERS, BODY) == failed(PostFailure.NOT_PUBLIC)
    assert hook.posted == []


def test_the_connection_goes_to_the_address_that_was_checked(trusted: ssl.SSLContext) -> None:
    """The certificate is the name's all the same."""
    asked = list[str]()

    def once(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        found: list[Any] = resolving("::9", "127.0.0.1")(host, port)
        return found

    with hook_server(certified(AUTHORITY, "hooks.example.com")) as hook:
        client = HttpWebhookClient(local=True, tls=trusted, resolve=once)

        assert client.post(at(hook.port, host="hooks.example.com"), HEADERS, BODY) == Reply(204)
    assert asked == ["hooks.example.com"]
