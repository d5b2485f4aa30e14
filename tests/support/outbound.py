"""What a name resolves to, and whom a client trusts, in tests of connections to others."""

import socket
import ssl
from typing import Any

import trustme

PRIVATE = [
    ["127.0.0.1"],
    ["::1"],
    ["169.254.169.254"],
    ["10.1.2.3"],
    ["93.184.216.34", "10.1.2.3"],
    ["fe80::1%eth0"],
]  # the addresses of one name each
LOOPBACK = ("localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001")  # the same computer, by the real resolver


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """A client's context, which trusts this authority too."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def resolving(*addresses: str) -> Any:
    """A resolver by which every name has these addresses."""

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        return [(0, 0, 0, "", (address, port)) for address in addresses]

    return resolve


def unknown(host: str, port: int, **_: Any) -> list[Any]:
    """A resolver by which no name has an address."""
    raise socket.gaierror(-2, "Name or service not known")
