"""Cursors of paged lists. A cursor is opaque to its holder, and valid for the list that it came with alone. It is no
secret: it has a position in a list that its holder may read."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

from permille.domain.values.errors import MalformedRequest

_DIGEST = 8  # bytes


def cursor(scope: str, position: str) -> str:
    """The cursor of a position. `scope`: the list with its filters."""
    return urlsafe_b64encode(_digest(scope, position) + position.encode()).decode().rstrip("=")


def position_of(scope: str, text: str) -> str:
    """The position of a cursor; empty for an empty cursor, which stands for the beginning. Raises MalformedRequest
    where it is not a cursor of this list."""
    if not text:
        return ""
    try:
        decoded = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        position = decoded[_DIGEST:].decode()
    except ValueError:
        position = ""
    if not position or cursor(scope, position) != text:
        raise MalformedRequest("after: this is no cursor of this list; take `next` as it was given")
    return position


def _digest(scope: str, position: str) -> bytes:
    return sha256(f"{scope}\n{position}".encode()).digest()[:_DIGEST]
