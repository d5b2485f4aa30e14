"""The SMTP credential is switched through IAM, and read back as it is."""

from collections.abc import Mapping
from typing import Any, Protocol

import boto3
import pytest
from tests.support.builders import CALLER
from tests.support.fakes import FakeSwitch, User, When
from tests.support.wire import Wire

from permille.aws.switch import IamSwitch
from permille.domain.account.credential import ACTIVE, INACTIVE, Changes, SenderState
from permille.domain.values.errors import PermissionDenied, RequestRejected, ServiceError, Unavailable
from permille.ports.accounts import CredentialSwitch

DENIED = "permille-denied"


class Iam(Protocol):
    """A switch, and the users behind it."""

    switch: CredentialSwitch

    def make(self, caller: str, statuses: Mapping[str, str], *, denied: bool = False) -> dict[str, str]:
        """Makes a user with keys, and returns their ids by the names they are called here."""


class FakeIam:
    def __init__(self) -> None:
        self._fake = FakeSwitch()
        self.switch: CredentialSwitch = self._fake

    def make(self, caller: str, statuses: Mapping[str, str], *, denied: bool = False) -> dict[str, str]:
        self._fake.users[caller] = User(dict(statuses), denied)
        return {name: name for name in statuses}


class MotoIam:
    def __init__(self) -> None:
        self.client = boto3.client("iam")
        self.client.create_group(GroupName=DENIED)
        self.client.create_group(GroupName="others")
        self.switch: CredentialSwitch = IamSwitch(deny_group=DENIED, iam=self.client)

    def make(self, caller: str, statuses: Mapping[str, str], *, denied: bool = False) -> dict[str, str]:
        self.client.create_user(UserName=caller)
        self.client.add_user_to_group(GroupName="others", UserName=caller)
        if denied:
            self.client.add_user_to_group(GroupName=DENIED, UserName=caller)
        return {name: self._key(caller, status) for name, status in statuses.items()}

    def _key(self, caller: str, status: Any) -> str:
        key = self.client.create_access_key(UserName=caller)["AccessKey"]["AccessKeyId"]
        self.client.update_access_key(UserName=caller, AccessKeyId=key, Status=status)
        return key


@pytest.fixture
def moto_iam(aws: None) -> MotoIam:
    return MotoIam()


@pytest.fixture(params=["fake", "aws"])
def iam(request: pytest.FixtureRequest) -> Iam:
    if request.param == "fake":
        return FakeIam()
    on_moto: MotoIam = request.getfixturevalue("moto_iam")
    return on_moto


@pytest.mark.parametrize("statuses", [{}, {"k1": ACTIVE}, {"k1": INACTIVE}, {"k1": ACTIVE, "k2": INACTIVE}], ids=len)
@pytest.mark.parametrize("denied", [True, False])
def test_all_keys_are_read_and_whether_the_sender_is_denied(
    iam: Iam, statuses: Mapping[str, str], denied: bool
) -> None:
    keys = iam.make(CALLER, statuses, denied=denied)

    assert iam.switch.state_of(CALLER) == SenderState({keys[name]: one for name, one in statuses.items()}, denied)


def test_a_user_that_is_not_there_is_none(iam: Iam) -> None:
    assert iam.switch.state_of("nobody") is None


def test_keys_are_deactivated_and_reactivated_repeatedly(iam: Iam) -> None:
    keys = iam.make(CALLER, {"k1": ACTIVE, "k2": ACTIVE})
    both = frozenset(keys.values())

    for _ in range(2):
        iam.switch.apply(CALLER, Changes(deactivate=both, deny=True))
        assert iam.switch.state_of(CALLER) == SenderState(dict.fromkeys(both, INACTIVE), denied=True)
    for _ in range(2):
        iam.switch.apply(CALLER, Changes(activate=both, deny=False))
        assert iam.switch.state_of(CALLER) == SenderState(dict.fromkeys(both, ACTIVE), denied=False)


def test_what_is_not_named_stays_as_it_is(iam: Iam) -> None:
    keys = iam.make(CALLER, {"k1": ACTIVE, "k2": ACTIVE}, denied=True)

    iam.switch.apply(CALLER, Changes(deactivate=frozenset({keys["k1"]})))

    assert iam.switch.state_of(CALLER) == SenderState({keys["k1"]: INACTIVE, keys["k2"]: ACTIVE}, denied=True)


