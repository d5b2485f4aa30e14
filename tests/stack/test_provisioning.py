"""A host platform lives with the provisioning API under enforced IAM, by the client of docs/integrate.md; and what its
role does not let the function do."""

import json
import re
import smtplib
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from email.message import EmailMessage
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError
from tests.stack.conftest import Stack, _environment, eventually
from tests.stack.test_least_privilege import _as_the_role_of
from tests.stack.web import Web
from tests.test_integrate import PROVISIONER, defined

from permille.aws.client import ACCOUNT_TAG
from permille_cli.project import PROJECT

Call = Callable[..., dict[str, Any]]
OTHERS = "arn:aws:iam::aws:policy/AdministratorAccess"


def the_policy_of_the_page(stack: Stack) -> str:
    """What a program needs, as docs/integrate.md says it."""
    page = (PROJECT / "docs" / "integrate.md").read_text(encoding="utf-8")
    (policy,) = [block for block in re.findall(r"```json\n(.*?)```", page, re.S) if "InvokeFunctionUrl" in block]
    named = {"ACCOUNT": stack.account_id, "REGION": stack.region}
    named["permille-Provisioning-*"] = stack.outputs["ProvisioningFunctionName"]
    return re.sub("|".join(map(re.escape, named)), lambda found: named[found[0]], policy)


@pytest.fixture(scope="module")
def platform(stack: Stack) -> dict[str, str]:
    """The environment of a program that may call the URL, and nothing else."""
    iam, name = stack.client("iam"), f"crm-{uuid.uuid4().hex[:6]}"
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=the_policy_of_the_page(stack))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        "AWS_DEFAULT_REGION": stack.region,
        "NAME": name,
    }


@pytest.fixture
def call(stack: Stack, platform: dict[str, str]) -> Iterator[Call]:
    sample: Call = defined(PROVISIONER)["call"]

    def called(method: str, path: str, body: dict[str, Any], key: str = "") -> dict[str, Any]:
        return sample(stack.outputs["ProvisioningUrl"], method, path, body, key or uuid.uuid4().hex)

    with _environment({name: value for name, value in platform.items() if name.startswith("AWS_")}):
        yield called


def a_request(account_id: str) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "owner_email": f"owner@{account_id}.example",
        "owner_name": "Bea",
        "identities": [f"{account_id}.example"],
    }


def a_mail(account_id: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"news@{account_id}.example", "reader@inbox.example", "Bread"
    mail.set_content("Bread.")
    return mail


def may_log_in(stack: Stack, smtp: dict[str, Any]) -> bool:
    try:
        stack.session(smtp["username"], smtp["password"]).quit()
    except smtplib.SMTPAuthenticationError:
        return False
    return True


def test_an_account_is_created_sends_is_changed_shown_and_closed(
    stack: Stack, platform: dict[str, str], call: Call
) -> None:
    account_id, key = f"host-{uuid.uuid4().hex[:6]}", uuid.uuid4().hex
    whose = f"arn:aws:iam::{stack.account_id}:user/{platform['NAME']}"

    created = call("POST", "/accounts", a_request(account_id), key)
    assert f"{created['smtp']['host']}:{created['smtp']['port']}" == stack.outputs["SmtpEndpoint"]
    with stack.session(created["smtp"]["username"], created["smtp"]["password"]) as session:
        session.send_message(a_mail(account_id))
    shown = eventually(lambda: (one := stack.answer("account", "show", account_id))["window"]["delivered"] and one)
    assert (shown["window"]["delivered"], shown["is_complete"]) == (1, True)

    again = call("POST", "/accounts", a_request(account_id), key)
    assert again == {**created, "smtp": {**created["smtp"], "username": None, "password": None}}
    assert created["smtp"]["password"] not in json.dumps(
        stack.client("dynamodb").scan(TableName=stack.outputs["IdempotencyTable"])["Items"]
    )

    body = {"owner_name": "Flo", "add_identities": [f"more-{account_id}.example"], "reason": "They sold the shop"}
    changed = call("PATCH", f"/accounts/{account_id}", body)
    assert sorted(changed["changed"]) == ["identities", "owner_name"]

    link = call("POST", f"/accounts/{account_id}/owner-links", {"hours": 1})["link"]
    report = Web(stack).follows(link)
    assert (report.status, "Flo" in report.body or account_id in report.body) == (200, True)

    renewed = call("POST", f"/accounts/{account_id}/credential", {})["smtp"]
    assert may_log_in(stack, renewed)

    with pytest.raises(RuntimeError, match=r"409: .*can never be enabled again"):
        call("POST", f"/accounts/{account_id}/close", {"reason": "They left"})
    closed = call("POST", f"/accounts/{account_id}/close", {"reason": "They left", "confirmed": True})
    assert (closed["status"], closed["deleted_senders"]) == ("closed", [f"permille-{account_id}"])
    assert not may_log_in(stack, renewed)
    told = {entry["kind"]: entry["facts"].get("by") for entry in stack.answer("timeline", account_id)["entries"]}
    assert {told[kind] for kind in ("created", "owner_changed", "identities_changed", "closed")} == {whose}


def test_a_user_that_it_makes_can_do_nothing_but_send_whatever_its_policies_allow(stack: Stack, call: Call) -> None:
    account_id = f"host-{uuid.uuid4().hex[:6]}"
    smtp = call("POST", "/accounts", a_request(account_id))["smtp"]
    user, iam = f"permille-{account_id}", stack.client("iam")
    boundary = iam.get_user(UserName=user)["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"]

    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_user_policy(UserName=user, PolicyName="more", PolicyDocument=json.dumps(everything))
    secret = iam.create_access_key(UserName=user)["AccessKey"]
    with stack.session(smtp["username"], smtp["password"]) as session:
        session.send_message(a_mail(account_id))

    assert boundary == stack.outputs["SenderBoundaryArn"]
    for service, operation in (("iam", "list_users"), ("dynamodb", "list_tables"), ("sesv2", "list_email_identities")):
        client = stack.client(service, secret["AccessKeyId"], secret["SecretAccessKey"])
        with pytest.raises(ClientError, match="AccessDenied"):
            getattr(client, operation)()


def test_who_may_not_call_the_url_is_refused_by_aws(stack: Stack) -> None:
    address = urlsplit(stack.outputs["ProvisioningUrl"])
    connection = HTTPConnection(address.hostname or "", address.port or 80, timeout=30)
    try:
        body = json.dumps(a_request("nobody"))
        connection.request(
            "POST", f"{address.path}provisioning/v1/accounts", body, {"content-type": "application/json"}
        )
        assert connection.getresponse().status == 403
    finally:
        connection.close()


# ---------------------------------------------------------------- what its role does not allow

Attempt = Callable[[Stack, Any], Any]
ANYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})


