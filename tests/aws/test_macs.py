"""Whoever has a key's right makes MACs that verify, and no others do."""

import hashlib
import hmac
from itertools import permutations
from typing import Any

import boto3
import pytest
from tests.support.fakes import FakeMacs

from permille.aws.macs import KmsMacs
from permille.domain.login.links import For
from permille.domain.values.errors import RequestRejected
from permille.ports.login import Macs

MESSAGE = b"header.payload"


def a_key() -> str:
    made = boto3.client("kms").create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    return str(made["KeyMetadata"]["Arn"])


@pytest.fixture(params=["fake", "kms"])
def macs(request: pytest.FixtureRequest, aws: None) -> Macs:
    return (
        FakeMacs() if request.param == "fake" else KmsMacs(owner_key=a_key(), staff_key=a_key(), platform_key=a_key())
    )


@pytest.mark.parametrize("audience", For)
def test_a_mac_verifies_for_its_audience_and_message_alone(macs: Macs, audience: For) -> None:
    mac = macs.make(audience, MESSAGE)

    assert macs.verifies(audience, MESSAGE, mac)
    assert not macs.verifies(audience, MESSAGE + b".", mac)
    assert not macs.verifies(audience, MESSAGE, b"")
    assert not macs.verifies(audience, MESSAGE, bytes([mac[0] ^ 1]) + mac[1:])
    assert len(mac) == 32


@pytest.mark.parametrize(("audience", "other"), [*permutations(For, 2)])
def test_each_audience_has_a_key_of_its_own(macs: Macs, audience: For, other: For) -> None:
    assert not macs.verifies(other, MESSAGE, macs.make(audience, MESSAGE))


@pytest.mark.parametrize("call", ["make", "verifies"])
def test_a_key_that_cannot_be_used_is_no_answer(aws: None, call: str) -> None:
    macs = KmsMacs(owner_key=a_key().replace("key/", "key/0"), staff_key="")
    arguments: tuple[Any, ...] = (For.OWNER, MESSAGE) if call == "make" else (For.OWNER, MESSAGE, b"x" * 32)

    with pytest.raises(RequestRejected):
        getattr(macs, call)(*arguments)


def test_the_mac_is_plain_hmac_sha_256_so_that_any_jwt_library_agrees() -> None:
    made = FakeMacs().make(For.OWNER, MESSAGE)

    assert made == hmac.new(b"owner's", MESSAGE, hashlib.sha256).digest()
