"""SMTP credentials of accounts in Secrets Manager, from where the operator hands them out."""

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from permille.aws.client import ACCOUNT_TAG, client, code_of, service_call
from permille.aws.secrets import secret_value
from permille.domain.sending.smtp_server import Password, Server

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_GONE = "ResourceNotFoundException"


class SmtpSecrets:
    """Implements `SmtpPasswords`. Each account has the secret PREFIX/ID/smtp. It ends in a word, since AWS sometimes
    takes an end like that of `shop-a1b2c3` for its own suffix."""

    def __init__(self, *, stack: str, prefix: str, secrets: "SecretsManagerClient | None" = None) -> None:
        self._secrets: SecretsManagerClient = secrets or client("secretsmanager")
        self._stack, self._prefix = stack, prefix

    def key_of(self, account_id: str) -> str:
        with service_call(f"reading the SMTP credential of {account_id}"):
            try:
                answer = self._secrets.get_secret_value(SecretId=self._name(account_id))
            except ClientError as refused:
                if code_of(refused) != _GONE:
                    raise
                return ""
        return str(json.loads(answer["SecretString"])["username"])

    def put(self, account_id: str, server: Server, password: Password) -> None:
        value = secret_value(server, password)
        with service_call(f"storing the SMTP credential of {account_id}"):
            try:
                self._secrets.put_secret_value(SecretId=self._name(account_id), SecretString=value)
            except ClientError as refused:
                if code_of(refused) != _GONE:
                    raise
                self._create(account_id, value)

    def _create(self, account_id: str, value: str) -> None:
        tag = f"{self._stack}/{self._secrets.meta.region_name}/{account_id}"
        self._secrets.create_secret(
            Name=self._name(account_id),
            Description=f"The SMTP credential of the account {account_id}",
            SecretString=value,
            Tags=[{"Key": ACCOUNT_TAG, "Value": tag}],
        )

    def _name(self, account_id: str) -> str:
        return f"{self._prefix}/{account_id}/smtp"
