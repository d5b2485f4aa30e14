"""Where a list goes on: opaque to who asks, and good for the list that it came with alone. It is no secret: it names a
place in a list that its holder may read anyhow."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any

from permille.domain.values.errors import MalformedRequest
from permille.ports.paging import Page

_DIGEST = 8  # bytes


def cursor(scope: str, place: str) -> str:
    """`scope`: the list, and all that was asked of it."""
    return urlsafe_b64encode(_digest(scope, place) + place.encode()).decode().rstrip("=")


def following(scope: str, page: Page[Any]) -> str | None:
    """The cursor of the next page of this list, if there is one."""
    return cursor(scope, page.next) if page.next else None


def place_of(scope: str, given: str) -> str:
    """The place that a cursor of this list stands for; the list's beginning where none is given. Raises
    MalformedRequest."""
    if not given:
        return ""
    try:
        decoded = urlsafe_b64decode(given.encode("ascii") + b"=" * (-len(given) % 4))
        place = decoded[_DIGEST:].decode()
    except ValueError:
        place, decoded = "", b""
    if not place or cursor(scope, place) != given:
        raise MalformedRequest("after: this is no cursor of this list; take `next` as it was given")
    return place


def _digest(scope: str, place: str) -> bytes:
    return sha256(f"{scope}\n{place}".encode()).digest()[:_DIGEST]
