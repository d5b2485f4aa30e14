"""Who may see what: a link is a JSON Web Token (RFC 7519, HS256), and whoever holds it is let in until it expires or
its generation is revoked. The MAC itself is made and verified elsewhere, where the keys are."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from permille.domain.errors import LinkExpired, NotAuthenticated

LONGEST_TOKEN = 1000
_HEADER = {"alg": "HS256", "typ": "JWT"}


class For(StrEnum):
    """Whom a link lets in: the owner of one account, one of support's people, or the host platform."""

    OWNER = "owner"
    STAFF = "staff"
    PLATFORM = "platform"


LASTS = {For.OWNER: timedelta(days=7), For.STAFF: timedelta(hours=12), For.PLATFORM: timedelta(days=365)}


@dataclass(frozen=True, slots=True)
class Claims:
    """`subject`: the account's id, or the name of who is let in. `generation`: of the account's links, or of all links
    for staff or platforms; a link of another generation is revoked. Instants in whole seconds, UTC."""

    audience: For
    subject: str
    generation: int
    issued_at: datetime
    expires_at: datetime


def claims(audience: For, subject: str, generation: int, now: datetime, lasts: timedelta | None = None) -> Claims:
    """Of a link that is made now, and lasts as long as those of its audience do if nothing else is said."""
    issued_at = now.astimezone(UTC).replace(microsecond=0)
    return Claims(audience, subject, generation, issued_at, issued_at + (lasts or LASTS[audience]))


def signed_part(found: Claims) -> str:
    """What the MAC is made of."""
    payload = {
        "aud": found.audience,
        "sub": found.subject,
        "gen": found.generation,
        "iat": int(found.issued_at.timestamp()),
        "exp": int(found.expires_at.timestamp()),
    }
    return f"{_encoded(_as_json(_HEADER))}.{_encoded(_as_json(payload))}"


def token(part: str, mac: bytes) -> str:
    return f"{part}.{_encoded(mac)}"


def read(text: str) -> tuple[Claims, str, bytes]:
    """What a token claims, its signed part, and its MAC, which is still to be verified. Raises NotAuthenticated."""
    if len(text) > LONGEST_TOKEN or text.count(".") != 2:
        raise NotAuthenticated("this is no token")
    part, _, mac = text.rpartition(".")
    header, _, payload = part.partition(".")
    if _object(header) != _HEADER:
        raise NotAuthenticated("the token is not of our kind")
    return _claims(_object(payload)), part, _decoded(mac)


def check(found: Claims, generation: int, now: datetime) -> None:
    """Raises NotAuthenticated where the link has expired, or was revoked. `generation`: the one that is in force."""
    if now >= found.expires_at:
        raise LinkExpired("the link has expired")
    if found.generation != generation:
        raise NotAuthenticated("the link was revoked")


def _claims(payload: dict[str, Any]) -> Claims:
    try:
        audience, subject = For(payload["aud"]), payload["sub"]
        generation, issued_at, expires_at = (payload[name] for name in ("gen", "iat", "exp"))
        if not (isinstance(subject, str) and all(type(one) is int for one in (generation, issued_at, expires_at))):
            raise NotAuthenticated("the token's claims are not of our kind")
        instants = (datetime.fromtimestamp(one, UTC) for one in (issued_at, expires_at))
        return Claims(audience, subject, generation, *instants)
    except (KeyError, ValueError, OverflowError, OSError, TypeError) as error:
        raise NotAuthenticated("the token's claims are not of our kind") from error


def _object(encoded: str) -> dict[str, Any]:
    try:
        found = json.loads(_decoded(encoded))
    except (ValueError, RecursionError) as error:
        raise NotAuthenticated("the token holds no JSON") from error
    if not isinstance(found, dict):
        raise NotAuthenticated("the token holds no object")
    return found


def _as_json(found: dict[str, Any]) -> bytes:
    return json.dumps(found, separators=(",", ":"), ensure_ascii=False).encode()


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    """Strict: one text for one value, so that nobody can change a token and keep what it says."""
    try:
        data = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (UnicodeEncodeError, NoBase64) as error:
        raise NotAuthenticated("the token is not in base64url") from error
    if _encoded(data) != text:
        raise NotAuthenticated("the token is not in base64url")
    return data
