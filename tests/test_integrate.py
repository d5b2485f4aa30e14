"""docs/integrate.md: what a host platform copies from it works."""

import json
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import ModuleType
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import PLATFORM, an_entry
from tests.support.function_url import url_event
from tests.support.provisioning import Host

from permille.domain.timeline.kinds.registry import KINDS
from permille.domain.webhooks.delivery import Reply
from permille.domain.webhooks.signature import SigningSecret, SigningSecrets, signed_headers
from permille.schema.entry_schema import event_text
from permille.webhooks.client import HttpWebhookClient
from permille_cli.project import PROJECT

PAGE = (PROJECT / "docs" / "integrate.md").read_text(encoding="utf-8")
OPENAPI = json.loads((PROJECT / "docs" / "openapi.json").read_text(encoding="utf-8"))
SECRET, FORMER = SigningSecret(b"s" * 32), SigningSecret(b"f" * 32)
BOTH = SigningSecrets(FORMER).rotated(SECRET, datetime(2200, 1, 1, tzinfo=UTC))


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.S | re.M)


PROVISIONER, PROVISIONED, CONSUMER, VERIFIER, RECEIVER = blocks("python")


def defined(*sources: str) -> dict[str, Any]:
    """The names that these blocks define, one after the other in one module."""
    names: dict[str, Any] = {"__name__": "receiver"}
    for source in sources:
        exec(compile(source, "integrate.md", "exec"), names)  # noqa: S102 - our own document
    return names


is_genuine = defined(VERIFIER)["is_genuine"]


def now() -> datetime:
    return datetime.now(UTC)


# ---------------------------------------------------------------- the signature


@given(body=st.binary(), message_id=st.text("abc-.Z09", min_size=1))
def test_the_function_of_the_page_accepts_what_permille_signs(body: bytes, message_id: str) -> None:
    for secret in (SECRET, FORMER):
        assert is_genuine(secret.reveal(), signed_headers(BOTH, message_id, body, now()), body)


@given(body=st.binary(), other=st.binary(), message_id=st.text("abc", min_size=1))
def test_it_refuses_another_body_id_secret_or_instant(body: bytes, other: bytes, message_id: str) -> None:
    headers = dict(signed_headers(SigningSecrets(SECRET), message_id, body, now()))

    assert is_genuine(SECRET.reveal(), headers, other) is (body == other)
    assert not is_genuine(FORMER.reveal(), headers, body)
    assert not is_genuine(SECRET.reveal(), headers | {"webhook-id": message_id + "x"}, body)
    assert not is_genuine(SECRET.reveal(), headers | {"webhook-signature": ""}, body)


@pytest.mark.parametrize(("seconds", "accepted"), [(-310, False), (-290, True), (290, True), (310, False)])
def test_it_refuses_what_was_signed_long_ago(seconds: int, *, accepted: bool) -> None:
    headers = signed_headers(SigningSecrets(SECRET), "a", b"{}", datetime.fromtimestamp(time.time() + seconds, UTC))

    assert is_genuine(SECRET.reveal(), headers, b"{}") is accepted


def test_it_is_written_in_fifteen_lines_or_fewer() -> None:
    lines = [line for line in VERIFIER.partition("def ")[2].splitlines() if line.strip()]

    assert len(lines) <= 15


# ---------------------------------------------------------------- the receiver


@contextmanager
def serving_at(server: HTTPServer) -> Iterator[str]:
    """The URL of a server that runs meanwhile."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The page's receiver, as it is started there; its URL."""
    monkeypatch.setattr("sys.argv", ["receiver.py", SECRET.reveal()])
    with serving_at(HTTPServer(("127.0.0.1", 0), defined(VERIFIER, RECEIVER)["Receiver"])) as url:
        yield f"{url}/permille"


def test_the_receiver_takes_a_genuine_event_and_refuses_any_other(
    receiver: str, capsys: pytest.CaptureFixture[str]
) -> None:
    client, entry = HttpWebhookClient(local=True), an_entry("disabled")
    body = event_text(entry, PLATFORM, UTC).encode()
    headers = signed_headers(SigningSecrets(SECRET), entry.id, body, now())

    assert client.post(receiver, headers, body) == Reply(204)
    assert client.post(receiver, headers, body + b" ") == Reply(401)

    assert f"{entry.id} disabled Your {PLATFORM} SMTP account has been disabled" in capsys.readouterr().out


# ---------------------------------------------------------------- accounts by code


