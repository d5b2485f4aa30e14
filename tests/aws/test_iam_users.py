"""Users of IAM, as adding an account needs them."""

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from tests.support.operator_fakes import FakeIamUsers, KnownUser
from tests.support.wire import Wire

from permille.aws.iam_users import IamSenderUsers
from permille.domain.values.errors import InvalidInput, PermissionDenied, ServiceError, Unavailable
from permille.ports.iam_users import AppliedPolicy, IamUser, IamUsers, UserQuota

USER, MARK = "permille-bakery", "permille/us-east-1/bakery"
ARN = f"arn:aws:iam::123456789012:user/{USER}"
SES = "arn:aws:ses:us-east-1:123456789012"
BOUNDARY = "arn:aws:iam::123456789012:policy/permille-boundary"


# ---------------------------------------------------------------- users


@pytest.fixture
def iam(aws: None) -> Any:
    return boto3.client("iam")


@pytest.fixture(params=["fake", "iam"])
def users(request: pytest.FixtureRequest) -> IamUsers:
    return (
        FakeIamUsers()
        if request.param == "fake"
        else IamSenderUsers(boundary=BOUNDARY, iam=request.getfixturevalue("iam"))
    )


def somebody_elses(users: IamUsers, name: str) -> None:
    """A user that bears no mark."""
    if isinstance(users, FakeIamUsers):
        users.users[name] = KnownUser()
    else:
        boto3.client("iam").create_user(UserName=name)


def test_a_user_that_was_not_created_is_not_found(users: IamUsers) -> None:
    assert users.find(USER) is None


def test_one_that_was_created_is_found_in_no_group_and_with_no_policy(users: IamUsers) -> None:
    assert users.create(USER, MARK)

    assert users.find(USER) == IamUser(USER, ARN)
    assert (users.groups(USER), list(users.policies(USER))) == (frozenset(), [])


def test_all_users_are_named_in_lower_case(users: IamUsers) -> None:
    users.create("permille-Shop", MARK)
    somebody_elses(users, "Other.User")

    assert users.names() == {"permille-shop", "other.user"}


def test_an_existing_user_is_not_created_again_and_stays_as_it_is(users: IamUsers) -> None:
    users.create(USER, MARK)
    key = users.create_key(USER)
    somebody_elses(users, "permille-other")

    assert not users.create(USER, MARK)
    assert not users.create(USER, f"{MARK}-2")
    assert not users.create("permille-other", MARK)
    assert [one.id for one in users.keys(USER)] == [key.id]


def test_keys_are_listed_without_a_use(users: IamUsers) -> None:
    users.create(USER, MARK)
    before = users.keys(USER)

    made = {users.create_key(USER).id, users.create_key(USER).id}

    assert list(before) == []
    assert {(key.id, key.used_at) for key in users.keys(USER)} == {(key, None) for key in made}


def test_the_quota_of_users_is_read(users: IamUsers) -> None:
    users.create(USER, MARK)

    assert users.user_quota() == UserQuota(1, 5000)


