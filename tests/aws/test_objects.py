"""Objects of S3, and of the fake."""

from io import BufferedReader
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from tests.support.operator_fakes import FakeObjects
from tests.support.wire import Wire

from permille.aws.objects import S3Objects
from permille.domain.values.errors import PermissionDenied, RequestRejected, Unavailable
from permille.ports.objects import ObjectStore, StoredObject

ARCHIVE = {"feedback/2.jsonl": b"two\n", "feedback/1.jsonl": b"one\n", "other/3.jsonl": b"three\n"}


@pytest.fixture
def s3(moto: Any) -> Any:
    return boto3.client("s3")


@pytest.fixture(params=["fake", "s3"])
def store(request: pytest.FixtureRequest, s3: Any) -> ObjectStore:
    if request.param == "fake":
        return FakeObjects({"archive": ARCHIVE})
    s3.create_bucket(Bucket="archive")
    for key, content in ARCHIVE.items():
        s3.put_object(Bucket="archive", Key=key, Body=content)
    return S3Objects(s3=s3)


def test_the_objects_below_a_prefix_are_listed_by_key(store: ObjectStore) -> None:
    assert list(store.objects("archive", "feedback/")) == [
        StoredObject("feedback/1.jsonl", 4),
        StoredObject("feedback/2.jsonl", 4),
    ]
    assert list(store.objects("archive", "nothing/")) == []


def test_an_object_is_read_to_its_end(store: ObjectStore) -> None:
    with store.open("archive", "other/3.jsonl") as content:
        assert BufferedReader(content).read() == b"three\n"


def test_a_bucket_or_an_object_that_does_not_exist_is_refused(store: ObjectStore) -> None:
    with pytest.raises(RequestRejected, match="NoSuchBucket"):
        list(store.objects("missing", ""))
    with pytest.raises(RequestRejected, match="NoSuchKey"):
        store.open("archive", "missing")


def test_further_pages_are_read(s3: Any) -> None:
    wire, objects = Wire(s3), [{"Key": key, "Size": 1} for key in "12"]
    wire.answer("ListObjectsV2", {"Contents": objects[:1], "IsTruncated": True, "NextContinuationToken": "more"})
    wire.answer("ListObjectsV2", {"Contents": objects[1:], "IsTruncated": False})

    assert [stored.key for stored in S3Objects(s3=s3).objects("archive", "")] == ["1", "2"]
    assert [asked.get("ContinuationToken") for _, asked in wire.asked] == [None, "more"]


def test_what_aws_does_not_allow_is_said_so(s3: Any) -> None:
    Wire(s3).refuse("ListObjectsV2", "AccessDenied")

    with pytest.raises(PermissionDenied, match="listing s3://archive/feedback/"):
        list(S3Objects(s3=s3).objects("archive", "feedback/"))


def test_a_connection_that_breaks_off_is_no_end_of_the_object() -> None:
    class Breaking:
        def readinto(self, _: Any) -> int:
            raise ReadTimeoutError(endpoint_url="https://s3.example")

        def close(self) -> None:
            """Nothing to close."""

    class Client:
        def get_object(self, **_: str) -> dict[str, Any]:
            return {"Body": Breaking()}

    with S3Objects(s3=Client()).open("archive", "key") as content, pytest.raises(Unavailable, match="s3://archive/key"):
        content.read()
