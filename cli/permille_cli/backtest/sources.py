"""Where archived feedback is read from: files, plain or by gzip, and objects of S3."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from permille.domain.values.errors import Failed, InvalidInput
from permille.ports.objects import ObjectStore
from permille_cli.backtest.collection import ArchiveLine

S3 = "s3://"
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Source:
    """A file or an object.

    size: in bytes, as it is stored
    open: opens it for reading
    """

    name: str
    size: int
    open: Callable[[], io.RawIOBase]


def sources_of(names: Sequence[str], store: Callable[[], ObjectStore]) -> list[Source]:
    """The files of these names, and the objects with these prefixes (`s3://BUCKET/PREFIX`). Raises InvalidInput where
    one does not exist. `store`: called where there is such a prefix."""
    found: list[Source] = []
    for name in names:
        found += _objects(name, store()) if name.startswith(S3) else [_file(name)]
    return found


def _file(name: str) -> Source:
    path = Path(name)
    if not path.exists():
        raise InvalidInput(f"{name} does not exist")
    if path.is_dir():
        raise InvalidInput(f"{name} is a folder: name the files in it")
    return Source(name, path.stat().st_size, lambda: path.open("rb", buffering=0))


def _objects(name: str, store: ObjectStore) -> list[Source]:
    bucket, _, prefix = name.removeprefix(S3).partition("/")
    if not bucket:
        raise InvalidInput(f"{name} names no bucket: give s3://BUCKET/PREFIX")
    found = [
        Source(f"{S3}{bucket}/{stored.key}", stored.size, _opener(store, bucket, stored.key))
        for stored in store.objects(bucket, prefix)
        if stored.size
    ]
    if not found:
        raise InvalidInput(f"{name} has no objects")
    return found


def _opener(store: ObjectStore, bucket: str, key: str) -> Callable[[], io.RawIOBase]:
    return lambda: store.open(bucket, key)


def lines_of(source: Source, advance: Callable[[int], object]) -> Iterator[ArchiveLine]:
    """The lines of a source. `advance`: called with the number of stored bytes that were read. Raises Failed where it
    cannot be read to its end."""
    with source.open() as stored:
        counting = _Counting(stored, advance)
        buffered = io.BufferedReader(counting, 1 << 20)
        content: io.BufferedIOBase = buffered
        if buffered.peek(2)[:2] == _GZIP:
            content = gzip.GzipFile(fileobj=buffered)
        try:
            for number, text in enumerate(content, start=1):
                yield ArchiveLine(source.name, number, text)
        except (OSError, EOFError, zlib.error) as error:
            raise Failed(f"{source.name} cannot be read to its end: {error}") from error


class _Counting(io.RawIOBase):
    """A stream that reports how much of it was read."""

    def __init__(self, stored: io.RawIOBase, advance: Callable[[int], object]) -> None:
        self._stored, self._advance = stored, advance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        number = self._stored.readinto(buffer) or 0
        self._advance(number)
        return number
