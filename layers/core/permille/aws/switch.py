"""Switches SMTP credentials through IAM. SES refuses an Inactive key at login, and a denied user at each message."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from permille.aws.client import client, code_of, service_call
from permille.domain.account.credential import ACTIVE, INACTIVE, Changes, SenderState
from permille.domain.values.errors import ServiceError

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_iam.literals import StatusTypeType


class IamSwitch:
    """Implements `CredentialSwitch`. `deny_group`: the IAM group whose members may not send."""

    def __init__(self, *, deny_group: str, iam: "IAMClient | None" = None) -> None:
        self._iam: IAMClient = iam or client("iam")
        self._deny_group = deny_group

    def state_of(self, sender: str) -> SenderState | None:
        with service_call(f"reading the keys of {sender}"):
            try:
                keys = self._iam.get_paginator("list_access_keys").paginate(UserName=sender).build_full_result()
                groups = self._iam.get_paginator("list_groups_for_user").paginate(UserName=sender).build_full_result()
            except ClientError as refused:
                if code_of(refused) == "NoSuchEntity":
                    return None
                raise
        return SenderState(
            keys={key["AccessKeyId"]: key["Status"] for key in keys["AccessKeyMetadata"]},
            denied=any(group["GroupName"] == self._deny_group for group in groups["Groups"]),
        )

    def denied_senders(self) -> frozenset[str]:
        with service_call(f"listing the members of {self._deny_group}"):
            pages = self._iam.get_paginator("get_group").paginate(GroupName=self._deny_group)
            return frozenset(user["UserName"] for page in pages for user in page["Users"])

    def apply(self, sender: str, changes: Changes) -> None:
        """Switching off begins with the deny group, which stops all keys at once, and open SMTP sessions. Switching on
        ends with it."""
        steps: list[Callable[[], object]] = []
        if changes.deny is True:
            steps.append(partial(self._iam.add_user_to_group, GroupName=self._deny_group, UserName=sender))
        steps += [partial(self._set, sender, key, INACTIVE) for key in sorted(changes.deactivate)]
        steps += [partial(self._set, sender, key, ACTIVE) for key in sorted(changes.activate)]
        if changes.deny is False:
            steps.append(partial(self._allow, sender))
        if refused := [error for step in steps if (error := _refusal(sender, step))]:
            raise type(refused[0])("; ".join(map(str, refused)))

    def _allow(self, sender: str) -> None:
        try:
            self._iam.remove_user_from_group(GroupName=self._deny_group, UserName=sender)
        except ClientError as refused:
            if code_of(refused) != "NoSuchEntity":  # it is out already
                raise

    def _set(self, sender: str, key: str, status: "StatusTypeType") -> None:
        try:
            self._iam.update_access_key(UserName=sender, AccessKeyId=key, Status=status)
        except ClientError as refused:
            if code_of(refused) != "NoSuchEntity":  # the key is gone: nobody sends with it
                raise


def _refusal(sender: str, step: Callable[[], object]) -> ServiceError | None:
    """Takes the step; returns why it was refused, if it was."""
    try:
        with service_call(f"switching {sender}"):
            step()
    except ServiceError as error:
        return error
    return None
