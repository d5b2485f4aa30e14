"""SES's suppression list of the AWS account in its Region."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from permille.aws.client import client, code_of, service_call

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client


class SesSuppressionList:
    """Implements `SesSuppressions`."""

    def __init__(self, *, ses: "SESV2Client | None" = None) -> None:
        self._ses: SESV2Client = ses or client("sesv2")

    def reason(self, address: str) -> str:
        with service_call(f"reading whether SES suppresses {address}"):
            try:
                answer = self._ses.get_suppressed_destination(EmailAddress=address)
            except ClientError as refused:
                if code_of(refused) == "NotFoundException":
                    return ""
                raise
        return answer["SuppressedDestination"]["Reason"]

    def remove(self, address: str) -> None:
        with service_call(f"removing {address} from SES's suppression list"):
            try:
                self._ses.delete_suppressed_destination(EmailAddress=address)
            except ClientError as refused:
                if code_of(refused) != "NotFoundException":
                    raise
