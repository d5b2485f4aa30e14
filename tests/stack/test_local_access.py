"""Other users of this computer, its containers, and pages that are open here get nothing of the embedded AWS without a
credential. The stack is one that nothing is deployed to."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.stack.conftest import eventually

from permille_cli.local.running import Running
from permille_cli.local.state import StateDirectory

Ask = Callable[..., int]
HERE, CONTAINERS = "endpoint", "containers_endpoint"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    state = StateDirectory(tmp_path_factory.mktemp("door") / "state")
    state.make()
    command = [sys.executable, "-m", "permille_cli.local.supervisor", str(state.path), "--containers-host", "127.0.0.1"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            running = eventually(state.running)
            assert running is not None
            yield running
        finally:
            process.terminate()


@pytest.fixture
def ask(running: Running) -> Ask:
    def ask(method: str, path: str, headers: dict[str, str] | None = None, body: str = "", at: str = HERE) -> int:
        address = urlsplit(getattr(running, at))
        connection = HTTPConnection(address.hostname or "", address.port, timeout=30)
        try:
            connection.request(method, path, body, {"host": address.netloc, **(headers or {})})
            return connection.getresponse().status
        finally:
            connection.close()

    return ask


def client(running: Running, service: Any, key: str, secret: str, at: str = HERE) -> Any:
    return boto3.client(
        service,
        endpoint_url=getattr(running, at),
        region_name=running.region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


@pytest.mark.parametrize("at", [HERE, CONTAINERS])
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/_ministack/health", 200),
        ("POST", "/_ministack/reset", 403),
        ("POST", "/_ministack/config", 403),
        ("GET", "/_ministack/ses/messages", 403),
        ("GET", "/_ministack/sqs/messages", 403),
        ("GET", "/_localstack/health", 403),
        ("GET", "/health", 403),
        ("POST", "/?Action=ListUsers", 403),
    ],
)
def test_the_emulators_own_paths_are_closed_but_for_the_health_check(
    ask: Ask, method: str, path: str, status: int, at: str
) -> None:
    assert ask(method, path, at=at) == status


def test_a_page_of_another_site_can_reset_nothing(running: Running, ask: Ask) -> None:
    client(running, "sqs", running.access_key_id, running.secret_access_key).create_queue(QueueName="stays")
    form = {"origin": "https://evil.example", "content-type": "text/plain", "sec-fetch-site": "cross-site"}

    assert ask("POST", "/_ministack/reset", form) == 403
    assert ask("OPTIONS", "/_ministack/reset", form | {"access-control-request-method": "POST"}) == 403
    queues = client(running, "sqs", running.access_key_id, running.secret_access_key).list_queues()["QueueUrls"]
    assert len(queues) == 1


@pytest.mark.parametrize("host", ["evil.example", "abc.execute-api.localhost", "bucket.s3.amazonaws.com"])
def test_a_name_that_was_made_to_point_here_is_not_answered(ask: Ask, host: str) -> None:
    assert ask("GET", "/_ministack/health", {"host": host}) == 403


@pytest.mark.parametrize("at", [HERE, CONTAINERS])
@pytest.mark.parametrize("service", ["sqs", "dynamodb", "s3", "iam"])
@pytest.mark.parametrize("key", ["", "test", "000000000000", "123456789012", "AKIAIOSFODNN7EXAMPLE"])
def test_root_has_to_sign_with_its_secret(running: Running, service: str, key: str, at: str) -> None:
    """`key`: "" for root's own. ministack takes the next three for root's too."""
    asking = {"sqs": "list_queues", "dynamodb": "list_tables", "s3": "list_buckets", "iam": "list_users"}[service]

    getattr(client(running, service, running.access_key_id, running.secret_access_key, at), asking)()
    with pytest.raises(ClientError, match=r"Signature|Token|security token|AccessKeyId"):
        getattr(client(running, service, key or running.access_key_id, "another", at), asking)()


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_who_signs_by_the_address_alone_needs_the_secret_too(running: Running, ask: Ask, version: str) -> None:
    statuses = []
    for secret in (running.secret_access_key, "another"):
        s3 = boto3.client(
            "s3",
            endpoint_url=running.endpoint,
            aws_access_key_id=running.access_key_id,
            aws_secret_access_key=secret,
            config=Config(signature_version=version),
        )
        url = urlsplit(s3.generate_presigned_url("list_buckets"))
        statuses.append(ask("GET", f"{url.path}?{url.query}"))

    assert statuses == [200 if version == "s3v4" else 403, 403]  # the older one is not let in at all


@pytest.mark.parametrize("path", ["/private/key?X-Amz-Signature=00", "/?Action=ListUsers&X-Amz-Signature=00"])
def test_a_signature_of_nobody_is_none(running: Running, ask: Ask, path: str) -> None:
    s3 = client(running, "s3", running.access_key_id, running.secret_access_key)
    s3.create_bucket(Bucket="private")
    s3.put_object(Bucket="private", Key="key", Body=b"secret")

    assert ask("GET", path) in (400, 403)


def test_the_credentials_are_written_where_nobody_else_reads(running: Running) -> None:
    directory = Path(running.certificate).parent
    modes = {path.name: path.stat().st_mode & 0o077 for path in directory.rglob("*")}

    assert json.loads((directory / "running.json").read_text())["secret_access_key"] == running.secret_access_key
    assert {name: mode for name, mode in modes.items() if mode and name not in STARTED_BEFORE} == {}


STARTED_BEFORE = {
    ".permille-stack",
    "lock",
    "logs",
    "mails",
    "permille_cli",
    "tmp",
}  # made before `up` writes; no secrets
