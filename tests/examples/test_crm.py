"""examples/crm: each integration point by itself, and its pages, beside a fake of the JSON API on loopback."""

import ast
import io
import json
import re
import sys
import threading
import time
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
import trustme
from examples.crm import review, sending, timeline
from examples.crm.api import AccountApi, Refused
from examples.crm.app import create_app
from examples.crm.store import Store
from examples.crm.suppression import normalized, suppressed
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import PLATFORM, an_entry
from tests.support.smtp_server import HOST, PASSWORD, USER, MailServer, certified, mail_server
from tests.test_integrate import BOTH, FORMER, SECRET, VERIFIER, now

from permille.domain.people.review import ReviewStage
from permille.domain.values.status import Status
from permille.domain.webhooks.signature import SigningSecrets, signed_headers
from permille.schema.entry_schema import event_text
from permille_cli.project import PROJECT

CRM = PROJECT / "examples" / "crm"
ACTIVE = {"may_send": True, "via": "ses", "status": "active", "host": HOST, "port": 0, "why": ""}
OFF = {"may_send": False, "via": None, "status": "disabled", "host": None, "port": None, "why": "It is off"}
HOSTILE = "<script>alert(1)</script>{{ 7*7 }}\"'&"


@dataclass(slots=True)
class FakeApi:
    """What the API answers: by path below the account, a status and a body, or several, one after the other."""

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    base: str = ""

    def of(self, account_id: str = "bakery") -> AccountApi:
        return AccountApi(self.base, "a-token", account_id)

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        self.asked.append((method, path, body))
        found = self.answers.get(path.partition("?")[0], {})
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        status = found.get("status", 200) if "detail" in found else 200
        return status, found


@pytest.fixture
def api() -> Iterator[FakeApi]:
    fake = FakeApi()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.headers["authorization"] == "Bearer a-token"
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, answer = fake.answer(self.command, self.path.partition("/bakery")[2], body)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode())

        do_PUT = do_DELETE = do_GET  # noqa: N815 - http.server's names

        def log_message(self, *arguments: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.base = f"http://127.0.0.1:{server.server_address[1]}/api/v1"
    standing = {"review": None, "trial": None}
    fake.answers = {"/route": ACTIVE, "/review": standing, "/suppressions": {"suppressions": [], "next": None}}
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield fake
    server.shutdown()
    thread.join()
    server.server_close()


# ---------------------------------------------------------------- the API


def test_a_problem_is_said_with_what_is_wrong_with_each_field(api: FakeApi) -> None:
    errors = [{"field": "body.day", "message": "is over"}]
    api.answers["/review"] = {"status": 422, "detail": "1 value is invalid", "errors": errors}

    with pytest.raises(Refused, match="1 value is invalid") as refused:
        api.of().put("/review", {"day": "2020-01-01"})

    assert refused.value.fields == {"day": "is over"}


def test_an_api_that_does_not_answer_is_a_refusal() -> None:
    with pytest.raises(Refused, match="does not answer"):
        AccountApi("http://127.0.0.1:9", "a-token", "bakery").get("/route")


def test_an_answer_that_is_no_json_is_a_refusal(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    for status in (200, 502):
        monkeypatch.setattr(FakeApi, "answer", lambda *_, status=status: (status, b"<html>"))
        with pytest.raises(Refused):
            api.of().get("/route")


# ---------------------------------------------------------------- the Workflow Timeline


def test_the_signature_is_checked_by_the_very_function_of_the_document() -> None:
    function = VERIFIER.partition("def ")[2].strip()

    assert function in (CRM / "timeline.py").read_text(encoding="utf-8")


@given(body=st.binary(), message_id=st.text("abc-.Z09", min_size=1))
def test_what_permille_signs_is_genuine_and_nothing_else_is(body: bytes, message_id: str) -> None:
    headers = dict(signed_headers(BOTH, message_id, body, now()))

    for secret in (SECRET, FORMER):
        assert timeline.is_genuine(secret.reveal(), headers, body)
        assert not timeline.is_genuine(secret.reveal(), headers, body + b" ")
        assert not timeline.is_genuine(secret.reveal(), {**headers, "webhook-id": message_id + "x"}, body)


def an_event(kind: str = "complaint", **more: Any) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(event_text(an_entry(kind), PLATFORM, now().tzinfo))  # type: ignore[arg-type]
    return event | {"account_id": "bakery"} | more


def posted(client: FlaskClient, event: dict[str, Any], **headers: str) -> int:
    body = json.dumps(event).encode()
    signed = {**signed_headers(SigningSecrets(SECRET), event["id"], body, now()), **headers}
    return client.post("/hooks/permille", data=body, headers=signed).status_code


def test_an_event_that_comes_twice_is_once_on_the_timeline_newest_first(client: FlaskClient) -> None:
    later = an_event(id="b", headline="Later", at="2026-11-27T10:00:00+00:00")
    earlier = an_event(id="a", headline="Earlier", at="2026-11-26T10:00:00+00:00")

    assert [posted(client, one) for one in (later, earlier, later)] == [204, 204, 204]

    text = client.get("/bakery/timeline").text
    assert text.count("Later") == text.count("Earlier") == 1
    assert text.index("Later") < text.index("Earlier")


def test_entries_for_staff_and_of_the_whole_stack_are_not_shown(client: FlaskClient) -> None:
    assert posted(client, an_event(audience="staff", headline="Secret")) == 204
    assert posted(client, an_event(id="c", account_id=None, headline="Secret")) == 204

    assert "Secret" not in client.get("/bakery/timeline").text


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "v1,\u00e4"},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": str(int(time.time()) - 3600)},
        {"webhook-id": "another"},
    ],
)
def test_a_request_that_is_not_signed_now_and_by_the_secret_is_refused(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    assert posted(client, an_event(headline="Forged"), **headers) == 401
    assert client.post("/hooks/permille", json=an_event(headline="Forged")).status_code == 401

    assert "Forged" not in client.get("/bakery/timeline").text


def test_without_a_secret_no_request_is_taken() -> None:
    headers = dict(signed_headers(SigningSecrets(SECRET), "a", b"{}", now()))

    assert timeline.receive("", headers, b"{}", lambda _: pytest.fail("taken")) == 401


def test_events_are_taken_from_the_queue_of_a_rule_and_kept_there_until_they_are_stored(aws: None) -> None:
    sqs, taken = boto3.client("sqs"), list[dict[str, Any]]()
    url = sqs.create_queue(QueueName="standing")["QueueUrl"]
    message = {"detail-type": "complaint", "source": "permille", "detail": an_event()}
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(message))
    attributes = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def stored(event: dict[str, Any]) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        timeline.poll(sqs, url, stored, seconds=0)
    waiting = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=attributes)["Attributes"]  # type: ignore[arg-type]
    assert sum(map(int, waiting.values())) == 1

    receipt = {"VisibilityTimeout": "0"}
    sqs.set_queue_attributes(QueueUrl=url, Attributes=receipt)  # type: ignore[arg-type]
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(message))
    while timeline.poll(sqs, url, taken.append, seconds=0):
        pass

    assert {event["id"] for event in taken} == {an_event()["id"]}


