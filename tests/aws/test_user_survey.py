"""All IAM users with their policies, as a survey reads them."""

import json
from typing import Any
from urllib.parse import quote

import boto3
import pytest
from tests.support.operator_fakes import FakeIamUsers, FakeUserSurvey, KnownUser
from tests.support.wire import Wire

from permille.aws.user_survey import IamUserSurvey
from permille.domain.values.errors import ServiceError
from permille.ports.iam_users import AppliedPolicy
from permille.ports.user_survey import SurveyedUser, UserSurvey

USER, GROUP = "smtp-old", "mailers"
MAY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": "*"}],
}


@pytest.fixture
def iam(aws: None) -> Any:
    return boto3.client("iam")


@pytest.fixture(params=["fake", "iam"])
def survey(request: pytest.FixtureRequest) -> UserSurvey:
    """Of an AWS account with one user, who is in a group, and another who is a person."""
    if request.param == "fake":
        known = KnownUser(
            policies={"own": MAY, "managed": MAY}, groups={GROUP}, path="/mail/", tags={"purpose": "mail"}
        )
        person = KnownUser(has_password=True, has_mfa=True)
        return FakeUserSurvey(FakeIamUsers({USER: known, "ann": person}, of_groups={GROUP: {"of-group": MAY}}))
    iam = request.getfixturevalue("iam")
    fill(iam)
    return IamUserSurvey(iam=iam)


def fill(iam: Any) -> None:
    document = json.dumps(MAY)
    managed = iam.create_policy(PolicyName="managed", PolicyDocument=document)["Policy"]["Arn"]
    tags = [{"Key": "purpose", "Value": "mail"}]
    iam.create_user(UserName=USER, Path="/mail/", Tags=tags)
    iam.put_user_policy(UserName=USER, PolicyName="own", PolicyDocument=document)
    iam.attach_user_policy(UserName=USER, PolicyArn=managed)
    iam.create_group(GroupName=GROUP)
    iam.put_group_policy(GroupName=GROUP, PolicyName="of-group", PolicyDocument=document)
    iam.add_user_to_group(GroupName=GROUP, UserName=USER)
    iam.create_user(UserName="ann")
    iam.create_login_profile(UserName="ann", Password="Correct-horse-1")
    iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")
    serial = iam.list_virtual_mfa_devices()["VirtualMFADevices"][0]["SerialNumber"]
    iam.enable_mfa_device(
        UserName="ann", SerialNumber=serial, AuthenticationCode1="123456", AuthenticationCode2="654321"
    )


def found(survey: UserSurvey) -> dict[str, SurveyedUser]:
    return {user.name: user for user in survey.all()}


def test_a_user_has_its_path_tags_and_groups(survey: UserSurvey) -> None:
    user = found(survey)[USER]

    assert (user.path, user.tags, user.groups) == ("/mail/", {"purpose": "mail"}, frozenset({GROUP}))
    assert set(found(survey)) == {USER, "ann"}


def test_a_user_has_its_own_policies_and_those_of_its_groups(survey: UserSurvey) -> None:
    user = found(survey)[USER]

    assert list(user.policies) == [AppliedPolicy("policy own", MAY), AppliedPolicy("policy managed", MAY)]
    assert user.of_groups == {GROUP: [AppliedPolicy(f"policy of-group of group {GROUP}", MAY)]}


def test_a_user_without_anything_has_nothing(survey: UserSurvey) -> None:
    assert found(survey)["ann"] == SurveyedUser("ann", policies=[], of_groups={})


def test_who_can_sign_in_is_known(survey: UserSurvey) -> None:
    assert (survey.has_password("ann"), survey.has_password(USER)) == (True, False)
    assert (survey.has_mfa("ann"), survey.has_mfa(USER)) == (True, False)


QUOTED = quote(json.dumps(MAY))  # as IAM returns it
BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"
BOUNDED = {
    "UserName": USER,
    "Path": "/",
    "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": BOUNDARY},
    "AttachedManagedPolicies": [{"PolicyName": "boundary", "PolicyArn": BOUNDARY}],
}


@pytest.mark.parametrize("is_listed", [True, False])
def test_a_managed_policy_is_read_by_itself_where_it_is_not_listed(iam: Any, *, is_listed: bool) -> None:
    """GetAccountAuthorizationDetails of moto has no boundaries; AWS lists the managed policies that are attached."""
    versions = [{"VersionId": "v1", "IsDefaultVersion": False, "Document": "{}"}]
    versions += [{"VersionId": "v2", "IsDefaultVersion": True, "Document": QUOTED}]
    listed = [{"Arn": BOUNDARY, "PolicyVersionList": versions}] if is_listed else []
    wire = Wire(iam)
    wire.answer("GetAccountAuthorizationDetails", {"UserDetailList": [BOUNDED], "Policies": listed})
    wire.answer("GetPolicy", {"Policy": {"DefaultVersionId": "v2"}})
    wire.answer("GetPolicyVersion", {"PolicyVersion": {"Document": QUOTED}})

    user = found(IamUserSurvey(iam=iam))[USER]

    assert user.boundary == AppliedPolicy(f"permissions boundary {BOUNDARY}", MAY)
    assert user.policies == [AppliedPolicy("policy boundary", MAY)]
    assert wire.calls[1:] == ([] if is_listed else ["GetPolicy", "GetPolicyVersion"])


@pytest.mark.parametrize("operation", ["GetLoginProfile", "ListMFADevices"])
def test_a_failure_of_reading_makes_nobody_a_machine(iam: Any, operation: str) -> None:
    fill(iam)
    Wire(iam).refuse(operation, "ServiceFailure", times=10)
    survey = IamUserSurvey(iam=iam)

    with pytest.raises(ServiceError, match="ann"):
        survey.has_password("ann") if operation == "GetLoginProfile" else survey.has_mfa("ann")
