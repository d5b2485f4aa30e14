"""The third-party SMTP provider that an account is connected to."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Provider:
    """A third-party SMTP server that the owner's e-mails can go through. `secret` is the ARN of the secret that holds
    the password, and `version` which of its versions goes with this host and user."""

    host: str
    port: int
    user: str
    secret: str
    version: str
    connected_at: datetime
