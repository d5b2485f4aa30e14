"""The proxy in front of a function URL, which is public: CloudFront sends a secret header, of which the function knows
the digests. A request without it has bypassed CloudFront."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self

HEADER = "x-origin-verify"


@dataclass(frozen=True, slots=True)
class Proxy:
    """`digests`: SHA-256 in hex of each value that HEADER may have; empty where there is no proxy."""

    digests: tuple[str, ...] = ()

    @classmethod
    def of(cls, digests: str) -> Self:
        """Parses the comma-separated digests of the template's parameter."""
        return cls(tuple(digest for digest in digests.split(",") if digest))

    def forwarded(self, event: Mapping[str, Any]) -> bool:
        """Whether the proxy forwarded a function URL's event; always true where there is no proxy."""
        if not self.digests:
            return True
        value = str((event.get("headers") or {}).get(HEADER) or "")
        actual = sha256(value.encode(errors="replace")).hexdigest()
        return bool(value) and any(hmac.compare_digest(actual, digest) for digest in self.digests)
