"""Which IP addresses belong to the public internet. The ranges are listed here because Python's `is_global` differs
between its releases, and knows neither metadata services of clouds nor IPv4 addresses embedded in IPv6.

Source: IANA's special-purpose address registries (https://www.iana.org/assignments/iana-ipv4-special-registry and
iana-ipv6-special-registry, of 2025); Azure's 168.63.129.16 is public by its number alone.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

_SPECIAL_V4: Final = tuple(
    IPv4Network(one)
    for one in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "168.63.129.16/32",  # a virtual machine's host at Azure
        "169.254.0.0/16",  # the metadata of an instance, the credentials of a container
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
_UNICAST_V6: Final = IPv6Network("2000::/3")  # all public addresses; others are local, or embed IPv4
_SPECIAL_V6: Final = tuple(
    IPv6Network(one)
    for one in (
        "2001::/23",  # protocols' own: Teredo, benchmarks, ORCHID
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",
        "3ffe::/16",
        "3fff::/20",
    )
)
_NAT64: Final = IPv6Network("64:ff9b::/96")  # how a network without IPv4 reaches an IPv4 address: as public as that is


def is_public(address: str) -> bool:
    """Whether an IPv4 or IPv6 address, as text, belongs to the public internet. Raises ValueError where it is none."""
    ip = ip_address(address)
    if isinstance(ip, IPv4Address):
        return not any(ip in special for special in _SPECIAL_V4)
    if ip.scope_id is None and ip in _NAT64:
        return is_public(str(IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.scope_id is None and _is_public_v6(ip)


def _is_public_v6(ip: IPv6Address) -> bool:
    return ip in _UNICAST_V6 and not any(ip in special for special in _SPECIAL_V6)
