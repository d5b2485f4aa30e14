"""Links, on the deployed stack: who may make them, and that the console opens to them and to nothing else."""

import json
import re
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError
from tests.stack.accounts import Business, a_business
from tests.stack.conftest import Stack, eventually
from tests.stack.web import Web

from permille.aws.token_signer import KmsTokenSigner
from permille.bootstrap.clock import clock
from permille.domain.login import links
from permille.domain.login.links import LinkRole
from permille.domain.values.errors import PermissionDenied
from permille.usecases.login.access import make_token

INVOKING = ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"]
AS_HEADER = "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0"


@pytest.fixture(scope="module")
def business(stack: Stack) -> Business:
    return a_business(stack)


@pytest.fixture
def web(stack: Stack) -> Web:
    return Web(stack)


def test_the_link_in_a_mail_opens_the_report(stack: Stack, web: Web) -> None:
    business = a_business(stack)
    business.send(1, complaints=1)
    [mail] = eventually(business.mails)
    body = mail.get_body(("plain",))
    assert body is not None

    [link] = re.findall(rf"{re.escape(web.origin)}/enter\S+", body.get_content())

    assert web.follows(link).status == 200
    assert f"{web.origin}/guide" in body.get_content()


def test_the_operator_makes_links_and_revokes_them(business: Business, stack: Stack, web: Web) -> None:
    report, desk = f"/report/{business.id}", "/desk"
    web.follows(stack.answer("link", "owner", business.id)["link"])
    web.follows(stack.answer("link", "staff", "--name", "Sam")["link"])
    others = Web(stack)
    others.follows(stack.answer("link", "staff", "--name", "Pat")["link"])
    assert [web.get(path).status for path in (report, desk)] == [200, 200]

    stack.answer("link", "revoke", "owner", business.id, "--reason", "The mail was forwarded")
    stack.answer("link", "revoke", "staff", "--name", "Sam", "--reason", "Sam has left")

    assert [web.get(path).status for path in (report, desk)] == [401, 401]
    assert others.get(desk).status == 200
    assert business.timeline()[-1]["kind"] == "links_revoked"
    assert web.follows(stack.answer("link", "owner", business.id)["link"]).status == 200
    assert web.follows(stack.answer("link", "staff", "--name", "Sam")["link"]).status == 200
    stack.answer("link", "revoke", "staff", "--reason", "All of them")
    assert [one.get(desk).status for one in (web, others)] == [401, 401]


def test_a_platforms_token_opens_the_api_until_it_is_revoked(business: Business, stack: Stack, web: Web) -> None:
    web.token = stack.answer("link", "platform", "--name", "crm")["token"]
    path = f"/api/v1/accounts/{business.id}"
    assert web.get(path).status == 200

    stack.answer("link", "revoke", "platform", "--name", "crm", "--reason", "The token leaked")

    assert web.get(path).status == 401


# ---------------------------------------------------------------- who may make them


def a_user(stack: Stack, name: str, actions: list[str]) -> dict[str, str]:
    """The environment of an IAM user who may do all that on everything."""
    iam = stack.client("iam")
    iam.create_user(UserName=name)
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}}
    iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def client(stack: Stack, user: dict[str, str], service: str) -> Any:
    return stack.client(service, user["AWS_ACCESS_KEY_ID"], user["AWS_SECRET_ACCESS_KEY"])


def test_whoever_may_invoke_the_functions_url_makes_links_under_their_own_name(stack: Stack, web: Web) -> None:
    eva = a_user(stack, "eva", [*INVOKING, "cloudformation:DescribeStacks"])

    link = stack.with_env(**eva).answer("link", "staff", "--name", "Evas desk")["link"]

    assert web.follows(link).status == 200
    told = [
        one for one in stack.answer("timeline", "--system")["entries"] if one["facts"].get("subject") == "Evas desk"
    ]
    assert [(one["kind"], one["facts"]["by"]) for one in told] == [
        ("link_made", f"arn:aws:iam::{stack.account_id}:user/eva")
    ]


