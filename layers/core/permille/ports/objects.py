"""The port of stored objects, such as an archive of feedback."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import RawIOBase


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object of a bucket.

    key: its name
    size: in bytes
    """

    key: str
    size: int


class ObjectStore(Protocol):
    """Objects in buckets, such as an archive of feedback."""

    def objects(self, bucket: str, prefix: str) -> Iterator[StoredObject]:
        """The objects whose keys begin with the prefix, sorted by key. Raises PermissionDenied, and RequestRejected
        where there is no such bucket."""

    def open(self, bucket: str, key: str) -> RawIOBase:
        """Opens an object for reading. Reading raises Unavailable where the connection breaks off."""
