"""Whoever has a key's right makes MACs that verify, and no others do."""

import hashlib
import hmac
from itertools import permutations
from typing import Any

import boto3
import pytest
from tests.support.fakes import FakeTokenSigner

from permille.aws.token_signer import KmsTokenSigner
from permille.domain.login.links import LinkRole
from permille.domain.values.errors import RequestRejected
from permille.ports.login import TokenSigner

MESSAGE = b"header.payload"


def a_key() -> str:
    made = boto3.client("kms").create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    return str(made["KeyMetadata"]["Arn"])


@pytest.fixture(params=["fake", "kms"])
def signer(request: pytest.FixtureRequest, aws: None) -> TokenSigner:
    return (
        FakeTokenSigner()
        if request.param == "fake"
        else KmsTokenSigner(owner_key=a_key(), staff_key=a_key(), platform_key=a_key())
    )


@pytest.mark.parametrize("audience", LinkRole)
def test_a_mac_verifies_for_its_audience_and_message_alone(signer: TokenSigner, audience: LinkRole) -> None:
    mac = signer.sign(audience, MESSAGE)

    assert signer.verify(audience, MESSAGE, mac)
    assert not signer.verify(audience, MESSAGE + b".", mac)
    assert not signer.verify(audience, MESSAGE, b"")
    assert not signer.verify(audience, MESSAGE, bytes([mac[0] ^ 1]) + mac[1:])
    assert len(mac) == 32


@pytest.mark.parametrize(("audience", "other"), [*permutations(LinkRole, 2)])
def test_each_audience_has_a_key_of_its_own(signer: TokenSigner, audience: LinkRole, other: LinkRole) -> None:
    assert not signer.verify(other, MESSAGE, signer.sign(audience, MESSAGE))


@pytest.mark.parametrize("call", ["sign", "verify"])
def test_a_key_that_cannot_be_used_is_no_answer(aws: None, call: str) -> None:
    signer = KmsTokenSigner(owner_key=a_key().replace("key/", "key/0"), staff_key="")
    arguments: tuple[Any, ...] = (LinkRole.OWNER, MESSAGE) if call == "sign" else (LinkRole.OWNER, MESSAGE, b"x" * 32)

    with pytest.raises(RequestRejected):
        getattr(signer, call)(*arguments)


def test_the_mac_is_plain_hmac_sha_256_so_that_any_jwt_library_agrees() -> None:
    made = FakeTokenSigner().sign(LinkRole.OWNER, MESSAGE)

    assert made == hmac.new(b"owner's", MESSAGE, hashlib.sha256).digest()