def test_no_right_of_kms_makes_one(stack: Stack, web: Web) -> None:
    """The emulator looks at the keys' policies as AWS does."""
    mallory = a_user(stack, "mallory", ["kms:*", "dynamodb:*", "cloudformation:DescribeStacks"])
    kms = client(stack, mallory, "kms")
    key, token_key = stack.outputs["StaffLinkKeyArn"], stack.outputs["PlatformTokenKeyArn"]
    whose = f"arn:aws:iam::{stack.account_id}:user/mallory"
    signer = KmsTokenSigner(staff_key=key, platform_key=token_key, kms=kms)

    for audience in (LinkRole.STAFF, LinkRole.PLATFORM):
        with pytest.raises(PermissionDenied):
            signer.sign(audience, b"header.payload")
    for one in (key, token_key):
        with pytest.raises(ClientError, match="AccessDenied"):
            kms.put_key_policy(KeyId=one, PolicyName="default", Policy="{}")
        with pytest.raises(ClientError, match="AccessDenied"):
            kms.create_grant(KeyId=one, GranteePrincipal=whose, Operations=["GenerateMac"])
        assert kms.describe_key(KeyId=one)["KeyMetadata"]["Enabled"]
    refused = stack.with_env(**mallory).run("link", "staff", "--name", "Mallory")
    assert (refused.returncode, "AWS does not allow it" in refused.stderr) == (1, True)
    assert web.get("/desk").status == 401


def test_the_key_of_owners_links_makes_none_for_staff(stack: Stack, web: Web) -> None:
    """Whoever may make owners' links, as Notify may, signs for staff in vain."""
    forged = make_token(
        KmsTokenSigner(staff_key=stack.outputs["OwnerLinkKeyArn"], kms=stack.client("kms")),
        links.new_claims(LinkRole.STAFF, "Sam", clock(), by="arn:aws:iam::1:user/x"),
    )

    assert web.get(f"/enter?token={forged}").status == 401


@pytest.mark.parametrize("authorization", ["", "Bearer x", AS_HEADER])
def test_without_a_signature_that_aws_knows_the_function_is_not_asked(stack: Stack, authorization: str) -> None:
    address = urlsplit(stack.outputs["AccessUrl"])
    connection = HTTPConnection(address.hostname or "", address.port or 80, timeout=30)
    body = json.dumps({"audience": "staff", "name": "Mallory", "seconds": 60})
    try:
        connection.request("POST", f"{address.path}links", body, {"authorization": authorization})
        assert connection.getresponse().status == 403
    finally:
        connection.close()


def test_whoever_invokes_the_function_past_its_url_cannot_say_who_asks(stack: Stack) -> None:
    mallory = a_user(stack, "mallory-of-lambda", ["lambda:*"])
    event = {
        "version": "2.0",
        "rawPath": "/links",
        "requestContext": {
            "authorizer": {"iam": {"userArn": f"arn:aws:iam::{stack.account_id}:user/eva"}},
            "http": {"method": "POST", "path": "/links"},
            "requestId": "5a1b7c39-0000-4000-8000-000000000001",
        },
        "body": json.dumps({"audience": "staff", "name": "Eva", "seconds": 60}),
    }

    answer = client(stack, mallory, "lambda").invoke(
        FunctionName=stack.outputs["AccessFunctionName"], Payload=json.dumps(event)
    )

    answered = json.loads(answer["Payload"].read())
    assert answered["statusCode"] == 403
    assert "token" not in answered["body"]


def test_an_owner_whose_link_has_expired_has_a_new_one_mailed(stack: Stack, web: Web) -> None:
    business = a_business(stack)
    over = stack.answer("link", "owner", business.id, "--days", "0.000001")["link"].removeprefix(web.origin)
    page = web.get(over)
    assert (page.status, "Send me a new link" in page.body) == (401, True)

    for _ in range(2):
        assert web.sends("/enter/new-link", token=over.partition("=")[2]).status == 200

    [mail] = eventually(business.mails)
    body = mail.get_body(("plain",))
    assert body is not None
    [link] = re.findall(rf"{re.escape(web.origin)}/enter\S+", body.get_content())
    assert web.follows(link).status == 200
    assert [entry["kind"] for entry in business.timeline()] == ["created", "link_requested"]