@pytest.fixture
def provisioning(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Host, list[str]]]:
    """The provisioning API on this computer: its URL, what is behind it, and the signatures that came."""
    host, signatures = Host(), list[str]()

    class Url(BaseHTTPRequestHandler):
        def answer(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            signatures.append(headers["authorization"])
            body = self.rfile.read(int(headers["content-length"])).decode()
            answered = host.answered(url_event(self.command, self.path, headers, body))
            self.send_response(answered["statusCode"])
            self.end_headers()
            self.wfile.write(answered["body"].encode())

        do_POST = do_PATCH = answer  # noqa: N815 - the server's names

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    for name, value in (("ACCESS_KEY_ID", "AKIA"), ("SECRET_ACCESS_KEY", "secret"), ("DEFAULT_REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    module = ModuleType("provisioning")
    vars(module).update(defined(PROVISIONER))
    monkeypatch.setitem(sys.modules, "provisioning", module)
    with serving_at(HTTPServer(("127.0.0.1", 0), Url)) as url:
        yield url, host, signatures


def test_the_pages_program_creates_changes_and_closes_an_account(
    provisioning: tuple[str, Host, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    url, host, signatures = provisioning

    exec(compile(PROVISIONED, "integrate.md", "exec"), {"URL": url})  # noqa: S102 - our own document

    account = host.stack.get("second-bakery")
    assert (account.owner_email, account.is_closed) == ("new@bakery.example", True)
    assert "https://console.example/enter?token=" in capsys.readouterr().out
    scope = re.compile(r"AWS4-HMAC-SHA256 Credential=AKIA/\d{8}/us-east-1/lambda/aws4_request, .*")
    assert [one for one in signatures if not scope.fullmatch(one)] == []
    assert len(signatures) == 4


def test_the_pages_program_says_why_it_was_refused(provisioning: tuple[str, Host, list[str]]) -> None:
    with pytest.raises(RuntimeError, match=r"422: .*body\.owner_email"):
        defined(PROVISIONER)["call"](provisioning[0], "POST", "/accounts", {"account_id": "x"}, "k-1")


def test_a_program_may_call_the_url_and_nothing_else() -> None:
    (policy,) = [json.loads(block) for block in blocks("json")]

    by_url, only_by_url = policy["Statement"]
    assert (by_url["Action"], only_by_url["Action"]) == ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")
    functions = {statement["Resource"] for statement in (by_url, only_by_url)}
    assert functions == {"arn:aws:lambda:REGION:ACCOUNT:function:permille-Provisioning-*"}
    assert only_by_url["Condition"] == {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}


# ---------------------------------------------------------------- the bus and the API


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as what they stand for."""


Loader.add_multi_constructor("!", lambda loader, name, node: {name: loader.construct_scalar(node)})


def test_the_rule_names_kinds_that_exist_and_its_queue_takes_its_events_alone() -> None:
    (text,) = blocks("yaml")
    resources = yaml.load(text, Loader)["Resources"]  # noqa: S506 - a SafeLoader

    pattern = resources["Standing"]["Properties"]["EventPattern"]
    assert pattern["source"] == ["permille"]
    assert set(pattern["detail-type"]) < KINDS.keys()
    (statement,) = resources["MayBeFilled"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": {"GetAtt": "Standing.Arn"}}}


def test_the_rule_has_every_kind_that_changes_whether_an_account_may_send() -> None:
    (text,) = blocks("yaml")
    named = yaml.load(text, Loader)["Resources"]["Standing"]["Properties"]["EventPattern"]["detail-type"]  # noqa: S506

    changing = {name for name, facts in KINDS.items() if facts.declaration.change}
    may_send = {
        name
        for name in changing
        for change in [KINDS[name].declaration.change]
        if change and change.before.may_send is not change.after.may_send
    }
    assert may_send <= set(named)


def test_the_consumer_takes_an_event_as_eventbridge_puts_it_into_a_queue(capsys: pytest.CaptureFixture[str]) -> None:
    entry = an_entry("disabled")
    detail = json.loads(event_text(entry, PLATFORM, UTC))
    event = {"Records": [{"body": json.dumps({"detail-type": entry.kind, "source": "permille", "detail": detail})}]}

    defined(CONSUMER)["handler"](event, None)

    assert capsys.readouterr().out.startswith(f"{entry.account_id} disabled Your {PLATFORM} SMTP account")


def test_each_address_that_is_asked_for_is_an_operation_of_the_api() -> None:
    asked = re.findall(r'"\$API(/[^"?]*)', PAGE)

    known = [re.sub(r"\{\w+\}", "good-bakery", path).removeprefix("/api/v1") for path in OPENAPI["paths"]]
    assert asked
    assert [path for path in asked if path not in known] == []
