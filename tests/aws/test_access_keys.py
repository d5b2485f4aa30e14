"""Whose an access key is, as IAM knows it."""

from typing import Any, Protocol

import boto3
import pytest
from tests.support.builders import CALLER
from tests.support.desk_fakes import FakeAccessKeys
from tests.support.wire import Wire

from permille.aws.access_keys import IamAccessKeys
from permille.domain.values.errors import Unavailable
from permille.ports.desk import AccessKeys

UNKNOWN = "AKIAIOSFODNN7EXAMPLE"


class Keys(Protocol):
    """The port, and a key of CALLER."""

    port: AccessKeys
    key: str


class FakeKeys:
    def __init__(self) -> None:
        self.key = "AKIA0000000000000001"
        self.port: AccessKeys = FakeAccessKeys({self.key: CALLER})


class MotoKeys:
    def __init__(self) -> None:
        self.client: Any = boto3.client("iam")
        self.client.create_user(UserName=CALLER)
        self.key = self.client.create_access_key(UserName=CALLER)["AccessKey"]["AccessKeyId"]
        self.client.update_access_key(UserName=CALLER, AccessKeyId=self.key, Status="Inactive")
        self.port: AccessKeys = IamAccessKeys(iam=self.client)


@pytest.fixture
def moto_keys(aws: None) -> MotoKeys:
    return MotoKeys()


@pytest.fixture(params=["fake", "moto"])
def keys(request: pytest.FixtureRequest) -> Keys:
    found: Keys = FakeKeys() if request.param == "fake" else request.getfixturevalue("moto_keys")
    return found


def test_a_key_leads_to_its_user_also_while_it_is_deactivated(keys: Keys) -> None:
    assert keys.port.user_of(keys.key) == CALLER


def test_a_key_that_nobody_has_leads_to_nobody(keys: Keys) -> None:
    assert keys.port.user_of(UNKNOWN) == ""


def test_a_key_whose_user_the_role_may_not_read_leads_to_nobody(moto_keys: MotoKeys) -> None:
    Wire(moto_keys.client).refuse("GetAccessKeyLastUsed", "AccessDenied")

    assert moto_keys.port.user_of(moto_keys.key) == ""


def test_where_iam_does_not_answer_it_is_unavailable(moto_keys: MotoKeys) -> None:
    Wire(moto_keys.client).refuse("GetAccessKeyLastUsed", "Throttling")

    with pytest.raises(Unavailable):
        moto_keys.port.user_of(moto_keys.key)
