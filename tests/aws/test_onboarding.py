"""Identities of SES and users of IAM, as adding an account needs them."""

import json
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from tests.aws.wire import Wire
from tests.operator_fakes import FakeIamUsers, FakeIdentities, KnownUser

from permille.aws.onboarding import IamSenderUsers, SesIdentities
from permille.domain.errors import Conflict, InvalidInput, PermissionDenied, ServiceError, Unavailable
from permille.operator_ports import AppliedPolicy, IamUser, IamUsers, Identities

DOMAIN, ADDRESS = "bakery.example", "news@bakery.example"
USER, MARK = "permille-bakery", "permille/us-east-1/bakery"
ARN = f"arn:aws:iam::123456789012:user/{USER}"
SES = "arn:aws:ses:us-east-1:123456789012"


# ---------------------------------------------------------------- identities


class Ses:
    """Answers as SES does, where moto makes an identity twice, gives no tokens, and has no default to set."""

    def __init__(self, client: Any) -> None:
        self._asked: dict[str, str] = {}
        self._sets: dict[str, str] = {}
        self._forwarding: dict[str, bool] = {}
        operations = {
            "GetEmailIdentity": self._get,
            "CreateEmailIdentity": self._create,
            "PutEmailIdentityConfigurationSetAttributes": self._put,
            "PutEmailIdentityFeedbackAttributes": self._forward,
            "DeleteEmailIdentity": self._delete,
        }
        client.meta.events.register_first("provide-client-params.sesv2", self._note)
        for operation, answer in operations.items():
            client.meta.events.register(f"before-call.sesv2.{operation}", answer)

    def _note(self, params: dict[str, str], **_: object) -> None:
        self._asked = params

    def _get(self, **_: object) -> Any:
        default = self._sets.get(self._asked["EmailIdentity"])
        if default is None:
            return _answered(404, {"Error": {"Code": "NotFoundException"}})
        forwards = self._forwarding.get(self._asked["EmailIdentity"], True)
        named = {"ConfigurationSetName": default} if default else {}
        return _answered(200, {"FeedbackForwardingStatus": forwards, **named})

    def _create(self, **_: object) -> Any:
        name = self._asked["EmailIdentity"]
        if name in self._sets:
            return _answered(400, {"Error": {"Code": "AlreadyExistsException"}})
        self._sets[name] = self._asked["ConfigurationSetName"]
        return _answered(200, {"DkimAttributes": {"Tokens": ["a", "b", "c"]}} if "@" not in name else {})

    def _put(self, **_: object) -> Any:
        self._sets[self._asked["EmailIdentity"]] = self._asked.get("ConfigurationSetName", "")
        return _answered(200, {})

    def _forward(self, **_: object) -> Any:
        self._forwarding[self._asked["EmailIdentity"]] = bool(self._asked.get("EmailForwardingEnabled", False))
        return _answered(200, {})

    def _delete(self, **_: object) -> Any:
        del self._sets[self._asked["EmailIdentity"]]
        return _answered(200, {})


def _answered(status: int, answer: dict[str, Any]) -> Any:
    return AWSResponse("", status, HTTPHeaders(), None), {"ResponseMetadata": {"HTTPStatusCode": status}, **answer}


@pytest.fixture
def ses(aws: None) -> Any:
    client = boto3.client("sesv2")
    Ses(client)
    return client


@pytest.fixture(params=["fake", "ses"])
def identities(request: pytest.FixtureRequest) -> Identities:
    return FakeIdentities() if request.param == "fake" else SesIdentities(ses=request.getfixturevalue("ses"))


def test_an_identity_that_was_not_created_is_not_known(identities: Identities) -> None:
    assert identities.default_set(DOMAIN) is None


def test_one_that_was_created_has_its_default_and_dkim_tokens_if_it_is_a_domain(identities: Identities) -> None:
    tokens = identities.create(DOMAIN, "permille")

    assert identities.default_set(DOMAIN) == "permille"
    assert len(tokens) == 3
    assert list(identities.create(ADDRESS, "permille")) == []


def test_one_that_is_known_is_not_created_again(identities: Identities) -> None:
    identities.create(DOMAIN, "another")

    with pytest.raises(Conflict, match=f"{DOMAIN} was created just now"):
        identities.create(DOMAIN, "permille")

    assert identities.default_set(DOMAIN) == "another"


def test_its_default_can_be_replaced_and_taken_away(identities: Identities) -> None:
    identities.create(DOMAIN, "another")

    identities.set_default(DOMAIN, "permille")
    replaced = identities.default_set(DOMAIN)
    identities.set_default(DOMAIN, "")

    assert (replaced, identities.default_set(DOMAIN)) == ("permille", "")


def test_a_new_one_forwards_feedback_until_that_is_stopped_and_it_can_be_put_back(identities: Identities) -> None:
    identities.create(DOMAIN, "permille")
    forwards = [identities.forwards(DOMAIN)]

    for on in (False, True):
        identities.set_forwarding(DOMAIN, on=on)
        forwards.append(identities.forwards(DOMAIN))

    assert forwards == [True, False, True]


def test_it_is_deleted_if_it_has_the_default_and_that_can_be_repeated(identities: Identities) -> None:
    identities.create(DOMAIN, "another")

    identities.delete(DOMAIN, "permille")
    kept = identities.default_set(DOMAIN)
    for _ in range(2):
        identities.delete(DOMAIN, "another")

    assert (kept, identities.default_set(DOMAIN)) == ("another", None)


def test_what_ses_refuses_is_told(aws: None) -> None:
    client = boto3.client("sesv2")
    Wire(client).refuse("CreateEmailIdentity", "AccessDeniedException")

    with pytest.raises(PermissionDenied, match=f"creating the identity {DOMAIN}"):
        SesIdentities(ses=client).create(DOMAIN, "permille")


