"""The users of IAM that exist, with their groups and policies."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from permille.aws.client import client, code_of, service_call
from permille.ports.iam_users import AppliedPolicy, IamUser, UserQuota

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


def quota_of_users(iam: "IAMClient") -> UserQuota:
    """The count and the quota of IAM users."""
    summary = iam.get_account_summary()["SummaryMap"]
    return UserQuota(summary["Users"], summary["UsersQuota"])


class ExistingIamUsers:
    """Implements `ExistingUsers`."""

    def __init__(self, *, iam: "IAMClient | None" = None) -> None:
        self._iam: IAMClient = iam or client("iam")

    def find(self, name: str) -> IamUser | None:
        with service_call(f"reading the user {name}"):
            try:
                user = self._iam.get_user(UserName=name)["User"]
            except ClientError as refused:
                if code_of(refused) == "NoSuchEntity":
                    return None
                raise
        return IamUser(user["UserName"], user["Arn"])

    def groups(self, name: str) -> frozenset[str]:
        with service_call(f"listing the groups of {name}"):
            return frozenset(group["GroupName"] for group in self._paged("list_groups_for_user", "Groups", name))

    def policies(self, name: str, without: Collection[str] = ()) -> Iterator[AppliedPolicy]:
        with service_call(f"reading the policies of {name}"):
            for policy in self._paged("list_user_policies", "PolicyNames", name):
                document = self._iam.get_user_policy(UserName=name, PolicyName=policy)["PolicyDocument"]
                yield AppliedPolicy(f"policy {policy}", document)
            attached = list(self._paged("list_attached_user_policies", "AttachedPolicies", name))
            for group in self.groups(name) - {*without}:
                for policy in self._paged("list_group_policies", "PolicyNames", GroupName=group):
                    document = self._iam.get_group_policy(GroupName=group, PolicyName=policy)["PolicyDocument"]
                    yield AppliedPolicy(f"policy {policy} of group {group}", document)
                attached += self._paged("list_attached_group_policies", "AttachedPolicies", GroupName=group)
            for policy in attached:
                yield AppliedPolicy(f"policy {policy['PolicyName']}", self._default_document(policy["PolicyArn"]))

    def boundary(self, name: str) -> AppliedPolicy | None:
        with service_call(f"reading the permissions boundary of {name}"):
            arn = self._iam.get_user(UserName=name)["User"].get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
            return AppliedPolicy(f"permissions boundary {arn}", self._default_document(arn)) if arn else None

    def has_role(self, name: str) -> bool:
        with service_call(f"reading the role {name}"):
            try:
                self._iam.get_role(RoleName=name)
            except ClientError as refused:
                if code_of(refused) == "NoSuchEntity":
                    return False
                raise
        return True

    def names(self) -> frozenset[str]:
        with service_call("listing the IAM users"):
            return frozenset(user["UserName"].lower() for user in self._paged("list_users", "Users", PathPrefix="/"))

    def _default_document(self, arn: str) -> Any:
        version = self._iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        return self._iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]

    def _paged(self, operation: Any, key: str, user: str = "", **parameters: str) -> Iterator[Any]:
        for page in self._iam.get_paginator(operation).paginate(**({"UserName": user} if user else parameters)):
            yield from page[key]
