"""Links are asked for at the function's URL, by the fake and by the adapter, which signs with SigV4."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from botocore.session import Session, get_session
from functions.access.app import handler
from tests.support.builders import STAFF, LambdaContext
from tests.support.fakes import FakeLinkRegister, FakeTokenSigner, Rows
from tests.support.operator_fakes import FakeLinkIssuer

from permille.aws.link_issuer import FunctionUrlIssuer
from permille.domain.login.links import Grant, LinkRole, Scope
from permille.domain.login.tokens import read
from permille.domain.timeline.timeline import SYSTEM
from permille.domain.values.errors import InvalidInput, PermissionDenied, RequestRejected, ServiceError, Unavailable
from permille.ports.operator import LinkIssuer
from permille.usecases.login.issue_links import IssueServices

AN_HOUR = timedelta(hours=1)
SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=AKIAEVA/\d{8}/eu-west-1/lambda/aws4_request, "
    r"SignedHeaders=[a-z0-9;-]*host[a-z0-9;-]*, Signature=[0-9a-f]{64}"
)
Answering = Callable[[str, dict[str, str], str], tuple[int, str]]


@contextmanager
def a_url(answering: Answering) -> Iterator[str]:
    """A server on loopback in the function URL's place."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            status, answer = answering(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def session() -> Session:
    made = in_a_region()
    made.set_credentials("AKIAEVA", "s")
    return made


def in_a_region() -> Session:
    made = get_session()
    made.set_config_variable("region", "eu-west-1")
    return made


@pytest.fixture
def rows() -> Rows:
    return Rows()


@pytest.fixture(params=["fake", "url"])
def issuer(request: pytest.FixtureRequest, rows: Rows) -> Iterator[LinkIssuer]:
    issuing = IssueServices(FakeTokenSigner(), FakeLinkRegister(rows))
    if request.param == "fake":
        yield FakeLinkIssuer(issuing)
        return

    def answering(path: str, headers: dict[str, str], body: str) -> tuple[int, str]:
        """As AWS asks the function, where the signature is right."""
        assert SIGNED.fullmatch(headers["authorization"])
        context = {
            "authorizer": {"iam": {"userArn": STAFF}},
            "http": {"method": "POST"},
            "requestId": LambdaContext().aws_request_id,
        }
        event = {"rawPath": path, "requestContext": context, "body": body, "isBase64Encoded": False}
        answer = handler(event, LambdaContext(), issuing)
        return answer["statusCode"], answer["body"]

    with a_url(answering) as url:
        yield FunctionUrlIssuer(url=url, session=session())


@pytest.mark.parametrize(
    ("audience", "name", "grant"),
    [(LinkRole.STAFF, "Zoë", None), (LinkRole.PLATFORM, "crm", Grant(frozenset(Scope), ("shop-*", "bakery")))],
)
def test_a_token_names_its_caller(
    issuer: LinkIssuer, rows: Rows, audience: LinkRole, name: str, grant: Grant | None
) -> None:
    claims = read(issuer.token(audience, name, AN_HOUR, grant))[0]

    assert (claims.role, claims.subject, claims.by, claims.grant) == (audience, name, STAFF, grant)
    assert [one.kind for one in rows.told(SYSTEM)] == ["link_made"]


def test_what_makes_no_link_is_refused_by_field(issuer: LinkIssuer, rows: Rows) -> None:
    with pytest.raises(InvalidInput) as refused:
        issuer.token(LinkRole.STAFF, "\u202e", AN_HOUR)

    assert [field for field, _ in refused.value.errors] == ["name"]
    assert rows.entries == {}


@pytest.mark.parametrize(
    ("status", "body", "error", "says"),
    [
        (403, '{"Message":"Forbidden"}', PermissionDenied, "Forbidden"),
        (403, "", PermissionDenied, "lambda:InvokeFunctionUrl"),
        (403, json.dumps({"detail": "not by its URL", "errors": []}), PermissionDenied, "not by its URL"),
        (404, json.dumps({"detail": "no such address"}), RequestRejected, "no such address"),
        (429, '{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded"}', Unavailable, "429"),
        (500, "<html>", Unavailable, "500"),
        (502, "Internal Server Error", Unavailable, "502"),
        (503, json.dumps({"detail": "others kept writing"}), Unavailable, "others kept writing"),
        (200, "[]", Unavailable, "200"),
    ],
)
def test_each_refusal_has_its_error(status: int, body: str, error: type[ServiceError], says: str) -> None:
    with a_url(lambda *_: (status, body)) as url, pytest.raises(error, match=says):
        FunctionUrlIssuer(url=url, session=session()).token(LinkRole.STAFF, "Sam", AN_HOUR)


def test_a_function_that_does_not_answer_is_unavailable() -> None:
    with a_url(lambda *_: (200, "")) as url:
        gone = url
    with pytest.raises(Unavailable, match="making a link"):
        FunctionUrlIssuer(url=gone, session=session()).token(LinkRole.STAFF, "Sam", AN_HOUR)


@pytest.mark.parametrize(("slow", "says"), [(1, ""), (9, "making a link: Read timeout")])
def test_a_function_that_is_slow_to_start_is_asked_once_more(slow: int, says: str) -> None:
    asked: list[str] = []
    over = Event()

    def answering(path: str, *_: Any) -> tuple[int, str]:
        asked.append(path)
        if len(asked) <= slow:
            over.wait(30)
        return 201, json.dumps({"token": "t"})

    with a_url(answering) as url:
        try:
            issuer = FunctionUrlIssuer(url=url, session=session(), seconds=(3, 0.2))
            with pytest.raises(Unavailable, match=says) if says else nullcontext():
                assert issuer.token(LinkRole.STAFF, "Sam", AN_HOUR) == "t"
        finally:
            over.set()
    assert len(asked) == 2


def test_without_credentials_no_request_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")

    with pytest.raises(Unavailable, match="credentials"):
        FunctionUrlIssuer(url="http://127.0.0.1:1/", session=in_a_region()).token(LinkRole.STAFF, "Sam", AN_HOUR)
