"""Whose an access key is, by IAM."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from permille.aws.client import client, code_of, service_call

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

_NOT_OURS = ("NoSuchEntity", "AccessDenied")  # IAM denies it where no user that the role may read has the key


class IamAccessKeys:
    """Implements `AccessKeys`."""

    def __init__(self, *, iam: "IAMClient | None" = None) -> None:
        self._iam: IAMClient = iam or client("iam")

    def user_of(self, key_id: str) -> str:
        """By GetAccessKeyLastUsed, the one call of IAM that takes a key without its user."""
        with service_call("reading whose an access key is"):
            try:
                return self._iam.get_access_key_last_used(AccessKeyId=key_id).get("UserName", "")
            except ClientError as refused:
                if code_of(refused) in _NOT_OURS:
                    return ""
                raise
