"""Signs and verifies tokens by MACs of KMS. The key never leaves KMS, and who may only verify cannot sign."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from permille.aws.client import client, code_of, service_call
from permille.domain.login.links import LinkRole

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_ALGORITHM: Any = "HMAC_SHA_256"


class KmsTokenSigner:
    """Implements `TokenSigner`. A role without a key can neither sign nor verify."""

    def __init__(
        self, *, owner_key: str = "", staff_key: str = "", platform_key: str = "", kms: "KMSClient | None" = None
    ) -> None:
        self._kms: KMSClient = kms or client("kms")
        self._keys = {LinkRole.OWNER: owner_key, LinkRole.STAFF: staff_key, LinkRole.PLATFORM: platform_key}

    def sign(self, role: LinkRole, message: bytes) -> bytes:
        with service_call(f"signing for {role}"):
            answer = self._kms.generate_mac(KeyId=self._keys[role], MacAlgorithm=_ALGORITHM, Message=message)
        return answer["Mac"]

    def verify(self, role: LinkRole, message: bytes, mac: bytes) -> bool:
        if not mac:  # KMS refuses an empty one
            return False
        with service_call(f"verifying for {role}"):
            try:
                self._kms.verify_mac(KeyId=self._keys[role], MacAlgorithm=_ALGORITHM, Message=message, Mac=mac)
            except ClientError as refused:
                if code_of(refused) == "KMSInvalidMacException":
                    return False
                raise
        return True
