"""The passwords of providers in Secrets Manager. An account names the version that it uses, so that a new version is
not used before the account names it."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from permille.aws.client import ACCOUNT_TAG, client, code_of, service_call
from permille.domain.sending.smtp_server import Password, Server
from permille.ports.providers import Secret

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_secretsmanager.type_defs import TagTypeDef

_DESCRIPTIONS = {
    "provider": "the account {} is connected to",
    "requested": "was asked for on the page of the account {}, and is not confirmed",
}
_CURRENT = "AWSCURRENT"
_GONE = "ResourceNotFoundException"
_BEING_DELETED = "InvalidRequestException"


class SecretsManager:
    """Implements `ListedSecrets`. `requested`: the passwords of requests that no owner has confirmed; their
    secrets have names of their own, so that the right to read those of connected providers does not extend to them."""

    def __init__(self, *, stack: str, requested: bool = False, secrets: "SecretsManagerClient | None" = None) -> None:
        self._secrets: SecretsManagerClient = secrets or client("secretsmanager")
        self._stack = stack
        self._what = "requested" if requested else "provider"

    def put(
        self, account_id: str, server: Server, password: Password, keep: Secret | None, version: str = ""
    ) -> Secret:
        given: Any = {"SecretId": self._name(account_id), "SecretString": secret_value(server, password)}
        if version:
            given["ClientRequestToken"] = version
        with service_call(f"storing the provider's password of {account_id}"):
            if keep:
                self._make_current(keep)
            try:
                put = self._secrets.put_secret_value(**given)
            except ClientError as refused:
                if code_of(refused) != _GONE:
                    raise
                self._create(account_id)
                put = self._secrets.put_secret_value(**given)
        return Secret(put["ARN"], put["VersionId"])

    def _create(self, account_id: str) -> None:
        """A secret without a version: what creates and stores at once has a version of its own on embedded stacks."""
        tag: TagTypeDef = {"Key": ACCOUNT_TAG, "Value": f"{self._stack}/{self._secrets.meta.region_name}/{account_id}"}
        self._secrets.create_secret(
            Name=self._name(account_id),
            Description=f"The SMTP provider that {_DESCRIPTIONS[self._what].format(account_id)}",
            Tags=[tag],
        )

    def _make_current(self, keep: Secret) -> None:
        """Labels the version in use as current again, where a run was cut off after it put a version that is not used.
        Otherwise the next put would take the last label of the version in use, and AWS deletes versions without one."""
        try:
            stages = self._secrets.describe_secret(SecretId=keep.arn).get("VersionIdsToStages", {})
            current = [version for version, labels in stages.items() if _CURRENT in labels]
            if keep.version in stages and current and keep.version not in current:
                self._secrets.update_secret_version_stage(
                    SecretId=keep.arn,
                    VersionStage=_CURRENT,
                    MoveToVersionId=keep.version,
                    RemoveFromVersionId=current[0],
                )
        except ClientError as refused:
            if code_of(refused) != _GONE:
                raise

    def get(self, secret: Secret) -> Password | None:
        with service_call("reading the provider's password"):
            try:
                answer = self._secrets.get_secret_value(SecretId=secret.arn, VersionId=secret.version)
            except ClientError as refused:
                if code_of(refused) not in (_GONE, _BEING_DELETED):
                    raise
                return None
        return Password(json.loads(answer["SecretString"])["password"])

    def delete(self, account_id: str) -> bool:
        with service_call(f"deleting the provider's password of {account_id}"):
            try:
                self._secrets.describe_secret(SecretId=self._name(account_id))
                self._secrets.delete_secret(SecretId=self._name(account_id), ForceDeleteWithoutRecovery=True)
            except ClientError as refused:
                if code_of(refused) != _GONE:
                    raise
                return False
        return True

    def listed(self) -> Iterator[tuple[str, datetime]]:
        prefix, end = f"{self._stack}/", f"/{self._what}"
        with service_call("listing the passwords of providers"):
            pages = self._secrets.get_paginator("list_secrets").paginate(Filters=[{"Key": "name", "Values": [prefix]}])
            for page in pages:
                for secret in page["SecretList"]:
                    name = secret.get("Name", "")
                    if name.startswith(prefix) and name.endswith(end):  # AWS compares without regard to case
                        yield name.removeprefix(prefix).removesuffix(end), secret["LastChangedDate"]

    def _name(self, account_id: str) -> str:
        """It ends in a word, since AWS sometimes takes an end like that of `shop-a1b2c3` for its own suffix."""
        return f"{self._stack}/{account_id}/{self._what}"


def secret_value(server: Server, password: Password) -> str:
    """JSON with the fields of AWS's own secrets, so that each version is complete."""
    value = {"host": server.host, "port": server.port, "username": server.username, "password": password.reveal()}
    return json.dumps(value)