def _tags(stack: Stack) -> list[dict[str, str]]:
    return [{"Key": ACCOUNT_TAG, "Value": f"{stack.name}/{stack.region}/x"}]


ATTEMPTS: dict[str, Attempt] = {
    "a user without the boundary": lambda stack, iam: iam.create_user(UserName="permille-free", Tags=_tags(stack)),
    "a user with another boundary": lambda stack, iam: iam.create_user(
        UserName="permille-free", Tags=_tags(stack), PermissionsBoundary=OTHERS
    ),
    "a user outside the pattern": lambda stack, iam: iam.create_user(
        UserName="administrator", Tags=_tags(stack), PermissionsBoundary=stack.outputs["SenderBoundaryArn"]
    ),
    "a policy of a user without the boundary": lambda _, iam: iam.put_user_policy(
        UserName="permille-unbounded", PolicyName="p", PolicyDocument=ANYTHING
    ),
    "a policy of a user outside the pattern": lambda _, iam: iam.put_user_policy(
        UserName="the-operator", PolicyName="p", PolicyDocument=ANYTHING
    ),
    "another boundary": lambda _, iam: iam.put_user_permissions_boundary(
        UserName="permille-unbounded", PermissionsBoundary=OTHERS
    ),
    "no boundary": lambda _, iam: iam.delete_user_permissions_boundary(UserName="permille-unbounded"),
    "a key of a user that it did not make": lambda _, iam: iam.create_access_key(UserName="permille-unbounded"),
    "a key outside the pattern": lambda _, iam: iam.create_access_key(UserName="the-operator"),
    "a user that it did not make, gone": lambda _, iam: iam.delete_user(UserName="permille-unbounded"),
    "a managed policy": lambda _, iam: iam.attach_user_policy(UserName="permille-unbounded", PolicyArn=OTHERS),
    "a password for the console": lambda _, iam: iam.create_login_profile(UserName="permille-x", Password="x" * 20),
    "a role": lambda _, iam: iam.create_role(RoleName="permille-x", AssumeRolePolicyDocument="{}"),
    "the boundary's policy": lambda stack, iam: iam.create_policy_version(
        PolicyArn=stack.outputs["SenderBoundaryArn"], PolicyDocument=ANYTHING, SetAsDefault=True
    ),
    "another group": lambda _, iam: iam.add_user_to_group(GroupName="administrators", UserName="the-operator"),
}


@pytest.mark.parametrize("what", ATTEMPTS)
def test_its_role_gives_no_rights_but_those_of_a_sender(stack: Stack, what: str) -> None:
    iam = stack.client("iam")
    for name in ("permille-unbounded", "the-operator"):
        with suppress(iam.exceptions.EntityAlreadyExistsException):
            iam.create_user(UserName=name)
    as_the_function = _as_the_role_of(stack, stack.outputs["ProvisioningFunctionName"])("iam")

    with pytest.raises(ClientError) as refused:
        ATTEMPTS[what](stack, as_the_function)

    assert refused.value.response["Error"]["Code"] == "AccessDenied"


def test_the_same_within_the_boundary_and_the_pattern_is_allowed(stack: Stack) -> None:
    """So that each attempt above is refused for what is wrong with it."""
    iam = _as_the_role_of(stack, stack.outputs["ProvisioningFunctionName"])("iam")
    name, boundary = f"permille-try-{uuid.uuid4().hex[:6]}", stack.outputs["SenderBoundaryArn"]
    tags = [{"Key": ACCOUNT_TAG, "Value": f"{stack.name}/{stack.region}/try"}]

    iam.create_user(UserName=name, Tags=tags, PermissionsBoundary=boundary)
    iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=boundary)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=ANYTHING)
    key = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
    iam.delete_access_key(UserName=name, AccessKeyId=key)
    iam.delete_user_policy(UserName=name, PolicyName="p")
    iam.delete_user(UserName=name)
