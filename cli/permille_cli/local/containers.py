"""By which address containers reach this computer."""

import fcntl
import platform
import re
import shutil
import socket
import struct
import subprocess
from collections.abc import Mapping
from urllib.parse import urlsplit

from permille.domain.values.errors import Failed

LOOPBACK_OF_THE_HOST = "host.docker.internal"  # where Docker runs in a virtual machine, it leads to the host's loopback
BRIDGE_NAME = '{{index .Options "com.docker.network.bridge.name"}}'
SIOCGIFADDR = 0x8915  # Linux's request for an interface's address
DOCKER_SECONDS = 30


def host(system: str = platform.system()) -> str:
    """The address of this computer on Docker's bridge, or a name that leads containers to its loopback. Raises Failed
    where there is no Docker, or not on this computer."""
    if system == "Darwin" or _docker("info", "--format", "{{.OperatingSystem}}") == "Docker Desktop":
        return LOOPBACK_OF_THE_HOST
    bridge = _docker("network", "inspect", "bridge", "--format", BRIDGE_NAME)
    try:
        return _address_of(bridge)
    except OSError as error:  # a rootless engine has its bridge in a network of its own, a remote one elsewhere
        raise Failed(f"Docker's bridge {bridge!r} is not on this computer: {error.strerror}") from error


def in_container(environment: Mapping[str, str], endpoint: str, containers_endpoint: str) -> dict[str, str]:
    """A function's environment, with containers' address of the AWS whose address is `endpoint` here."""
    here = re.compile(rf"http://(?:127\.0\.0\.1|localhost):{urlsplit(endpoint).port}\b")
    there = {name: here.sub(containers_endpoint, value) for name, value in environment.items()}
    return there | {"AWS_ENDPOINT_URL": containers_endpoint}


def _address_of(interface: str) -> str:
    # Not from Docker, which does not always know: older engines name no gateway for a bridge of their own.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        answer = fcntl.ioctl(any_socket.fileno(), SIOCGIFADDR, struct.pack("256s", interface.encode()[:15]))
    return socket.inet_ntoa(answer[20:24])


def _docker(*arguments: str) -> str:
    docker = shutil.which("docker")
    if docker is None:
        raise Failed("`docker` is not on PATH")
    try:
        done = subprocess.run(  # noqa: S603 - whatever the user calls Docker
            [docker, *arguments], capture_output=True, text=True, timeout=DOCKER_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Failed(f"`docker {arguments[0]}` does not answer") from error
    if done.returncode:
        raise Failed(f"`docker {arguments[0]}` failed: {done.stderr.strip()}")
    return done.stdout.strip()
