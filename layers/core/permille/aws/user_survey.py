"""All IAM users with their policies, by one paged request instead of about ten for each user."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from permille.aws.client import client, code_of, service_call
from permille.ports.iam_users import AppliedPolicy
from permille.ports.user_survey import SurveyedUser

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


class IamUserSurvey:
    """Implements `UserSurvey`."""

    def __init__(self, *, iam: "IAMClient | None" = None) -> None:
        self._iam: IAMClient = iam or client("iam")
        self._documents: dict[str, Any] = {}  # of managed policies, by ARN

    def all(self) -> Iterator[SurveyedUser]:
        users, groups, managed = self._details()
        self._documents = {policy["Arn"]: _default_document(policy) for policy in managed}
        of_groups = {
            group["GroupName"]: self._policies(group, "GroupPolicyList", f" of group {group['GroupName']}")
            for group in groups
        }
        yield from (self._user(user, of_groups) for user in users)

    def has_password(self, name: str) -> bool:
        with service_call(f"reading whether {name} can sign in"):
            try:
                self._iam.get_login_profile(UserName=name)
            except ClientError as refused:
                if code_of(refused) != "NoSuchEntity":
                    raise
                return False
        return True

    def has_mfa(self, name: str) -> bool:
        with service_call(f"reading the MFA devices of {name}"):
            return bool(self._iam.list_mfa_devices(UserName=name)["MFADevices"])

    def _details(self) -> tuple[list[Any], list[Any], list[Any]]:
        """The users, groups and managed policies. A page has some of each."""
        users: list[Any] = []
        groups: list[Any] = []
        managed: list[Any] = []
        pages = self._iam.get_paginator("get_account_authorization_details")
        with service_call("reading the IAM users and their policies"):
            for page in pages.paginate(Filter=["User", "Group", "LocalManagedPolicy", "AWSManagedPolicy"]):
                users += page.get("UserDetailList", [])
                groups += page.get("GroupDetailList", [])
                managed += page.get("Policies", [])
        return users, groups, managed

    def _user(self, user: Mapping[str, Any], of_groups: Mapping[str, Sequence[AppliedPolicy]]) -> SurveyedUser:
        groups = frozenset(user.get("GroupList", []))
        boundary = user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        return SurveyedUser(
            user["UserName"],
            user["Path"],
            {tag["Key"]: tag["Value"] for tag in user.get("Tags", [])},
            groups,
            self._policies(user, "UserPolicyList"),
            {group: of_groups.get(group, ()) for group in groups},
            AppliedPolicy(f"permissions boundary {boundary}", self._document(boundary)) if boundary else None,
        )

    def _policies(self, holder: Mapping[str, Any], inline: str, of: str = "") -> Sequence[AppliedPolicy]:
        """The policies of a user or a group."""
        own = [(f"{one['PolicyName']}{of}", one["PolicyDocument"]) for one in holder.get(inline, [])]
        attached = [
            (one["PolicyName"], self._document(one["PolicyArn"])) for one in holder.get("AttachedManagedPolicies", [])
        ]
        return [AppliedPolicy(f"policy {name}", document) for name, document in (*own, *attached)]

    def _document(self, arn: str) -> Any:
        """The document of a managed policy. It is read by itself where it was not listed, as of a policy that is only a
        boundary."""
        if arn not in self._documents:
            with service_call(f"reading the policy {arn}"):
                version = self._iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
                read = self._iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
            self._documents[arn] = read["Document"]
        return self._documents[arn]


def _default_document(policy: Mapping[str, Any]) -> Any:
    return next(one["Document"] for one in policy["PolicyVersionList"] if one["IsDefaultVersion"])