def test_a_user_may_send_through_the_allowed_resources_alone(users: IamUsers) -> None:
    users.create(USER, MARK)

    users.allow(USER, {f"{SES}:identity/b.example", f"{SES}:identity/a.example"})
    users.allow(USER, {f"{SES}:identity/c.example", f"{SES}:identity/a.example"})

    (policy,) = users.policies(USER)
    assert policy.name == "policy permille-send"
    assert not isinstance(policy.document, str)
    through, _ = policy.document["Statement"]
    resources = [f"{SES}:identity/a.example", f"{SES}:identity/c.example"]
    assert through == {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": resources}


def test_the_allowed_resources_are_read_of_marked_users_alone(users: IamUsers) -> None:
    users.create(USER, MARK)
    somebody_elses(users, "permille-other")
    never = users.allowed_resources(USER, MARK)

    users.allow(USER, {f"{SES}:identity/a.example"})

    assert never is None
    assert users.allowed_resources(USER, MARK) == frozenset({f"{SES}:identity/a.example"})
    assert users.allowed_resources(USER, f"{MARK}-2") is None
    assert users.allowed_resources("permille-other", MARK) is None
    assert users.allowed_resources("permille-nobody", MARK) is None


def test_more_than_iam_takes_is_refused(users: IamUsers) -> None:
    users.create(USER, MARK)

    with pytest.raises(InvalidInput, match="too many identities for one IAM user"):
        users.allow(USER, {f"{SES}:identity/{number}.a-domain.example" for number in range(40)})


def test_each_key_is_another_and_its_secret_is_not_shown(users: IamUsers) -> None:
    users.create(USER, MARK)

    first, second = users.create_key(USER), users.create_key(USER)

    assert first.id != second.id
    assert first.secret not in repr(first)


def test_a_key_is_deleted_and_that_can_be_repeated(users: IamUsers) -> None:
    users.create(USER, MARK)
    first, _ = users.create_key(USER), users.create_key(USER)

    for _ in range(2):
        users.delete_key(USER, first.id)

    assert users.create_key(USER).id != first.id  # there is room for it again


def test_a_marked_user_is_recognised(users: IamUsers) -> None:
    users.create(USER, MARK)
    somebody_elses(users, "permille-other")

    marked = [users.has_tag(name, MARK) for name in (USER, "permille-other", "permille-nobody")]
    assert (marked, users.has_tag(USER, f"{MARK}-2")) == ([True, False, False], False)


def test_a_user_has_no_more_than_two_keys(users: IamUsers) -> None:
    users.create(USER, MARK)
    for _ in range(2):
        users.create_key(USER)

    with pytest.raises(ServiceError, match="LimitExceeded"):
        users.create_key(USER)


def test_it_is_deleted_with_all_that_it_has_and_that_can_be_repeated(users: IamUsers) -> None:
    users.create(USER, MARK)
    users.allow(USER, {f"{SES}:identity/a.example"})
    users.create_key(USER)

    assert [users.delete(USER, MARK) for _ in range(2)] == [True, True]
    assert users.find(USER) is None


def in_a_group(users: IamUsers) -> None:
    """With a policy in it."""
    users.create(USER, MARK)
    if isinstance(users, FakeIamUsers):
        users.of_groups["bakers"] = {"inline": json.loads(policy("x.example"))}
    else:
        iam = boto3.client("iam")
        iam.create_group(GroupName="bakers")
        iam.put_group_policy(GroupName="bakers", PolicyName="inline", PolicyDocument=policy("x.example"))
    users.join(USER, "bakers")


def test_a_group_is_joined_and_left_and_both_can_be_repeated(users: IamUsers) -> None:
    in_a_group(users)

    users.join(USER, "bakers")
    joined = users.groups(USER)
    for _ in range(2):
        users.leave(USER, "bakers")

    assert (joined, users.groups(USER)) == (frozenset({"bakers"}), frozenset())


def test_the_policies_of_a_group_can_be_left_out(users: IamUsers) -> None:
    in_a_group(users)

    assert [one.name for one in users.policies(USER)] == ["policy inline of group bakers"]
    assert list(users.policies(USER, without=["bakers"])) == []


def test_what_it_may_send_through_is_taken_away_and_that_can_be_repeated(users: IamUsers) -> None:
    users.create(USER, MARK)
    users.allow(USER, {f"{SES}:identity/a.example"})

    for _ in range(2):
        users.disallow(USER)

    assert list(users.policies(USER)) == []


def test_an_existing_role_is_found(users: IamUsers) -> None:
    if isinstance(users, FakeIamUsers):
        users.roles.add("crm")
    else:
        boto3.client("iam").create_role(RoleName="crm", AssumeRolePolicyDocument="{}")

    assert (users.has_role("crm"), users.has_role("shop")) == (True, False)


def test_one_that_does_not_bear_the_mark_is_not_deleted(users: IamUsers) -> None:
    users.create(USER, MARK)
    somebody_elses(users, "permille-other")

    assert not users.delete(USER, f"{MARK}-2")
    assert not users.delete("permille-other", MARK)

    assert users.find(USER)
    assert users.find("permille-other")


# ---------------------------------------------------------------- what only IAM has


def policy(*resources: str) -> str:
    statement = {"Effect": "Allow", "Action": "ses:*", "Resource": [f"{SES}:identity/{name}" for name in resources]}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_the_last_use_of_a_key_is_as_iam_has_it(iam: Any) -> None:
    users = IamSenderUsers(boundary=BOUNDARY, iam=iam)
    users.create(USER, MARK)
    users.create_key(USER)
    used_at = datetime(2026, 3, 10, tzinfo=UTC)
    last = {"LastUsedDate": used_at, "ServiceName": "ses", "Region": "us-east-1"}
    Wire(iam).answer("GetAccessKeyLastUsed", {"UserName": USER, "AccessKeyLastUsed": last})

    (key,) = users.keys(USER)

    assert key.used_at == used_at


def test_a_user_that_was_put_into_the_deny_group_meanwhile_is_deleted_all_the_same(iam: Any) -> None:
    """As Enforce does, while the command deletes it; IAM itself also takes seconds to see that it is out again."""
    iam.create_group(GroupName="denied")
    IamSenderUsers(boundary=BOUNDARY, iam=iam).create(USER, MARK)
    Wire(iam).refuse("DeleteUser", "DeleteConflict")
    waited: list[float] = []

    def put_into_it(seconds: float) -> None:
        waited.append(seconds)
        iam.add_user_to_group(GroupName="denied", UserName=USER)

    assert IamSenderUsers(boundary=BOUNDARY, iam=iam, pause=put_into_it).delete(USER, MARK)

    assert (waited, IamSenderUsers(boundary=BOUNDARY, iam=iam).find(USER)) == ([1.0], None)


def test_a_user_that_cannot_be_deleted_is_an_error_after_some_attempts(iam: Any) -> None:
    IamSenderUsers(boundary=BOUNDARY, iam=iam).create(USER, MARK)
    Wire(iam).refuse("DeleteUser", "DeleteConflict", times=99)
    waited: list[float] = []

    with pytest.raises(ServiceError, match=f"deleting the IAM user {USER}: .*DeleteConflict"):
        IamSenderUsers(boundary=BOUNDARY, iam=iam, pause=waited.append).delete(USER, MARK)

    assert waited == [1, 2, 4, 8]


def test_every_policy_that_applies_is_read_with_where_it_comes_from(iam: Any) -> None:
    """Inline and attached, the user's own and its groups'; of an attached one the version that is in force."""
    iam.create_user(UserName=USER)
    iam.put_user_policy(UserName=USER, PolicyName="own", PolicyDocument=policy("own"))
    attached = iam.create_policy(PolicyName="attached", PolicyDocument=policy("old"))["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=attached, PolicyDocument=policy("new"), SetAsDefault=True)
    iam.attach_user_policy(UserName=USER, PolicyArn=attached)
    for group in ("bakers", "sellers"):
        iam.create_group(GroupName=group)
        iam.add_user_to_group(GroupName=group, UserName=USER)
    iam.put_group_policy(GroupName="bakers", PolicyName="inline", PolicyDocument=policy("inline"))
    shared = iam.create_policy(PolicyName="shared", PolicyDocument=policy("shared"))["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="sellers", PolicyArn=shared)

    found = IamSenderUsers(boundary=BOUNDARY, iam=iam).policies(USER)

    assert {one.name: resource_of(one) for one in found} == {
        "policy own": "own",
        "policy attached": "new",
        "policy inline of group bakers": "inline",
        "policy shared": "shared",
    }


def test_a_user_is_created_within_the_boundary_and_an_older_one_gets_it(iam: Any) -> None:
    """At once, with the user: nobody can do more in between."""
    users, wire = IamSenderUsers(boundary=BOUNDARY, iam=iam), Wire(iam)
    wire.answer("PutUserPermissionsBoundary", {})  # moto has none

    users.create(USER, MARK)
    users.set_boundary("permille-older")

    (created, set_later) = (params for operation, params in wire.asked if operation != "GetUser")
    assert (created["UserName"], created["PermissionsBoundary"]) == (USER, BOUNDARY)
    assert set_later == {"UserName": "permille-older", "PermissionsBoundary": BOUNDARY}


@pytest.mark.parametrize("code", ["NoSuchEntity", "AccessDenied"])
@pytest.mark.parametrize("operation", ["PutUserPermissionsBoundary", "PutUserPolicy", "CreateAccessKey"])
def test_what_iam_does_not_know_yet_of_a_new_user_is_tried_again(iam: Any, operation: str, code: str) -> None:
    """Not the user, or not its boundary and tag, by which the caller's rights are bounded."""
    waited: list[float] = []
    users = IamSenderUsers(boundary=BOUNDARY, iam=iam, pause=waited.append)
    users.create(USER, MARK)
    wire = Wire(iam)
    wire.refuse(operation, code, times=3)
    wire.answer("PutUserPermissionsBoundary", {})  # moto has none

    users.set_boundary(USER)
    users.allow(USER, {f"{SES}:identity/a.example"})
    key = users.create_key(USER)

    assert waited == [1.0, 2.0, 4.0]
    assert [one.id for one in users.keys(USER)] == [key.id]


def test_what_iam_refuses_for_good_is_an_error_after_some_seconds(iam: Any) -> None:
    waited: list[float] = []
    users = IamSenderUsers(boundary=BOUNDARY, iam=iam, pause=waited.append)
    users.create(USER, MARK)
    Wire(iam).refuse("CreateAccessKey", "AccessDenied", times=99)

    with pytest.raises(PermissionDenied):
        users.create_key(USER)

    assert waited == [1.0, 2.0, 4.0, 8.0]


def test_of_a_user_that_is_not_new_a_refusal_is_an_error_at_once(iam: Any) -> None:
    waited: list[float] = []
    iam.create_user(UserName=USER)
    Wire(iam).refuse("CreateAccessKey", "AccessDenied")

    with pytest.raises(PermissionDenied):
        IamSenderUsers(boundary=BOUNDARY, iam=iam, pause=waited.append).create_key(USER)

    assert waited == []


@pytest.mark.parametrize("has_one", [True, False])
def test_a_boundary_is_removed_where_there_is_one(iam: Any, *, has_one: bool) -> None:
    users, wire = IamSenderUsers(boundary=BOUNDARY, iam=iam), Wire(iam)
    if has_one:
        wire.answer("DeleteUserPermissionsBoundary", {})
    else:
        wire.refuse("DeleteUserPermissionsBoundary", "NoSuchEntity")

    users.remove_boundary(USER)

    assert wire.asked == [("DeleteUserPermissionsBoundary", {"UserName": USER})]


def test_the_permissions_boundary_is_read_in_the_version_in_force(iam: Any) -> None:
    users = IamSenderUsers(boundary=BOUNDARY, iam=iam)
    bound = iam.create_policy(PolicyName="bound", PolicyDocument=policy("old"))["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=bound, PolicyDocument=policy("new"), SetAsDefault=True)
    iam.create_user(UserName="permille-free")
    user = iam.create_user(UserName=USER)["User"]
    bounded = {**user, "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": bound}}
    Wire(iam).answer("GetUser", {"User": bounded})

    found = users.boundary(USER)

    assert users.boundary("permille-free") is None
    assert found is not None
    assert (found.name, resource_of(found)) == (f"permissions boundary {bound}", "new")


def resource_of(applied: AppliedPolicy) -> str:
    document: Any = json.loads(applied.document) if isinstance(applied.document, str) else applied.document
    (resource,) = document["Statement"][0]["Resource"]
    return str(resource).partition(":identity/")[2]


def test_all_groups_of_a_user_are_listed(iam: Any) -> None:
    iam.create_user(UserName=USER)
    names = {f"group-{number}" for number in range(10)}
    for name in names:
        iam.create_group(GroupName=name)
        iam.add_user_to_group(GroupName=name, UserName=USER)

    assert IamSenderUsers(boundary=BOUNDARY, iam=iam).groups(USER) == names


def test_a_name_is_found_as_iam_has_it(iam: Any) -> None:
    user = iam.create_user(UserName=USER)["User"]
    Wire(iam).answer("GetUser", {"User": user})

    assert IamSenderUsers(boundary=BOUNDARY, iam=iam).find("Permille-Bakery") == IamUser(USER, ARN)


@pytest.mark.parametrize(
    ("code", "told"), [("AccessDenied", PermissionDenied), ("Throttling", Unavailable)], ids=["denied", "throttled"]
)
def test_a_refusal_of_iam_is_an_error(iam: Any, code: str, told: type[Exception]) -> None:
    Wire(iam).refuse("CreateUser", code, times=9)

    with pytest.raises(told, match=f"creating the IAM user {USER}"):
        IamSenderUsers(boundary=BOUNDARY, iam=iam).create(USER, MARK)


def test_of_a_key_the_service_is_known_that_it_was_last_used_with(iam: Any) -> None:
    """IAM names N/A where a key was never used."""
    iam.create_user(UserName=USER)
    created = [iam.create_access_key(UserName=USER)["AccessKey"] for _ in range(2)]
    at = datetime(2026, 3, 9, tzinfo=UTC)
    last = {"AccessKeyLastUsed": {"LastUsedDate": at, "ServiceName": "ses", "Region": "us-east-1"}}
    Wire(iam).answer("GetAccessKeyLastUsed", last, times=1)

    first, second = IamSenderUsers(boundary=BOUNDARY, iam=iam).keys(USER)

    assert {first.id, second.id} == {key["AccessKeyId"] for key in created}
    assert (first.used_at, first.service) == (at, "ses")
    assert (second.used_at, second.service) == (None, "")
