"""The signature of a webhook, by the symmetric scheme of Standard Webhooks 1.0.0.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import binascii
import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from permille.domain.values.errors import InvalidInput

PREFIX: Final = "whsec_"
KEY_LENGTHS: Final = range(24, 65)  # bytes: "at least 24 bytes (192 bits, 512 maximum)"
NEW_KEY_LENGTH: Final = 32
MOST_FORMER: Final = 3


class SigningSecret:
    """The key of signatures. It appears in no representation; only `reveal` returns it."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) not in KEY_LENGTHS:
            raise InvalidInput(f"a signing secret has {KEY_LENGTHS.start} to {KEY_LENGTHS.stop - 1} bytes")
        self._key = key

    @classmethod
    def parse(cls, text: str) -> "SigningSecret":
        """The secret of its text, `whsec_` and Base64. Raises InvalidInput, which does not repeat it."""
        try:
            return cls(b64decode(text.removeprefix(PREFIX), validate=True))
        except binascii.Error as error:
            raise InvalidInput("the signing secret is not Base64") from error

    def reveal(self) -> str:
        """Its text, as receivers and the parameter store have it."""
        return PREFIX + b64encode(self._key).decode("ascii")

    def sign(self, message_id: str, timestamp: int, body: bytes) -> str:
        """`v1,` and the Base64 of the HMAC-SHA256 of id, timestamp and body."""
        content = f"{message_id}.{timestamp}.".encode() + body
        return f"v1,{b64encode(hmac.digest(self._key, content, 'sha256')).decode('ascii')}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SigningSecret) and hmac.compare_digest(self._key, other._key)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "SigningSecret(hidden)"

    def __reduce__(self) -> str:
        raise TypeError("a signing secret is not written down")


@dataclass(frozen=True, slots=True)
class FormerSecret:
    """A secret that was replaced. `until`: from then on it signs nothing."""

    secret: SigningSecret
    until: datetime


@dataclass(frozen=True, slots=True)
class SigningSecrets:
    """The secret in use, and those before it for as long as requests are signed with them too, newest first."""

    current: SigningSecret
    former: tuple[FormerSecret, ...] = ()

    def valid(self, now: datetime) -> list[SigningSecret]:
        """Those that requests are signed with now, the current one first."""
        return [self.current, *(former.secret for former in self.former if now < former.until)]

    def rotated(self, new: SigningSecret, until: datetime) -> "SigningSecrets":
        """With `new` in use, and the current one beside it until then. Earlier ones stay, no longer than that: where
        the answer of a rotation was lost, the secret that receivers have is not the last one."""
        earlier = (FormerSecret(one.secret, min(one.until, until)) for one in self.former)
        former = (FormerSecret(self.current, until), *earlier)
        return SigningSecrets(new, former[:MOST_FORMER])


def signed_headers(secrets: SigningSecrets, message_id: str, body: bytes, now: datetime) -> Mapping[str, str]:
    """The three headers of Standard Webhooks.

    message_id: the entry's id, the same in each try. It is Permille's own: the specification forbids a full stop in ids
        that others choose, since bytes could move between id, timestamp and body. Here no other division has a number
        as its timestamp and a body of JSON
    """
    timestamp = int(now.timestamp())
    signatures = [secret.sign(message_id, timestamp, body) for secret in secrets.valid(now)]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
