"""What adding an account changes outside our tables: identities of SES, and users of IAM."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from permille.aws.client import client, code_of, service_call
from permille.domain.errors import Conflict
from permille.domain.iam_policy import allowed_resources, sending_policy
from permille.operator_ports import AccessKey, AppliedPolicy, IamUser

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sesv2 import SESV2Client

POLICY = "permille-send"
TAG = "permille:account"
DELETIONS, FIRST_PAUSE = 5, 1.0  # tries, and seconds before the second, doubled each time


class SesIdentities:
    """Keeps `operator_ports.Identities`."""

    def __init__(self, *, ses: "SESV2Client | None" = None) -> None:
        self._ses: SESV2Client = ses or client("sesv2")

    def default_set(self, identity: str) -> str | None:
        with service_call(f"asking SES for {identity}"):
            try:
                return self._ses.get_email_identity(EmailIdentity=identity).get("ConfigurationSetName", "")
            except ClientError as refused:
                if code_of(refused) == "NotFoundException":
                    return None
                raise

    def set_default(self, identity: str, configuration_set: str) -> None:
        named: Any = {"ConfigurationSetName": configuration_set} if configuration_set else {}
        with service_call(f"setting the default configuration set of {identity}"):
            self._ses.put_email_identity_configuration_set_attributes(EmailIdentity=identity, **named)

    def create(self, identity: str, configuration_set: str) -> Sequence[str]:
        with service_call(f"creating the identity {identity}"):
            try:
                made = self._ses.create_email_identity(EmailIdentity=identity, ConfigurationSetName=configuration_set)
            except ClientError as refused:
                if code_of(refused) == "AlreadyExistsException":
                    raise Conflict(f"the identity {identity} was created just now by somebody else") from refused
                raise
        return made.get("DkimAttributes", {}).get("Tokens", []) if "@" not in identity else []

    def forwards(self, identity: str) -> bool:
        with service_call(f"asking SES for {identity}"):
            return self._ses.get_email_identity(EmailIdentity=identity).get("FeedbackForwardingStatus", False)

    def set_forwarding(self, identity: str, *, on: bool) -> None:
        with service_call(f"setting the feedback forwarding of {identity}"):
            self._ses.put_email_identity_feedback_attributes(EmailIdentity=identity, EmailForwardingEnabled=on)

    def delete(self, identity: str, configuration_set: str) -> None:
        if self.default_set(identity) == configuration_set:
            with service_call(f"deleting the identity {identity}"):
                self._ses.delete_email_identity(EmailIdentity=identity)


class IamSenderUsers:
    """Keeps `operator_ports.IamUsers`. The mark is a tag."""

    def __init__(self, *, iam: "IAMClient | None" = None, pause: Callable[[float], None] = time.sleep) -> None:
        self._iam: IAMClient = iam or client("iam")
        self._pause = pause

    def find(self, name: str) -> IamUser | None:
        with service_call(f"asking IAM for the user {name}"):
            try:
                user = self._iam.get_user(UserName=name)["User"]
            except ClientError as refused:
                if code_of(refused) == "NoSuchEntity":
                    return None
                raise
        return IamUser(user["UserName"], user["Arn"])

    def groups(self, name: str) -> frozenset[str]:
        with service_call(f"asking IAM for the groups of {name}"):
            return frozenset(group["GroupName"] for group in self._paged("list_groups_for_user", "Groups", name))

    def policies(self, name: str) -> Iterator[AppliedPolicy]:
        with service_call(f"asking IAM for the policies of {name}"):
            for policy in self._paged("list_user_policies", "PolicyNames", name):
                document = self._iam.get_user_policy(UserName=name, PolicyName=policy)["PolicyDocument"]
                yield AppliedPolicy(f"policy {policy}", document)
            attached = list(self._paged("list_attached_user_policies", "AttachedPolicies", name))
            for group in self.groups(name):
                for policy in self._paged("list_group_policies", "PolicyNames", GroupName=group):
                    document = self._iam.get_group_policy(GroupName=group, PolicyName=policy)["PolicyDocument"]
                    yield AppliedPolicy(f"policy {policy} of group {group}", document)
                attached += self._paged("list_attached_group_policies", "AttachedPolicies", GroupName=group)
            for policy in attached:
                yield AppliedPolicy(f"policy {policy['PolicyName']}", self._default_version(policy["PolicyArn"]))

    def has_role(self, name: str) -> bool:
        with service_call(f"asking IAM for the role {name}"):
            try:
                self._iam.get_role(RoleName=name)
            except ClientError as refused:
                if code_of(refused) == "NoSuchEntity":
                    return False
                raise
        return True

    def _default_version(self, arn: str) -> Any:
        version = self._iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        return self._iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]

    def _paged(self, operation: Any, key: str, user: str = "", **asked: str) -> Iterator[Any]:
        for page in self._iam.get_paginator(operation).paginate(**({"UserName": user} if user else asked)):
            yield from page[key]

    def create(self, name: str, mark: str) -> bool:
        with service_call(f"creating the IAM user {name}"):
            try:
                self._iam.create_user(UserName=name, Tags=[{"Key": TAG, "Value": mark}])
            except ClientError as refused:
                if code_of(refused) != "EntityAlreadyExists":
                    raise
                if not self._bears(name, mark):
                    return False
            self._delete_keys(name)
        return True

    def allow(self, name: str, resources: Collection[str]) -> None:
        document = sending_policy(resources)
        with service_call(f"allowing {name} to send"):
            self._iam.put_user_policy(UserName=name, PolicyName=POLICY, PolicyDocument=document)

    def allowed(self, name: str, mark: str) -> frozenset[str] | None:
        with service_call(f"asking IAM what {name} may send through"):
            try:
                if not self._bears(name, mark):
                    return None
                policy = self._iam.get_user_policy(UserName=name, PolicyName=POLICY)["PolicyDocument"]
            except ClientError as refused:
                if code_of(refused) == "NoSuchEntity":
                    return None
                raise
        return frozenset(allowed_resources(policy))

    def create_key(self, name: str) -> AccessKey:
        with service_call(f"creating an access key of {name}"):
            key = self._iam.create_access_key(UserName=name)["AccessKey"]
        return AccessKey(key["AccessKeyId"], key["SecretAccessKey"])

    def is_marked(self, name: str, mark: str) -> bool:
        with service_call(f"asking IAM whose user {name} is"):
            try:
                return self._bears(name, mark)
            except ClientError as refused:
                if code_of(refused) == "NoSuchEntity":
                    return False
                raise

    def delete_key(self, name: str, key: str) -> None:
        with service_call(f"deleting the key {key} of {name}"):
            try:
                self._iam.delete_access_key(UserName=name, AccessKeyId=key)
            except ClientError as refused:
                if code_of(refused) != "NoSuchEntity":
                    raise

    def delete(self, name: str, mark: str) -> bool:
        with service_call(f"deleting the IAM user {name}"):
            try:
                if not self._bears(name, mark):
                    return False
                self._delete(name)
            except ClientError as refused:
                if code_of(refused) != "NoSuchEntity":
                    raise
        return True

    def _delete(self, name: str) -> None:
        """The switch may put it into the deny group meanwhile, and IAM itself takes seconds to see that it is out."""
        for tried in range(1, DELETIONS):
            if self._is_deleted(name):
                return
            self._pause(FIRST_PAUSE * 2 ** (tried - 1))
        self._take_all_from(name)
        self._iam.delete_user(UserName=name)

    def _is_deleted(self, name: str) -> bool:
        """False where IAM still finds something that it has."""
        self._take_all_from(name)
        try:
            self._iam.delete_user(UserName=name)
        except ClientError as refused:
            if code_of(refused) != "DeleteConflict":
                raise
            return False
        return True

    def _take_all_from(self, name: str) -> None:
        self._delete_keys(name)
        for group in self._paged("list_groups_for_user", "Groups", name):
            self._iam.remove_user_from_group(GroupName=group["GroupName"], UserName=name)
        for policy in self._paged("list_user_policies", "PolicyNames", name):
            self._iam.delete_user_policy(UserName=name, PolicyName=policy)

    def _bears(self, name: str, mark: str) -> bool:
        return {"Key": TAG, "Value": mark} in self._iam.list_user_tags(UserName=name)["Tags"]

    def _delete_keys(self, name: str) -> None:
        for key in self._paged("list_access_keys", "AccessKeyMetadata", name):
            self._iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
