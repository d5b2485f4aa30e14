"""Access, from the function URL's event to the token and the rows that tell of it."""

import json
from base64 import b64encode
from typing import Any

import pytest
from functions.access.app import handler
from tests.functions.conftest import Cloud
from tests.support.builders import STAFF, LambdaContext
from tests.support.fakes import FakeLinkRegister, FakeTokenSigner, Rows

from permille.bootstrap.access import access_services
from permille.bootstrap.clock import clock
from permille.domain.login.links import Claims, Grant, Scope
from permille.domain.timeline.timeline import SYSTEM
from permille.usecases.login.access import authenticate
from permille.usecases.login.iam_caller import principal_of
from permille.usecases.login.issue_links import IssueServices

FOR_STAFF = {"audience": "staff", "name": "Sam", "seconds": 3600}
FOR_PLATFORM = {"audience": "platform", "name": "crm", "seconds": 60, "scopes": ["read"], "accounts": ["shop-*"]}


def asked(body: Any, **other: Any) -> dict[str, Any]:
    """A function URL's event, as AWS documents it for `AuthType: AWS_IAM`."""
    return {
        "version": "2.0",
        "rawPath": "/links",
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "accountId": "123456789012",
            "authorizer": {"iam": {"accessKey": "AKIA", "accountId": "123456789012", "userArn": STAFF}},
            "http": {"method": "POST", "path": "/links", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
            "requestId": LambdaContext().aws_request_id,
        },
        "body": body if isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
        **other,
    }


@pytest.fixture
def rows() -> Rows:
    return Rows()


@pytest.fixture
def fakes(rows: Rows) -> IssueServices:
    return IssueServices(FakeTokenSigner(), FakeLinkRegister(rows))


def answered(event: dict[str, Any], services: IssueServices | None = None) -> tuple[int, dict[str, Any]]:
    """Without `services` by the adapters."""
    answer = handler(event, LambdaContext(), services)
    assert answer["headers"]["Cache-Control"] == "no-store"
    return answer["statusCode"], json.loads(answer["body"])


def let_in(cloud: Cloud, token: str) -> Claims:
    issuing = access_services()
    return authenticate(token, issuing.signer, cloud.accounts, issuing.register, clock())[0]


@pytest.mark.parametrize(
    ("body", "grant"), [(FOR_STAFF, None), (FOR_PLATFORM, Grant(frozenset({Scope.READ}), ("shop-*",)))]
)
def test_a_token_names_its_holder_and_so_does_the_timeline(
    cloud: Cloud, body: dict[str, Any], grant: Grant | None
) -> None:
    status, answer = answered(asked(body))

    claims = let_in(cloud, answer["token"])
    assert (status, claims.subject, claims.by, claims.grant) == (201, body["name"], STAFF, grant)
    assert answer["expires_at"] == claims.expires_at.isoformat()
    [row] = cloud.rows("TimelineTable")
    assert (row["account_id"]["S"], row["kind"]["S"]) == ("#system", "link_made")
    assert json.loads(row["facts"]["S"])["by"] == STAFF


def test_a_body_in_base64_is_read(cloud: Cloud) -> None:
    encoded = b64encode(json.dumps(FOR_STAFF).encode()).decode()

    assert answered(asked(encoded, isBase64Encoded=True))[0] == 201


@pytest.mark.parametrize(
    "asking",
    [
        {},
        {"authorizer": None},
        {"authorizer": {"iam": None}},
        {"authorizer": {"iam": {"userArn": ""}}},
        {"authorizer": {"iam": {"userArn": STAFF}}, "requestId": "another invocation's"},
        {"authorizer": {"iam": {"userArn": STAFF}}},
    ],
)
def test_a_caller_that_iam_did_not_authenticate_is_refused(
    fakes: IssueServices, rows: Rows, asking: dict[str, Any]
) -> None:
    event = asked(FOR_STAFF) | {"requestContext": {"http": {"method": "POST"}, **asking}}

    status, answer = answered(event, fakes)

    assert (status, "token" in answer) == (403, False)
    assert rows.told(SYSTEM) == []


@pytest.mark.parametrize(
    ("arn", "principal"),
    [
        ("arn:aws:iam::1:user/ops/eva", "arn:aws:iam::1:user/ops/eva"),
        ("arn:aws:sts::1:assumed-role/crm/i-0abc", "arn:aws:sts::1:assumed-role/crm"),
        ("arn:aws:sts::1:assumed-role/crm/a/b", "arn:aws:sts::1:assumed-role/crm"),
        ("arn:aws:iam::1:root", "arn:aws:iam::1:root"),
    ],
)
def test_a_role_is_one_caller_whatever_its_sessions_are_called(arn: str, principal: str) -> None:
    assert principal_of(arn) == principal


def test_an_event_that_is_no_request_is_refused(fakes: IssueServices) -> None:
    assert answered({}, fakes)[0] == 403


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ("", 400, ""),
        ("[]", 400, ""),
        ("[" * 100_000, 400, ""),
        ({}, 422, "audience"),
        (FOR_STAFF | {"audience": "owner"}, 422, "audience"),
        (FOR_STAFF | {"audience": 1}, 422, "audience"),
        (FOR_STAFF | {"name": ""}, 422, "name"),
        (FOR_STAFF | {"name": "a\u202eb"}, 422, "name"),
        (FOR_STAFF | {"name": None}, 422, "name"),
        (FOR_STAFF | {"seconds": 86401}, 422, "seconds"),
        (FOR_STAFF | {"seconds": 0}, 422, "seconds"),
        (FOR_STAFF | {"seconds": True}, 422, "seconds"),
        (FOR_STAFF | {"seconds": 1.5}, 422, "seconds"),
        (FOR_STAFF | {"seconds": 10**30}, 422, "seconds"),
        (FOR_PLATFORM | {"seconds": 367 * 86400}, 422, "seconds"),
        (FOR_PLATFORM | {"scopes": []}, 422, "scopes"),
        (FOR_PLATFORM | {"scopes": ["all"]}, 422, "scopes"),
        (FOR_PLATFORM | {"scopes": "read"}, 422, "scopes"),
        (FOR_PLATFORM | {"scopes": [1]}, 422, "scopes"),
        (FOR_PLATFORM | {"accounts": []}, 422, "accounts"),
        (FOR_PLATFORM | {"accounts": ["**"]}, 422, "accounts"),
        (FOR_PLATFORM | {"accounts": None}, 422, "accounts"),
    ],
    ids=str,
)
def test_an_invalid_field_is_named_and_no_link_is_issued(
    fakes: IssueServices, rows: Rows, body: Any, status: int, field: str
) -> None:
    told, answer = answered(asked(body), fakes)

    assert (told, [one["field"] for one in answer["errors"]]) == (status, [field])
    assert rows.told(SYSTEM) == []


@pytest.mark.parametrize(("method", "path"), [("GET", "/links"), ("POST", "/"), ("POST", "/links/")])
def test_there_is_one_address(fakes: IssueServices, method: str, path: str) -> None:
    event = asked(FOR_STAFF, rawPath=path)
    event["requestContext"]["http"]["method"] = method

    assert answered(event, fakes)[0] == 404


def test_no_link_is_issued_if_the_key_cannot_be_used(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAFF_LINK_KEY", "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000000")

    status, answer = answered(asked(FOR_STAFF))

    assert (status >= 500, "token" in answer) == (True, False)
    assert cloud.rows("TimelineTable") == []
