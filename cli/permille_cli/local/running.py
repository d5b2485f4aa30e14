"""A running embedded stack: its addresses and credentials."""

from dataclasses import dataclass, replace
from typing import Any

HOURS = 8.0  # until it stops by itself


@dataclass(frozen=True, slots=True)
class Running:
    """The addresses of a running stack, and its root credentials."""

    pid: int
    endpoint: str
    containers_endpoint: str | None
    region: str
    account_id: str
    access_key_id: str
    secret_access_key: str
    smtp_host: str
    smtp_port: int
    relay_port: int
    certificate: str
    mails: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which SDKs, SAM CLI and AWS CLI speak to this stack."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_DEFAULT_REGION": self.region,
        }

    def with_smtp_port(self, port: int) -> "Running":
        return replace(self, smtp_port=port)

    def client(self, service: Any) -> Any:
        """A client of this stack's AWS, whatever the environment says."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            service,
            config=Config(retries={"total_max_attempts": 2}),
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
        )
