"""The third-party SMTP provider that an account is connected to, or that its owner asked for."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Provider:
    """A third-party SMTP server.

    host, port, username: its address, and the user name of the login
    secret: the ARN of the secret with the password
    version: the version of the secret that belongs to this host and user name
    connected_at: when it was connected
    """

    host: str
    port: int
    username: str
    secret: str
    version: str
    connected_at: datetime


@dataclass(frozen=True, slots=True)
class ProviderRequest:
    """A third-party SMTP server that was asked for on the owner's page. It is used for nothing until the owner confirms
    it.

    host, port, username: its address, and the user name of the login
    secret: the ARN of the secret with the password
    version: the version of the secret, which also identifies the request
    requested_at, expires_at: from when and until when it can be confirmed
    """

    host: str
    port: int
    username: str
    secret: str
    version: str
    requested_at: datetime
    expires_at: datetime
