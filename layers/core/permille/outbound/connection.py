"""Connects to a server at a public address. The name is resolved once: a second lookup could return another address,
which was not checked."""

import socket
from collections.abc import Callable
from typing import Any

from permille.domain.sending.public_addresses import is_public
from permille.outbound.deadline import seconds_left, within

Resolve = Callable[..., list[Any]]


class UnknownHost(OSError):
    """The name has no address."""


class PrivateAddress(OSError):
    """One of the host's addresses is not public."""


def connect(
    host: str,
    port: int,
    deadline: float,
    *,
    seconds: float,
    local: bool = False,
    resolve: Resolve = socket.getaddrinfo,
) -> socket.socket:
    """A connected socket. Raises UnknownHost, PrivateAddress, TimeoutError, or the OSError of the connection.

    deadline: of name resolution and connection together
    seconds: the socket's timeout, of each operation
    local: allows loopback and private networks. For operators alone: AWS has servers there that trust everybody who
        reaches them
    """
    address = _address(host, port, deadline, local, resolve)
    connection = socket.create_connection((address, port), timeout=min(seconds, seconds_left(deadline)))
    connection.settimeout(seconds)
    return connection


def _address(host: str, port: int, deadline: float, local: bool, resolve: Resolve) -> str:  # noqa: FBT001
    """IPv4 is preferred, since not every network has IPv6."""
    try:
        results = within(seconds_left(deadline), lambda: resolve(host, port, type=socket.SOCK_STREAM))
    except (socket.gaierror, UnicodeError) as error:
        raise UnknownHost(host) from error
    addresses = sorted((str(result[4][0]) for result in results), key=lambda address: ":" in address)
    if not local and not all(map(is_public, addresses)):
        raise PrivateAddress(host)
    return addresses[0]
