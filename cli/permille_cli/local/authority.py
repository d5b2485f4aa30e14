"""The SMTP endpoint's requests to the emulator: credentials, identities, IAM authorization."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class SmtpCredential:
    """The user of an Active access key.

    secret_access_key: for the SMTP password.
    caller_identity: the user's name in SES's events.
    arn: the user's ARN.
    """

    secret_access_key: str
    caller_identity: str
    arn: str


@dataclass(frozen=True, slots=True)
class Identity:
    """A verified SES identity, and the default configuration set of its mail."""

    arn: str
    configuration_set: str | None


@dataclass(frozen=True, slots=True)
class IamDenial:
    """IAM denied an action. `arn`: the user; `resource`: the resource that is denied."""

    arn: str
    resource: str


class UnknownKeyError(Exception):
    """The access key does not exist or is not Active."""


@dataclass(frozen=True, slots=True)
class Authority:
    """The emulator's private paths. Every call blocks for some milliseconds."""

    port: int
    token: str

    def credential(self, access_key_id: str) -> SmtpCredential | None:
        answer = self._ask("GET", f"credential?{urlencode({'access_key_id': access_key_id})}")
        return SmtpCredential(**answer) if answer else None

    def identity(self, address: str) -> Identity | None:
        """The verified identity of `address`: itself, its domain or a parent domain; None if there is none."""
        answer = self._ask("GET", f"identity?{urlencode({'address': address})}")
        return Identity(**answer) if answer else None

    def denial(
        self, access_key_id: str, action: str, resources: list[str], context: dict[str, Any]
    ) -> IamDenial | None:
        """The first of `resources` on which the key's user may not do `action`. Raises UnknownKeyError."""
        request = {
            "access_key_id": access_key_id,
            "action": action,
            "resources": resources,
            "context": context,
        }
        answer = self._ask("POST", "authorize", json.dumps(request))
        if answer is None:
            raise UnknownKeyError(access_key_id)
        return IamDenial(**answer["denied"]) if answer["denied"] else None

    def _ask(self, method: str, path: str, body: str | None = None) -> dict[str, Any] | None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, f"/_permille/{path}", body, {"x-permille-token": self.token})
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        if response.status == 404:
            return None
        if response.status != 200:
            raise ConnectionError(f"the emulator answered {response.status} to {method} {path.split('?')[0]}")
        answer: dict[str, Any] = json.loads(text)
        return answer
