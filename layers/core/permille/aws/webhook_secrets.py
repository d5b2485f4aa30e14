"""The webhook's signing secrets: one SecureString of SSM, encrypted with the AWS-managed key."""

import json
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from permille.aws.client import client, code_of, service_call
from permille.domain.webhooks.signature import FormerSecret, SigningSecret, SigningSecrets

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

_GONE = "ParameterNotFound"


class SsmWebhookSecrets:
    """Implements `WebhookSecrets`."""

    def __init__(self, *, parameter: str, ssm: "SSMClient | None" = None) -> None:
        self._ssm: SSMClient = ssm or client("ssm")
        self._parameter = parameter

    def get(self) -> SigningSecrets | None:
        with service_call("reading the webhook's signing secrets"):
            try:
                answer = self._ssm.get_parameter(Name=self._parameter, WithDecryption=True)
            except ClientError as refused:
                if code_of(refused) != _GONE:
                    raise
                return None
        return _read(answer["Parameter"]["Value"])

    def put(self, secrets: SigningSecrets) -> None:
        with service_call("storing the webhook's signing secrets"):
            self._ssm.put_parameter(Name=self._parameter, Value=_written(secrets), Type="SecureString", Overwrite=True)

    def delete(self) -> None:
        with service_call("deleting the webhook's signing secrets"):
            try:
                self._ssm.delete_parameter(Name=self._parameter)
            except ClientError as refused:
                if code_of(refused) != _GONE:
                    raise


def _written(secrets: SigningSecrets) -> str:
    former = [{"secret": one.secret.reveal(), "until": one.until.isoformat()} for one in secrets.former]
    return json.dumps({"current": secrets.current.reveal(), "former": former})


def _read(text: str) -> SigningSecrets:
    stored = json.loads(text)
    former = [
        FormerSecret(SigningSecret.parse(one["secret"]), datetime.fromisoformat(one["until"]))
        for one in stored["former"]
    ]
    return SigningSecrets(SigningSecret.parse(stored["current"]), tuple(former))
