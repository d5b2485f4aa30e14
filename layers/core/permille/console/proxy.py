"""CloudFront before a function URL, which stays open to everybody: CloudFront names itself by a header that nobody else
knows the value of. The function knows its digest alone."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self

HEADER = "x-origin-verify"


@dataclass(frozen=True, slots=True)
class Proxy:
    """`digests`: SHA-256 in hex of each value that HEADER may have; none where nothing stands before the function."""

    digests: tuple[str, ...] = ()

    @classmethod
    def of(cls, digests: str) -> Self:
        """As the template has them: separated by commas."""
        return cls(tuple(one for one in digests.split(",") if one))

    def sent(self, event: Mapping[str, Any]) -> bool:
        """Whether a function URL's request came that way; always where there is no other."""
        if not self.digests:
            return True
        given = str((event.get("headers") or {}).get(HEADER) or "")
        digest = sha256(given.encode(errors="replace")).hexdigest()
        return bool(given) and any(hmac.compare_digest(digest, one) for one in self.digests)