def test_another_sender_is_not_touched(iam: Iam) -> None:
    iam.make(CALLER, {"k1": ACTIVE})
    others = iam.make("permille-florist", {"k3": ACTIVE})
    before = iam.switch.state_of("permille-florist")

    iam.switch.apply(CALLER, Changes(deny=True))

    assert iam.switch.state_of("permille-florist") == before == SenderState({others["k3"]: ACTIVE}, denied=False)


def test_a_key_that_is_gone_is_passed_over(iam: Iam) -> None:
    (key,) = iam.make(CALLER, {"k1": ACTIVE}).values()

    iam.switch.apply(CALLER, Changes(deactivate=frozenset({"AKIAAGONEGONEGONEGO", key})))

    assert iam.switch.state_of(CALLER) == SenderState({key: INACTIVE}, denied=False)


def test_a_user_that_is_gone_cannot_be_denied(iam: Iam) -> None:
    with pytest.raises(RequestRejected):
        iam.switch.apply("nobody", Changes(deny=True))


def test_all_denied_senders_are_read_at_once(iam: Iam) -> None:
    for number in range(3):
        iam.make(f"permille-{number}", {}, denied=number != 1)

    assert iam.switch.denied_senders() == {"permille-0", "permille-2"}


# ---------------------------------------------------------------- on IAM


def test_the_deny_group_comes_first_when_switching_off_and_last_when_on(moto_iam: MotoIam) -> None:
    key = frozenset(moto_iam.make(CALLER, {"k1": ACTIVE}).values())
    wire = Wire(moto_iam.client)

    moto_iam.switch.apply(CALLER, Changes(deactivate=key, deny=True))
    moto_iam.switch.apply(CALLER, Changes(activate=key, deny=False))

    assert wire.calls == ["AddUserToGroup", "UpdateAccessKey", "UpdateAccessKey", "RemoveUserFromGroup"]


def test_a_deny_group_that_cannot_be_read_is_an_error_and_not_empty(moto_iam: MotoIam) -> None:
    Wire(moto_iam.client).refuse("GetGroup", "AccessDenied")

    with pytest.raises(PermissionDenied):
        moto_iam.switch.denied_senders()


@pytest.mark.parametrize("operation", ["ListAccessKeys", "ListGroupsForUser"])
@pytest.mark.parametrize(("code", "error"), [("Throttling", Unavailable), ("AccessDenied", PermissionDenied)])
def test_a_refusal_of_iam_is_an_error_and_not_an_empty_list(
    moto_iam: MotoIam, operation: str, code: str, error: type[ServiceError]
) -> None:
    moto_iam.make(CALLER, {"k1": ACTIVE})
    Wire(moto_iam.client).refuse(operation, code)

    with pytest.raises(error):
        moto_iam.switch.state_of(CALLER)


@pytest.mark.parametrize(
    ("refused", "code", "active", "denied"),
    [("AddUserToGroup", "LimitExceeded", 0, False), ("UpdateAccessKey", "Throttling", 1, True)],
)
def test_a_barrier_that_iam_refuses_keeps_no_other_from_being_tried(
    moto_iam: MotoIam, refused: str, code: str, active: int, denied: bool
) -> None:
    keys = moto_iam.make(CALLER, {"k1": ACTIVE, "k2": ACTIVE})
    Wire(moto_iam.client).refuse(refused, code)  # the first call of it

    with pytest.raises(Unavailable, match=code):
        moto_iam.switch.apply(CALLER, Changes(deactivate=frozenset(keys.values()), deny=True))

    left = moto_iam.switch.state_of(CALLER)
    assert left is not None
    assert (len(left.with_status(ACTIVE)), left.denied) == (active, denied)


@pytest.mark.parametrize("operation", ["AddUserToGroup", "UpdateAccessKey", "RemoveUserFromGroup"])
@pytest.mark.parametrize("when", When)
def test_a_lost_answer_is_unavailable_and_can_be_repeated(moto_iam: MotoIam, operation: str, when: When) -> None:
    key = frozenset(moto_iam.make(CALLER, {"k1": ACTIVE}, denied=operation == "RemoveUserFromGroup").values())
    changes = Changes(deactivate=key, deny=operation != "RemoveUserFromGroup")
    Wire(moto_iam.client).cut(operation, when)

    with pytest.raises(Unavailable):
        moto_iam.switch.apply(CALLER, changes)
    moto_iam.switch.apply(CALLER, changes)

    state = moto_iam.switch.state_of(CALLER)
    assert state == SenderState(dict.fromkeys(key, INACTIVE), denied=operation != "RemoveUserFromGroup")
