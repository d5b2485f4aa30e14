"""A provider is connected to on the public internet alone: whatever else an address is, or leads to, is refused."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permille.domain.sending.public_addresses import is_public

PRIVATE = [
    IPv4Network(one) for one in ("10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
]
LEADING_TO_V4 = {  # by their names, how an IPv6 address leads to an IPv4 one
    "mapped": lambda v4: (0xFFFF << 32) | v4,
    "compatible": lambda v4: v4,
    "translated": lambda v4: (0xFFFF << 48) | v4,
    "NAT64": lambda v4: (0x64FF9B << 96) | v4,
    "NAT64 of a network's own": lambda v4: (0x64FF9B0001 << 80) | v4,
    "6to4": lambda v4: (0x2002 << 112) | (v4 << 80) | 1,
    "Teredo, the server": lambda v4: (0x20010000 << 96) | (v4 << 64),
    "Teredo, the client": lambda v4: (0x20010000 << 96) | (v4 ^ 0xFFFFFFFF),
    "ISATAP": lambda v4: (0xFE80 << 112) | (0x5EFE << 32) | v4,
}


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("127.8.8.8", False),
        ("0.0.0.0", False),  # noqa: S104 - an address to refuse
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),  # carrier-grade NAT
        ("169.254.169.254", False),  # the metadata of an EC2 instance
        ("169.254.170.2", False),  # the credentials of a container
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1", False),
        ("2606:2800:220:1::1%eth0", False),
        ("fec0::1", False),  # once local to a site
        ("168.63.129.16", False),  # a virtual machine's host at Azure
        ("192.88.99.1", False),  # a relay of 6to4
        ("192.0.0.8", False),
        ("192.0.2.1", False),
        ("198.18.0.1", False),
        ("198.51.100.1", False),
        ("203.0.113.1", False),
        ("240.0.0.1", False),
        ("239.255.255.250", False),
        ("8.8.8.8", True),
        ("100.128.0.1", True),
        ("172.32.0.1", True),
        ("168.63.129.17", True),
        ("2a00:1450:4001:81b::1a", True),
        ("2001:db8::1", False),
        ("3fff::1", False),
        ("2001::1", False),  # Teredo
        ("2001:2::1", False),
        ("2001:20::1", False),
        ("100::1", False),  # discarded
        ("5f00::1", False),
        ("4000::1", False),  # of nobody
        ("64:ff9b:1::a00:1", False),
        ("::8.8.8.8", False),
        ("::ffff:0:8.8.8.8", False),
        ("::ffff:8.8.8.8", False),
        ("64:ff9b::a83f:8110", False),  # NAT64 of 168.63.129.16
        ("fe80::1%eth0", False),
        ("fd00:ec2::254", False),  # the metadata of an EC2 instance
        ("ff0e::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),  # 6to4 of 127.0.0.1
        ("64:ff9b::a00:1", False),  # NAT64 of 10.0.0.1
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b::5db8:d822", True),  # NAT64 of a public one
    ],
)
def test_only_addresses_of_the_public_internet_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@given(st.sampled_from(PRIVATE), st.integers(0, 2**24 - 1), st.sampled_from(sorted(LEADING_TO_V4)))
def test_no_way_leads_to_a_private_address(network: IPv4Network, host: int, way: str) -> None:
    v4 = int(network.network_address) + host % network.num_addresses

    assert not is_public(str(IPv4Address(v4)))
    assert not is_public(str(IPv6Address(LEADING_TO_V4[way](v4))))


@given(st.ip_addresses(v=6))
def test_of_ipv6_only_global_unicast_is_public_and_what_nat64_makes_of_ipv4(ip: IPv6Address) -> None:
    allowed = [IPv6Network("2000::/3"), IPv6Network("64:ff9b::/96")]

    assert not is_public(str(ip)) or any(ip in network for network in allowed)


@given(st.ip_addresses())
def test_whatever_python_knows_as_local_is_not_public(ip: IPv4Address | IPv6Address) -> None:
    local = ip.is_private or ip.is_link_local or ip.is_multicast or ip.is_reserved

    assert not (local and is_public(str(ip))) or ip in IPv6Network("64:ff9b::/96")
