"""Objects in buckets of S3."""

from collections.abc import Iterator
from io import RawIOBase
from typing import Any

from permille.aws.client import client, service_call
from permille.ports.objects import StoredObject


class S3Objects:
    """Implements `ObjectStore`."""

    def __init__(self, *, s3: Any = None) -> None:
        self._s3 = s3 or client("s3")

    def objects(self, bucket: str, prefix: str) -> Iterator[StoredObject]:
        with service_call(f"listing s3://{bucket}/{prefix}"):
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            for page in pages:
                for stored in page.get("Contents", []):
                    yield StoredObject(stored["Key"], stored["Size"])

    def open(self, bucket: str, key: str) -> RawIOBase:
        what = f"reading s3://{bucket}/{key}"
        with service_call(what):
            return _Content(self._s3.get_object(Bucket=bucket, Key=key)["Body"], what)


class _Content(RawIOBase):
    """The content of an object. A connection that breaks off is a ServiceError."""

    def __init__(self, body: Any, what: str) -> None:
        self._body, self._what = body, what

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with service_call(self._what):
            return int(self._body.readinto(buffer))

    def close(self) -> None:
        self._body.close()
        super().close()
