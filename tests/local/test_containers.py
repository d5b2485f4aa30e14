"""By which address containers reach this computer, and what is said where they do not."""

import os
from pathlib import Path

import pytest

from permille.domain.values.errors import Failed
from permille_cli.local.containers import host, in_container

ENDPOINT, CONTAINERS_ENDPOINT = "http://127.0.0.1:4566", "http://172.17.0.1:4577"


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What `docker` is on PATH: a shell script that a test writes."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.defpath}")
    script = tmp_path / "docker"
    script.touch(mode=0o700)
    return script


def test_on_macos_a_name_leads_to_loopback() -> None:
    assert host("Darwin") == "host.docker.internal"


def test_where_docker_runs_in_a_virtual_machine_a_name_leads_to_loopback(docker: Path) -> None:
    docker.write_text('#!/bin/sh\n[ "$1" = info ] && echo "Docker Desktop"\n', encoding="utf-8")

    assert host("Linux") == "host.docker.internal"


def test_without_docker_there_are_no_containers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Failed, match="`docker` is not on PATH"):
        host("Linux")


def test_an_engine_that_does_not_run_says_so(docker: Path) -> None:
    docker.write_text("#!/bin/sh\necho Is the docker daemon running? >&2\nexit 1\n", encoding="utf-8")

    with pytest.raises(Failed, match=r"`docker info` failed: Is the docker daemon running\?"):
        host("Linux")


def test_a_bridge_on_another_computer_is_refused(docker: Path) -> None:
    docker.write_text("#!/bin/sh\necho no-such-bridge\n", encoding="utf-8")

    with pytest.raises(Failed, match="bridge 'no-such-bridge' is not on this computer"):
        host("Linux")


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("http://127.0.0.1:4566/000000000000/queue", "http://172.17.0.1:4577/000000000000/queue"),
        ("http://localhost:4566/000000000000/queue", "http://172.17.0.1:4577/000000000000/queue"),
        ("http://localhost:45660/", "http://localhost:45660/"),
        (
            "http://abc.lambda-url.us-east-1.localhost:4566/",
            "http://abc.lambda-url.us-east-1.localhost:4566/",
        ),  # a link
        ("", ""),
    ],
)
def test_in_a_container_the_stack_has_another_address(here: str, there: str) -> None:
    environment = {"AWS_ENDPOINT_URL": "", "VALUE": here}

    assert in_container(environment, ENDPOINT, CONTAINERS_ENDPOINT) == {
        "AWS_ENDPOINT_URL": CONTAINERS_ENDPOINT,
        "VALUE": there,
    }
