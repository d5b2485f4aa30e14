"""The verified identities of SES: found, made and set up for accounts."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from permille.aws.client import client, code_of, service_call
from permille.aws.pacing import Paced
from permille.domain.values.errors import Conflict
from permille.ports.identities import DnsRecord

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import GetEmailIdentityResponseTypeDef

PAGE = 1000  # the limit of ListEmailIdentities
DKIM_ZONE = "dkim.amazonses.com"  # if SES names none; newer Regions have zones of their own


class SesIdentities:
    """Implements `Identities`."""

    def __init__(self, *, ses: "SESV2Client | None" = None, paced: Paced | None = None) -> None:
        self._ses: SESV2Client = ses or client("sesv2")
        self._paced = paced or Paced()

    def default_set(self, identity: str) -> str | None:
        with service_call(f"reading the identity {identity}"):
            try:
                return self._identity(identity).get("ConfigurationSetName", "")
            except ClientError as refused:
                if code_of(refused) == "NotFoundException":
                    return None
                raise

    def set_default(self, identity: str, configuration_set: str) -> None:
        parameters: Any = {"ConfigurationSetName": configuration_set} if configuration_set else {}
        put = self._ses.put_email_identity_configuration_set_attributes
        with service_call(f"setting the default configuration set of {identity}"):
            self._paced(lambda: put(EmailIdentity=identity, **parameters))

    def create(self, identity: str, configuration_set: str) -> Sequence[DnsRecord]:
        create = self._ses.create_email_identity
        with service_call(f"creating the identity {identity}"):
            try:
                created = self._paced(lambda: create(EmailIdentity=identity, ConfigurationSetName=configuration_set))
            except ClientError as refused:
                if code_of(refused) == "AlreadyExistsException":
                    raise Conflict(f"the identity {identity} has just been created by somebody else") from refused
                raise
        return _records(identity, created.get("DkimAttributes", {})) if "@" not in identity else []

    def records_left(self, identity: str) -> Sequence[DnsRecord] | None:
        with service_call(f"reading the identity {identity}"):
            try:
                found = self._identity(identity)
            except ClientError as refused:
                if code_of(refused) == "NotFoundException":
                    return None
                raise
        if found.get("VerifiedForSendingStatus", False):
            return None
        return _records(identity, found.get("DkimAttributes", {})) if "@" not in identity else []

    def forwards(self, identity: str) -> bool:
        with service_call(f"reading the identity {identity}"):
            return self._identity(identity).get("FeedbackForwardingStatus", False)

    def set_forwarding(self, identity: str, *, on: bool) -> None:
        put = self._ses.put_email_identity_feedback_attributes
        with service_call(f"setting the feedback forwarding of {identity}"):
            self._paced(lambda: put(EmailIdentity=identity, EmailForwardingEnabled=on))

    def delete(self, identity: str, configuration_set: str) -> None:
        if self.default_set(identity) == configuration_set:
            with service_call(f"deleting the identity {identity}"):
                self._paced(lambda: self._ses.delete_email_identity(EmailIdentity=identity))

    def in_sandbox(self) -> bool:
        with service_call("reading whether SES is in the sandbox"):
            return not self._paced(self._ses.get_account).get("ProductionAccessEnabled", False)

    def all(self) -> Iterator[str]:
        token = ""
        while token is not None:
            page = self._page(token)
            yield from (identity["IdentityName"] for identity in page.get("EmailIdentities", []))
            token = page.get("NextToken")

    def has_set(self, configuration_set: str) -> bool:
        get = self._ses.get_configuration_set
        with service_call(f"reading the configuration set {configuration_set}"):
            try:
                self._paced(lambda: get(ConfigurationSetName=configuration_set))
            except ClientError as refused:
                if code_of(refused) == "NotFoundException":
                    return False
                raise
        return True

    def _page(self, token: str) -> Any:
        start: Any = {"NextToken": token} if token else {}
        with service_call("listing the identities of SES"):
            return self._paced(lambda: self._ses.list_email_identities(PageSize=PAGE, **start))

    def _identity(self, identity: str) -> "GetEmailIdentityResponseTypeDef":
        return self._paced(lambda: self._ses.get_email_identity(EmailIdentity=identity))


def _records(domain: str, dkim: Any) -> list[DnsRecord]:
    zone = dkim.get("SigningHostedZone") or DKIM_ZONE
    return [DnsRecord(f"{token}._domainkey.{domain}", f"{token}.{zone}") for token in dkim.get("Tokens", [])]
