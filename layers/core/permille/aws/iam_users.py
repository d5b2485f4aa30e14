"""The users of IAM that are made for accounts, with their keys and groups."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property, partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from permille.aws.client import ACCOUNT_TAG, ONE_TRY, client, code_of, service_call
from permille.aws.existing_iam_users import ExistingIamUsers, quota_of_users
from permille.aws.throttling import unless_throttled
from permille.domain.sending.iam_policy import POLICY, allowed_resources, sending_policy
from permille.ports.iam_users import AccessKey, KeyUsage, UserQuota

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_iam.type_defs import TagTypeDef

DELETIONS, FIRST_PAUSE = 5, 1.0  # attempts, and seconds before the second, doubled each time
# Seconds between the attempts at a user that was just made: all of IAM knows it after some, and its boundary and tag,
# which roles are bounded by. https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html
UNTIL_KNOWN = (1.0, 2.0, 4.0, 8.0)
T = TypeVar("T")


@contextmanager
def _unless_gone() -> Iterator[None]:
    """Ignores that IAM does not know what is named."""
    try:
        yield
    except ClientError as refused:
        if code_of(refused) != "NoSuchEntity":
            raise


class IamSenderUsers(ExistingIamUsers):
    """Implements `IamUsers`. A tag of the user says for which account. `boundary`: the ARN of the managed policy that
    is the permissions boundary of the users that are made."""

    def __init__(
        self, *, boundary: str, iam: "IAMClient | None" = None, pause: Callable[[float], None] = time.sleep
    ) -> None:
        super().__init__(iam=iam or client("iam"))
        self._given = iam
        self._boundary = boundary
        self._made: set[str] = set()
        self._pause = pause

    def create(self, name: str, tag: str) -> bool:
        with service_call(f"creating the IAM user {name}"):
            try:
                tags: list[TagTypeDef] = [{"Key": ACCOUNT_TAG, "Value": tag}]
                self._iam.create_user(UserName=name, Tags=tags, PermissionsBoundary=self._boundary)
            except ClientError as refused:
                if code_of(refused) != "EntityAlreadyExists":
                    raise
                return False
        self._made.add(name)
        return True

    def user_quota(self) -> UserQuota:
        with service_call("reading the quota of IAM users"):
            return quota_of_users(self._iam)

    def keys(self, name: str) -> Sequence[KeyUsage]:
        with service_call(f"listing the keys of {name}"):
            listed = [(key["AccessKeyId"], key["CreateDate"]) for key in self._listed_keys(name)]
            return [self._usage(key, created) for key, created in sorted(listed, key=itemgetter(1))]

    def _usage(self, key: str, created: datetime) -> KeyUsage:
        last = self._iam.get_access_key_last_used(AccessKeyId=key)["AccessKeyLastUsed"]
        used_at = last.get("LastUsedDate")
        return KeyUsage(key, created, used_at, last["ServiceName"] if used_at else "")  # N/A where it was not used

    def _listed_keys(self, name: str) -> Iterator[Any]:
        return self._paged("list_access_keys", "AccessKeyMetadata", name)

    def allow(self, name: str, resources: Collection[str]) -> None:
        document = sending_policy(resources)
        with service_call(f"writing the sending policy of {name}"):
            put = partial(self._iam.put_user_policy, UserName=name, PolicyName=POLICY, PolicyDocument=document)
            self._once_known(name, put)

    def disallow(self, name: str) -> None:
        with service_call(f"removing the sending policy of {name}"), _unless_gone():
            self._iam.delete_user_policy(UserName=name, PolicyName=POLICY)

    def set_boundary(self, name: str) -> None:
        with service_call(f"setting the permissions boundary of {name}"):
            put = partial(self._iam.put_user_permissions_boundary, UserName=name, PermissionsBoundary=self._boundary)
            self._once_known(name, put)

    def remove_boundary(self, name: str) -> None:
        with service_call(f"removing the permissions boundary of {name}"), _unless_gone():
            self._iam.delete_user_permissions_boundary(UserName=name)

    def join(self, name: str, group: str) -> None:
        with service_call(f"adding {name} to the group {group}"):
            self._iam.add_user_to_group(UserName=name, GroupName=group)

    def leave(self, name: str, group: str) -> None:
        with service_call(f"removing {name} from the group {group}"), _unless_gone():
            self._iam.remove_user_from_group(UserName=name, GroupName=group)

    def allowed_resources(self, name: str, tag: str) -> frozenset[str] | None:
        with service_call(f"reading the sending policy of {name}"):
            try:
                if not self._has_tag(name, tag):
                    return None
                policy = self._iam.get_user_policy(UserName=name, PolicyName=POLICY)["PolicyDocument"]
            except ClientError as refused:
                if code_of(refused) == "NoSuchEntity":
                    return None
                raise
        return frozenset(allowed_resources(policy))

    def create_key(self, name: str) -> AccessKey:
        with service_call(f"creating an access key of {name}"):
            create = partial(self._making_keys.create_access_key, UserName=name)
            key = self._once_known(name, lambda: unless_throttled(create, self._pause))["AccessKey"]
        return AccessKey(key["AccessKeyId"], key["SecretAccessKey"])

    @cached_property
    def _making_keys(self) -> "IAMClient":
        """Makes no second key where the answer with the secret of the first one is lost."""
        return self._given or client("iam", retries=ONE_TRY)

    def has_tag(self, name: str, tag: str) -> bool:
        with service_call(f"reading the tags of {name}"):
            try:
                return self._has_tag(name, tag)
            except ClientError as refused:
                if code_of(refused) == "NoSuchEntity":
                    return False
                raise

    def delete_key(self, name: str, key: str) -> None:
        with service_call(f"deleting the key {key} of {name}"), _unless_gone():
            self._iam.delete_access_key(UserName=name, AccessKeyId=key)

    def delete(self, name: str, tag: str) -> bool:
        with service_call(f"deleting the IAM user {name}"):
            try:
                if not self._has_tag(name, tag):
                    return False
                self._delete(name)
            except ClientError as refused:
                if code_of(refused) != "NoSuchEntity":
                    raise
        return True

    def _once_known(self, name: str, call: Callable[[], T]) -> T:
        """Repeats a call that IAM refuses since it does not know yet the user that was just made."""
        for seconds in UNTIL_KNOWN if name in self._made else ():
            try:
                return call()
            except ClientError as refused:
                if code_of(refused) not in ("NoSuchEntity", "AccessDenied"):
                    raise
            self._pause(seconds)
        return call()

    def _delete(self, name: str) -> None:
        """Repeats, since Enforce may add the user to the deny group meanwhile, and since IAM sees a removal only after
        seconds."""
        for attempt in range(1, DELETIONS):
            if self._try_to_delete(name):
                return
            self._pause(FIRST_PAUSE * 2 ** (attempt - 1))
        self._remove_belongings(name)
        self._iam.delete_user(UserName=name)

    def _try_to_delete(self, name: str) -> bool:
        """One attempt. False where the user still has something, as IAM sees it."""
        self._remove_belongings(name)
        try:
            self._iam.delete_user(UserName=name)
        except ClientError as refused:
            if code_of(refused) != "DeleteConflict":
                raise
            return False
        return True

    def _remove_belongings(self, name: str) -> None:
        self._delete_keys(name)
        for group in self._paged("list_groups_for_user", "Groups", name):
            self._iam.remove_user_from_group(GroupName=group["GroupName"], UserName=name)
        for policy in self._paged("list_user_policies", "PolicyNames", name):
            self._iam.delete_user_policy(UserName=name, PolicyName=policy)

    def _has_tag(self, name: str, tag: str) -> bool:
        return {"Key": ACCOUNT_TAG, "Value": tag} in self._iam.list_user_tags(UserName=name)["Tags"]

    def _delete_keys(self, name: str) -> None:
        for key in self._listed_keys(name):
            self._iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
