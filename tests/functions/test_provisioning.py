"""Provisioning, from the function URL's event to rows, users and keys."""

import json
from dataclasses import replace
from typing import Any

import boto3
import pytest
from functions.provisioning.app import handler
from tests.aws.test_identities import Ses
from tests.functions.conftest import ENVIRONMENT, Cloud
from tests.support.asked import asking
from tests.support.builders import LambdaContext
from tests.support.function_url import url_event
from tests.support.iam import statements
from tests.support.provisioning import ACCOUNTS, BAKERY, CRM
from tests.support.wire import Wire

from permille.aws.iam_users import IamSenderUsers
from permille.aws.identities import SesIdentities
from permille.bootstrap.provisioning import provisioning_services
from permille.console.api.provisioning_context import ProvisioningServices
from permille.domain.values.status import Status

USER, BOUNDARY = "permille-bakery", ENVIRONMENT["SENDER_BOUNDARY"]


def asked(path: str, body: Any, method: str = "POST", **headers: str) -> dict[str, Any]:
    """A request as AWS passes it on, after it has checked who signed it."""
    event = url_event(method, f"{ACCOUNTS}{path}", {"content-type": "application/json", **headers}, body)
    event["requestContext"] |= {
        "requestId": LambdaContext().aws_request_id,
        "authorizer": {"iam": {"userArn": CRM}},
    }
    return event


@pytest.fixture
def services(cloud: Cloud) -> ProvisioningServices:
    return _of_a_new_environment()


def _of_a_new_environment() -> ProvisioningServices:
    """From the environment, with what moto lacks: SES's answers, and boundaries of users."""
    made = provisioning_services(LambdaContext())
    ses, iam = boto3.client("sesv2"), boto3.client("iam")
    Ses(ses)
    Wire(iam).answer("PutUserPermissionsBoundary", {}, times=9)
    users = IamSenderUsers(boundary=BOUNDARY, iam=iam, pause=lambda _: None)
    onboarding = replace(made.onboarding, identities=SesIdentities(ses=ses), users=users, pause=lambda _: None)
    changing = replace(made.changing, onboarding=onboarding, pause=lambda _: None)
    renewing = replace(made.renewing, users=users, pause=lambda _: None)
    return replace(made, changing=changing, renewing=renewing)


def answered(services: ProvisioningServices | None, event: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = handler(event, LambdaContext(), services)
    return answer["statusCode"], json.loads(answer["body"])


def test_an_account_is_created_changed_and_closed(cloud: Cloud, services: ProvisioningServices) -> None:
    status, created = answered(services, asked("", BAKERY, **{"idempotency-key": "k-1"}))
    assert (status, created["sender"]) == (200, USER)
    assert cloud.status_of(USER) == (["Active"], [])
    (key,) = cloud.iam.list_access_keys(UserName=USER)["AccessKeyMetadata"]
    assert (created["smtp"]["username"], len(created["smtp"]["password"])) == (key["AccessKeyId"], 44)

    _, again = answered(services, asked("", BAKERY, **{"idempotency-key": "k-1"}))
    assert again == {**created, "smtp": {**created["smtp"], "username": None, "password": None}}
    assert created["smtp"]["password"] not in json.dumps(cloud.rows("IdempotencyTable"))

    body = {"owner_name": "Flo", "add_identities": ["bread.example"], "reason": "They sold the shop"}
    status, changed = answered(services, asked("/bakery", body, "PATCH"))
    assert (status, sorted(changed["changed"])) == (200, ["identities", "owner_name"])

    status, renewed = answered(services, asked("/bakery/credential", {}))
    assert (status, renewed["smtp"]["username"] != key["AccessKeyId"]) == (200, True)

    status, link = answered(services, asked("/bakery/owner-links", {"hours": 1}))
    assert (status, link["link"].startswith("https://console.example/enter?token=")) == (200, True)

    status, closed = answered(services, asked("/bakery/close", {"reason": "They left", "confirmed": True}))
    assert (status, closed["deleted_senders"]) == (200, [USER])
    assert [user["UserName"] for user in cloud.iam.list_users()["Users"]] == []
    assert {row["account_id"]["S"]: row["status"]["S"] for row in cloud.rows("AccountsTable")} == {"bakery": "closed"}


def test_its_role_allows_what_it_asks_of_aws_and_nothing_else(cloud: Cloud) -> None:
    """IAM and SES as the story above uses them; of DynamoDB test_roles.py knows more."""
    with asking() as found:
        services = _of_a_new_environment()
        services.onboarding.identities.create("bread.example", "another-set")
        assert answered(services, asked("", BAKERY | {"identities": ["bread.example"]}))[0] == 200
        _is(services, adding_run="request before")  # it was killed before it had answered
        assert answered(services, asked("", BAKERY | {"identities": ["bread.example"]}))[0] == 200
        story = [
            asked("/bakery", {"add_identities": ["bakery.example"], "reason": "R"}, "PATCH"),
            asked("/bakery/credential", {"grace_hours": 1}),
            asked("/bakery/credential", {"lost": True}),
            asked("/bakery/owner-links", {}),
        ]
        assert [answered(services, event)[0] for event in story] == [200] * len(story)
        cloud.iam.add_user_to_group(GroupName=ENVIRONMENT["DENY_GROUP"], UserName=USER)
        _is(services, status=Status.DISABLED)
        assert answered(services, asked("/bakery/credential", {"lost": True}))[0] == 200
        assert answered(services, asked("/bakery/close", {"reason": "They left", "confirmed": True}))[0] == 200

    needed = {one for one in found.actions if one.partition(":")[0] in ("iam", "ses", "kms")} - {"iam:AddUserToGroup"}
    listed = [
        action if isinstance(action, list) else [action]
        for action in (one["Action"] for one in statements("Provisioning"))
    ]
    allowed = {action for actions in listed for action in actions if action.partition(":")[0] in ("iam", "ses", "kms")}
    assert allowed == needed | {"iam:TagUser"}  # a user is made with a tag


def _is(services: ProvisioningServices, **different: Any) -> None:
    account = services.onboarding.accounts.get("bakery")
    assert account
    services.onboarding.accounts.save(account, replace(account, **different), [])


def test_who_invokes_the_function_past_its_url_is_refused(cloud: Cloud, services: ProvisioningServices) -> None:
    event = asked("", BAKERY)
    event["requestContext"]["requestId"] = "another"

    status, problem = answered(services, event)

    assert (status, problem["detail"]) == (403, "call the URL of the function: AWS authenticates callers there only")
    assert cloud.rows("AccountsTable") == []


def test_it_works_with_its_environment_alone(cloud: Cloud) -> None:
    status, problem = answered(None, asked("", {}))

    assert (status, [one["field"] for one in problem["errors"]]) == (
        422,
        ["body.account_id", "body.owner_email", "body.identities"],
    )