# ---------------------------------------------------------------- users


@pytest.fixture
def iam(aws: None) -> Any:
    return boto3.client("iam")


@pytest.fixture(params=["fake", "iam"])
def users(request: pytest.FixtureRequest) -> IamUsers:
    return FakeIamUsers() if request.param == "fake" else IamSenderUsers(iam=request.getfixturevalue("iam"))


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


def test_one_that_bears_the_mark_is_taken_up_and_one_that_does_not_is_not(users: IamUsers) -> None:
    users.create(USER, MARK)
    somebody_elses(users, "permille-other")

    assert users.create(USER, MARK)
    assert not users.create(USER, f"{MARK}-2")
    assert not users.create("permille-other", MARK)


def test_it_is_allowed_to_send_through_what_it_is_told_and_no_more(users: IamUsers) -> None:
    users.create(USER, MARK)

    users.allow(USER, {f"{SES}:identity/b.example", f"{SES}:identity/a.example"})
    users.allow(USER, {f"{SES}:identity/c.example", f"{SES}:identity/a.example"})

    (policy,) = users.policies(USER)
    assert policy.name == "policy permille-send"
    assert not isinstance(policy.document, str)
    (statement,) = policy.document["Statement"]
    resources = [f"{SES}:identity/a.example", f"{SES}:identity/c.example"]
    assert statement == {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": resources}


def test_what_it_may_send_through_can_be_asked_for_and_of_nobody_elses_user(users: IamUsers) -> None:
    users.create(USER, MARK)
    somebody_elses(users, "permille-other")
    never = users.allowed(USER, MARK)

    users.allow(USER, {f"{SES}:identity/a.example"})

    assert never is None
    assert users.allowed(USER, MARK) == frozenset({f"{SES}:identity/a.example"})
    assert users.allowed(USER, f"{MARK}-2") is None
    assert users.allowed("permille-other", MARK) is None
    assert users.allowed("permille-nobody", MARK) is None


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


def test_who_bears_the_mark_is_told(users: IamUsers) -> None:
    users.create(USER, MARK)
    somebody_elses(users, "permille-other")

    marked = [users.is_marked(name, MARK) for name in (USER, "permille-other", "permille-nobody")]
    assert (marked, users.is_marked(USER, f"{MARK}-2")) == ([True, False, False], False)


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


def test_a_role_is_known_if_there_is_one(users: IamUsers) -> None:
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


def test_a_user_that_is_taken_up_loses_its_keys(iam: Any) -> None:
    users = IamSenderUsers(iam=iam)
    users.create(USER, MARK)
    users.create_key(USER)

    users.create(USER, MARK)

    assert iam.list_access_keys(UserName=USER)["AccessKeyMetadata"] == []


def test_a_user_that_was_put_into_the_deny_group_meanwhile_is_deleted_all_the_same(iam: Any) -> None:
    """As Enforce does, while the command deletes it; IAM itself also takes seconds to see that it is out again."""
    iam.create_group(GroupName="denied")
    IamSenderUsers(iam=iam).create(USER, MARK)
    Wire(iam).refuse("DeleteUser", "DeleteConflict")
    waited: list[float] = []

    def put_into_it(seconds: float) -> None:
        waited.append(seconds)
        iam.add_user_to_group(GroupName="denied", UserName=USER)

    assert IamSenderUsers(iam=iam, pause=put_into_it).delete(USER, MARK)

    assert (waited, IamSenderUsers(iam=iam).find(USER)) == ([1.0], None)


def test_one_that_cannot_be_deleted_is_told_after_a_while(iam: Any) -> None:
    IamSenderUsers(iam=iam).create(USER, MARK)
    Wire(iam).refuse("DeleteUser", "DeleteConflict", times=99)
    waited: list[float] = []

    with pytest.raises(ServiceError, match=f"deleting the IAM user {USER}: .*DeleteConflict"):
        IamSenderUsers(iam=iam, pause=waited.append).delete(USER, MARK)

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

    found = IamSenderUsers(iam=iam).policies(USER)

    assert {one.name: resource_of(one) for one in found} == {
        "policy own": "own",
        "policy attached": "new",
        "policy inline of group bakers": "inline",
        "policy shared": "shared",
    }


def resource_of(applied: AppliedPolicy) -> str:
    document: Any = json.loads(applied.document) if isinstance(applied.document, str) else applied.document
    (resource,) = document["Statement"][0]["Resource"]
    return str(resource).partition(":identity/")[2]


def test_whoever_is_in_many_groups_has_them_all(iam: Any) -> None:
    iam.create_user(UserName=USER)
    names = {f"group-{number}" for number in range(10)}
    for name in names:
        iam.create_group(GroupName=name)
        iam.add_user_to_group(GroupName=name, UserName=USER)

    assert IamSenderUsers(iam=iam).groups(USER) == names


def test_a_name_is_found_as_iam_has_it(iam: Any) -> None:
    user = iam.create_user(UserName=USER)["User"]
    Wire(iam).answer("GetUser", {"User": user})

    assert IamSenderUsers(iam=iam).find("Permille-Bakery") == IamUser(USER, ARN)


@pytest.mark.parametrize(
    ("code", "told"), [("AccessDenied", PermissionDenied), ("Throttling", Unavailable)], ids=["denied", "throttled"]
)
def test_what_iam_refuses_is_told(iam: Any, code: str, told: type[Exception]) -> None:
    Wire(iam).refuse("CreateUser", code, times=9)

    with pytest.raises(told, match=f"creating the IAM user {USER}"):
        IamSenderUsers(iam=iam).create(USER, MARK)
