"""A link's form: a JSON Web Token (RFC 7519, HS256)."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from permille.domain.login.links import Claims, Grant, LinkRole, Scope
from permille.domain.values.errors import InvalidInput, NotAuthenticated

LONGEST_TOKEN = 4000  # characters; a cookie holds 4,096, and KMS makes a MAC of no more
_MAC_BYTES = 32  # of HS256
_HEADER = {"alg": "HS256", "typ": "JWT"}
_NAMES = {
    LinkRole.OWNER: {"aud", "sub", "iat", "exp"},
    LinkRole.STAFF: {"aud", "sub", "iat", "exp", "by"},
    LinkRole.PLATFORM: {"aud", "sub", "iat", "exp", "by", "scope", "accounts"},
}


def signed_part(found: Claims) -> str:
    """What the MAC is made of."""
    payload: dict[str, Any] = {
        "aud": found.audience,
        "sub": found.subject,
        "iat": int(found.issued_at.timestamp()),
        "exp": int(found.expires_at.timestamp()),
    }
    if found.audience is not LinkRole.OWNER:
        payload["by"] = found.by
    if found.grant:
        payload |= {"scope": _scope_text(found.grant.scopes), "accounts": list(found.grant.accounts)}
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
    decoded = _decoded(mac)
    if len(decoded) != _MAC_BYTES:  # KMS would be asked for nothing
        raise NotAuthenticated("the token's MAC is not of our kind")
    return _claims(_object(payload)), part, decoded


def _claims(payload: dict[str, Any]) -> Claims:
    """A name more than are known here may bound what the token opens, and is not passed over."""
    try:
        audience = LinkRole(payload["aud"])
        if payload.keys() != _NAMES[audience]:
            raise NotAuthenticated("the token's claims are not of our kind")
        subject, by, instants = payload["sub"], payload.get("by", ""), [payload["iat"], payload["exp"]]
        if not (isinstance(subject, str) and isinstance(by, str) and all(type(one) is int for one in instants)):
            raise NotAuthenticated("the token's claims are not of our kind")
        issued_at, expires_at = (datetime.fromtimestamp(one, UTC) for one in instants)
        grant = _grant(payload) if audience is LinkRole.PLATFORM else None
        return Claims(audience, subject, issued_at, expires_at, by, grant)
    except (KeyError, ValueError, OverflowError, OSError, TypeError, InvalidInput) as error:
        raise NotAuthenticated("the token's claims are not of our kind") from error


def _grant(payload: dict[str, Any]) -> Grant:
    scope, accounts = payload["scope"], payload["accounts"]
    if not (isinstance(scope, str) and isinstance(accounts, list) and all(isinstance(one, str) for one in accounts)):
        raise NotAuthenticated("the token's claims are not of our kind")
    return Grant(frozenset(map(Scope, scope.split(" "))), tuple(accounts))


def _scope_text(scopes: Iterable[Scope]) -> str:
    """As OAuth 2.0 writes it (RFC 6749, 3.3)."""
    return " ".join(sorted(scopes))


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
