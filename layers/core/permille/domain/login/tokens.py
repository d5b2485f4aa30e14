"""Encodes and parses claims as a JSON Web Token (RFC 7519, HS256)."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
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


def signed_part(claims: Claims) -> str:
    """Header and payload of the token, which the MAC is computed over."""
    payload: dict[str, Any] = {
        "aud": claims.role,
        "sub": claims.subject,
        "iat": int(claims.issued_at.timestamp()),
        "exp": int(claims.expires_at.timestamp()),
    }
    if claims.role is not LinkRole.OWNER:
        payload["by"] = claims.by
    if claims.grant:
        payload |= {"scope": _scope_text(claims.grant.scopes), "accounts": list(claims.grant.accounts)}
    return encoded(payload)


def encoded(payload: Mapping[str, Any]) -> str:
    """Header and this payload, which the MAC is computed over."""
    return f"{_encoded(_as_json(_HEADER))}.{_encoded(_as_json(payload))}"


def token(part: str, mac: bytes) -> str:
    """The whole token, of its signed part and the MAC."""
    return f"{part}.{_encoded(mac)}"


def read(text: str) -> tuple[Claims, str, bytes]:
    """Parses a token into its claims, its signed part and its MAC, which is not verified yet. Raises NotAuthenticated
    where it has not exactly our form."""
    payload, part, mac = parsed(text)
    return _claims(payload), part, mac


def parsed(text: str) -> tuple[dict[str, Any], str, bytes]:
    """As `read`, with the payload as it is."""
    if len(text) > LONGEST_TOKEN or text.count(".") != 2:
        raise NotAuthenticated("this is no token")
    part, _, mac = text.rpartition(".")
    header, _, payload = part.partition(".")
    if _object(header) != _HEADER:
        raise NotAuthenticated("the token is not of our kind")
    decoded = _decoded(mac)
    if len(decoded) != _MAC_BYTES:  # saves a call of KMS
        raise NotAuthenticated("the token's MAC is not of our kind")
    return _object(payload), part, decoded


def _claims(payload: dict[str, Any]) -> Claims:
    """A token with additional claims is rejected: they may restrict what it allows."""
    try:
        role = LinkRole(payload["aud"])
        if payload.keys() != _NAMES[role]:
            raise NotAuthenticated("the token's claims are not of our kind")
        subject, by, instants = payload["sub"], payload.get("by", ""), [payload["iat"], payload["exp"]]
        if not (isinstance(subject, str) and isinstance(by, str) and all(type(instant) is int for instant in instants)):
            raise NotAuthenticated("the token's claims are not of our kind")
        issued_at, expires_at = (datetime.fromtimestamp(instant, UTC) for instant in instants)
        grant = _grant(payload) if role is LinkRole.PLATFORM else None
        return Claims(role, subject, issued_at, expires_at, by, grant)
    except (KeyError, ValueError, OverflowError, OSError, TypeError, InvalidInput) as error:
        raise NotAuthenticated("the token's claims are not of our kind") from error


def _grant(payload: dict[str, Any]) -> Grant:
    scope, accounts = payload["scope"], payload["accounts"]
    if not (isinstance(scope, str) and isinstance(accounts, list) and all(isinstance(text, str) for text in accounts)):
        raise NotAuthenticated("the token's claims are not of our kind")
    return Grant(frozenset(map(Scope, scope.split(" "))), tuple(accounts))


def _scope_text(scopes: Iterable[Scope]) -> str:
    """As OAuth 2.0 writes it (RFC 6749, 3.3)."""
    return " ".join(sorted(scopes))


def _object(encoded: str) -> dict[str, Any]:
    try:
        data = json.loads(_decoded(encoded))
    except (ValueError, RecursionError) as error:
        raise NotAuthenticated("the token holds no JSON") from error
    if not isinstance(data, dict):
        raise NotAuthenticated("the token holds no object")
    return data


def _as_json(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    """Strict base64url: each value has one text only, so that a token cannot be rewritten and stay valid."""
    try:
        data = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (UnicodeEncodeError, binascii.Error) as error:
        raise NotAuthenticated("the token is not in base64url") from error
    if _encoded(data) != text:
        raise NotAuthenticated("the token is not in base64url")
    return data