# ---------------------------------------------------------------- sending


def mails(count: int) -> list[EmailMessage]:
    made = []
    for number in range(count):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "news@bakery.example", f"r{number}@inbox.example", "Rye"
        mail.set_content("Fresh.")
        made.append(mail)
    return made


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[MailServer]:
    """A mail server by TLS that this process trusts: Amazon SES's, and the provider's."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with mail_server(certified(authority)) as running:
        yield running


def ses(server: MailServer) -> dict[str, Any]:
    return ACTIVE | {"port": server.port}


def a_provider(server: MailServer, password: str = PASSWORD) -> dict[str, Any]:
    manager = boto3.client("secretsmanager")
    kept = manager.create_secret(Name="permille/bakery/provider", SecretString=json.dumps({"password": password}))
    manager.put_secret_value(SecretId=kept["ARN"], SecretString=json.dumps({"password": "of a later host"}))
    secret = {"username": USER, "secret_arn": kept["ARN"], "secret_version": kept["VersionId"]}
    return OFF | {"may_send": True, "via": "provider", "host": HOST, "port": server.port} | secret


def sent(api: FakeApi, count: int = 3, credential: sending.Credential = (USER, PASSWORD)) -> tuple[list[str], str]:
    """Through what each mail went, and why the rest did not go."""
    done: list[str] = []
    why = sending.send(api.of(), credential, mails(count), lambda _, via: done.append(via))
    return done, why


def test_mails_go_through_ses_with_the_accounts_own_credential(api: FakeApi, server: MailServer) -> None:
    api.answers["/route"] = ses(server)

    assert sent(api) == (["ses"] * 3, "")
    assert server.tried == [(USER, PASSWORD)]


def test_the_route_is_asked_for_before_each_batch(
    api: FakeApi, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "BATCH", 2)
    api.answers["/route"] = [ses(server), OFF]

    assert sent(api, 5) == (["ses"] * 2, "It is off")


def test_nothing_is_sent_while_the_account_may_not(api: FakeApi) -> None:
    api.answers["/route"] = OFF
    assert sent(api) == ([], "It is off")
    api.answers["/route"] = OFF | {"why": ""}
    assert sent(api) == ([], "The account may not send now.")


def test_the_providers_password_is_that_of_the_version_that_the_route_names(
    aws: None, api: FakeApi, server: MailServer
) -> None:
    api.answers["/route"] = a_provider(server)

    assert sent(api, credential=("SES", "hidden")) == (["provider"] * 3, "")
    assert server.tried == [(USER, PASSWORD)]


def test_what_ses_refuses_goes_through_the_provider_that_the_route_names_then(
    aws: None, api: FakeApi, server: MailServer
) -> None:
    api.answers["/route"] = [ses(server), a_provider(server)]

    assert sent(api, credential=("SES", "inactive")) == (["provider"] * 3, "")


def test_it_gives_up_where_the_same_route_refuses_and_says_why(api: FakeApi, server: MailServer) -> None:
    api.answers["/route"] = ses(server)

    done, why = sent(api, credential=(USER, "inactive"))

    assert done == []
    assert why.startswith("The mail server refused: (535")
    assert len(api.asked) == 2


def test_one_address_that_is_refused_does_not_hold_up_the_others(
    api: FakeApi, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.answers["/route"] = ses(server)
    bad = mails(3)
    bad[1].replace_header("To", "kïm@inbox.example")
    done: list[str] = []

    assert sending.send(api.of(), (USER, PASSWORD), bad, lambda _, via: done.append(via)) == ""
    assert done == ["ses", "", "ses"]


def test_a_server_without_tls_gets_no_password(api: FakeApi) -> None:
    with mail_server(None) as server:
        api.answers["/route"] = ses(server)
        done, why = sent(api)

    assert (done, server.tried) == ([], [])
    assert "STARTTLS" in why


# ---------------------------------------------------------------- suppressions, and the review


def test_all_pages_of_the_suppressions_are_read(api: FakeApi) -> None:
    pages = [
        {"address": "ann@inbox.example", "reason": "complaint"},
        {"address": "bob@inbox.example", "reason": "bounce"},
    ]
    api.answers["/suppressions"] = [
        {"suppressions": pages[:1], "next": "more"},
        {"suppressions": pages[1:], "next": None},
    ]

    assert suppressed(api.of()) == {"ann@inbox.example": "complaint", "bob@inbox.example": "bounce"}
    assert [path for _, path, _ in api.asked] == ["/suppressions", "/suppressions?after=more"]


@pytest.mark.parametrize(
    ("typed", "listed"),
    [
        (" Ann@Inbox.Example ", "ann@inbox.example"),
        ("kim@bäckerei.example.", "kim@xn--bckerei-5wa.example"),
        ("odd", "@odd"),
        (f"a@{'x' * 70}.example", f"a@{'x' * 70}.example"),
    ],
)
def test_addresses_are_compared_in_the_form_of_the_list(typed: str, listed: str) -> None:
    assert normalized(typed) == listed


def test_a_request_goes_to_the_api_as_it_was_typed(api: FakeApi) -> None:
    form = {"day": "2026-12-01", "batch": "23", "cause": "Old", "change": "New", "csrf": "x"}

    review.request(api.of(), form)
    review.withdraw(api.of())

    body = {"day": "2026-12-01", "batch": 23, "cause": "Old", "change": "New"}
    assert api.asked == [("PUT", "/review", body), ("DELETE", "/review", None)]


@pytest.mark.parametrize("batch", ["", "-1", "many", "²", "1.5"])
def test_a_number_that_is_none_is_not_sent(api: FakeApi, batch: str) -> None:
    with pytest.raises(Refused) as refused:
        review.request(api.of(), {"batch": batch})

    assert (list(refused.value.fields), api.asked) == (["batch"], [])


# ---------------------------------------------------------------- the pages


@pytest.fixture
def app(api: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setenv("CRM_DATABASE", str(tmp_path / "crm.db"))
    monkeypatch.setenv("PERMILLE_API", api.base)
    monkeypatch.setenv("PERMILLE_TOKEN", "a-token")
    monkeypatch.setenv("PERMILLE_PAGES", "https://pages.example")
    monkeypatch.setenv("PERMILLE_WEBHOOK_SECRET", SECRET.reveal())
    standing = {"stage": "may_ask", "review": None, "trial": None}
    api.answers["/report"] = standing
    store = Store(tmp_path / "crm.db")
    for business in ("bakery", "florist"):
        store.write("INSERT INTO businesses VALUES (?, ?, ?, ?, ?)", (business, HOSTILE, "n@b.example", USER, PASSWORD))
    store.add_contacts("bakery", HOSTILE, [(HOSTILE, "ann@inbox.example"), ("Kim", "kim@inbox.example")])
    store.add_campaign("bakery", HOSTILE, HOSTILE, HOSTILE)
    store.add_entry(an_event(headline=HOSTILE, sentence=HOSTILE))
    return create_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def csrf(client: FlaskClient) -> str:
    found = re.search(r'name="csrf" value="(\w+)"', client.get("/bakery/campaigns").text)
    assert found
    return found.group(1)


PAGES = ["campaigns", "contacts", "timeline", "reputation", "review"]
FORMS = ["/bakery/campaigns", "/bakery/campaigns/1/send", "/bakery/review"]


@pytest.mark.parametrize("name", PAGES)
def test_what_others_wrote_is_shown_as_text(client: FlaskClient, api: FakeApi, name: str) -> None:
    api.answers["/route"] = OFF | {"why": HOSTILE}
    review_of = {"reason": HOSTILE, "day": HOSTILE, "batch": 1, "cause": HOSTILE, "change": HOSTILE}
    api.answers["/report"] = {"stage": "declined", "review": {**review_of, "ask_again_on": HOSTILE}, "trial": None}

    text = client.get(f"/bakery/{name}").text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in text
    assert "<script" not in text


@pytest.mark.parametrize("stage", [stage.value for stage in ReviewStage])
def test_every_stage_of_a_review_has_a_page(client: FlaskClient, api: FakeApi, stage: str) -> None:
    at = "2026-12-01T00:00:00+00:00"
    trial = {"day": "2026-12-01", "ends_at": at, "verdict_at": at}
    review_of = {"reason": None, "day": "2026-12-01", "batch": 1, "cause": "a", "change": "b", "ask_again_on": None}
    api.answers["/report"] = {"stage": stage, "review": review_of, "trial": trial}

    answer = client.get("/bakery/review")

    assert answer.status_code == 200
    assert ("What went wrong?" in answer.text) == (stage in review.MAY_ASK)
    assert ("Withdraw" in answer.text) == (stage in review.MAY_WITHDRAW)


ASK, SEE = "Ask for a review</a>", "See your request</a>"


@pytest.mark.parametrize(
    ("status", "review", "trial", "button", "says"),
    [
        ("disabled", None, None, ASK, "or ask our support for a review"),
        ("disabled", {"state": "withdrawn"}, None, ASK, "or ask our support for a review"),
        ("disabled", {"state": "declined"}, None, ASK, "or ask our support for a review"),
        ("disabled", {"state": "open"}, None, SEE, "Our support has your request for a review."),
        ("disabled", {"state": "approved"}, {"day": "2026-12-01"}, SEE, "You may send on 2026-12-01."),
        ("observing", {"state": "approved"}, {"day": "2026-12-01"}, SEE, "Your day is over."),
    ],
)
@pytest.mark.parametrize("via", [None, "provider"])
def test_the_banner_asks_for_a_review_where_none_waits(
    client: FlaskClient, api: FakeApi, status: str, review: Any, trial: Any, button: str, says: str, via: str | None
) -> None:
    api.answers["/route"] = OFF | {"status": status, "via": via, "may_send": bool(via)}
    api.answers["/review"] = {"review": review, "trial": trial}

    text = client.get("/bakery/campaigns").text

    assert [one for one in (ASK, SEE) if one in text] == [button]
    assert says in text or via


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_a_page(client: FlaskClient, api: FakeApi, status: Status) -> None:
    api.answers["/route"] = OFF | {"status": status.value}

    text = client.get("/bakery/campaigns").text

    assert "It is off." in text
    assert ("Connect another provider" in text) == (status in (Status.DISABLED, Status.OBSERVING))


@pytest.mark.parametrize("path", FORMS)
def test_a_form_of_another_site_does_nothing(client: FlaskClient, api: FakeApi, path: str) -> None:
    token = csrf(client)
    api.asked.clear()

    for forged in ({}, {"csrf": ""}, {"csrf": token[:-1]}, {"csrf": "ä"}):
        assert client.post(path, data={"subject": "S", "text": "T", "list": "L", **forged}).status_code == 403

    assert api.asked == []


def test_a_campaign_of_another_business_cannot_be_sent(client: FlaskClient, api: FakeApi) -> None:
    token = csrf(client)

    assert client.post("/florist/campaigns/1/send", data={"csrf": token}).status_code == 404
    assert client.get("/nobody/campaigns").status_code == 404


def test_complainers_are_left_out_and_nobody_is_mailed_twice(
    client: FlaskClient, api: FakeApi, server: MailServer
) -> None:
    api.answers |= {
        "/route": ses(server),
        "/suppressions": {"suppressions": [{"address": "ann@inbox.example", "reason": "complaint"}], "next": None},
    }
    form = {"csrf": csrf(client)}

    for _ in range(2):
        assert client.post("/bakery/campaigns/1/send", data=form).status_code == 303

    text = re.sub(r"\s+", "", client.get("/bakery/campaigns").text)
    assert "<dt>Sent</dt><dd>1</dd>" in text
    assert "<dt>Leftout</dt><dd>1</dd>" in text
    assert server.sessions == 1
    assert "Reported spam" in client.get("/bakery/contacts").text


def test_nothing_is_sent_where_the_suppressions_cannot_be_read(
    client: FlaskClient, api: FakeApi, server: MailServer
) -> None:
    api.answers |= {"/route": ses(server), "/suppressions": {"status": 503, "detail": "Try again"}}

    answer = client.post("/bakery/campaigns/1/send", data={"csrf": csrf(client)})

    assert (answer.status_code, "Try again" in answer.text, server.sessions) == (503, True, 0)


def test_a_subject_with_line_breaks_makes_no_header(client: FlaskClient, api: FakeApi, server: MailServer) -> None:
    api.answers["/route"] = ses(server)
    form = {"csrf": csrf(client), "list": HOSTILE, "subject": "Rye\r\nBcc: all@inbox.example", "text": "Fresh."}

    client.post("/bakery/campaigns", data=form)
    assert client.post("/bakery/campaigns/2/send", data=form).status_code == 303

    assert "Rye Bcc: all@inbox.example" in client.get("/bakery/campaigns").text


def test_pages_have_no_scripts_and_frame_the_report_alone(client: FlaskClient) -> None:
    headers = client.get("/bakery/reputation").headers

    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert policy.endswith("; frame-ancestors 'self'; frame-src 'self' https://pages.example")
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_the_frame_is_redirected_to_a_link_that_is_kept_for_an_hour_and_in_no_page(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = tmp_path / "permille"
    command.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\necho \'{{"link": "https://pages.example/enter?token=t"}}\'\n'
    )
    command.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    answers = [client.get("/bakery/reputation/frame") for _ in range(2)]

    assert {one.headers["Location"] for one in answers} == {"https://pages.example/enter?token=t"}
    assert (tmp_path / "asked").read_text() == "link owner bakery --json\n"
    assert "token" not in client.get("/bakery/reputation").text


@pytest.mark.parametrize(
    ("prints", "logged"),
    [
        ("echo 'AWS does not allow it' >&2; exit 1", "AWS does not allow it"),
        ("echo no JSON", "Expecting value"),
        ("", "No such file"),
    ],
)
def test_where_no_link_can_be_made_the_frame_says_what_to_do_and_the_log_why(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    prints: str, logged: str,
) -> None:  # fmt: skip
    command = tmp_path / "permille"
    if prints:
        command.write_text(f"#!/bin/sh\n{prints}\n")
        command.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))

    answer = client.get("/bakery/reputation/frame")

    assert (answer.status_code, answer.mimetype) == (503, "text/plain")
    assert "Load this page again in a minute" in answer.text
    assert "please tell our support" in answer.text
    assert "No link to the report of bakery" in caplog.text
    assert logged in caplog.text


# ---------------------------------------------------------------- what a developer copies


def lines_of_code(file: Path) -> int:
    """Without blank lines, comments and docstrings."""
    text = file.read_text(encoding="utf-8")
    quiet = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines = {
        line
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type not in quiet
        for line in range(token.start[0], token.end[0] + 1)
    }
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines)


def test_the_crm_has_at_most_400_lines_of_code() -> None:
    assert 0 < sum(lines_of_code(file) for file in CRM.glob("*.py")) <= 400


def imported(file: Path) -> set[str]:
    """The packages that a file imports, other than its neighbours and for types alone."""
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and node.level == 0}
    return {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - {"mypy_boto3_sqs"}


def test_an_integration_point_needs_its_neighbours_client_and_boto3_at_most() -> None:
    points = ["api", "reputation", "review", "sending", "suppression", "timeline"]

    assert {name for point in points for name in imported(CRM / f"{point}.py")} <= {"boto3"}
    neighbours = {name for point in points for name in re.findall(r"from \.(\w+)", (CRM / f"{point}.py").read_text())}
    assert neighbours == {"api"}


def test_what_the_crm_imports_is_what_its_requirements_name() -> None:
    named = set((CRM / "requirements.txt").read_text(encoding="utf-8").split())

    assert {name for file in CRM.glob("*.py") for name in imported(file)} == named
