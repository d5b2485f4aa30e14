"""Taking Permille away breaks nobody's mail: identities get back what they had, and whatever call fails, the command
finishes it when it is typed again."""

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from tests.support.builders import NOW, STAFF
from tests.support.fakes import Killed, User, When
from tests.support.operator_fakes import FakeStack, KnownUser, a_stack

from permille.domain.account.credential import ACTIVE, INACTIVE
from permille.domain.people.staff_commands import Close, Disable
from permille.domain.sending.denied_senders import DeniedSenders
from permille.domain.sending.iam_policy import allowed_resources
from permille.domain.timeline.timeline import SYSTEM
from permille.domain.values.errors import InvalidInput, PermissionDenied, Unavailable
from permille.usecases.enforcement.switching import CredentialServices, sync_credential
from permille.usecases.senders.add_account import add_account
from permille.usecases.senders.delete_users import delete_users
from permille.usecases.senders.new_account import NewAccount
from permille.usecases.stack.uninstall import apply
from permille.usecases.stack.uninstall_plan import RestoredIdentity, UninstallPlan, plan

SES = "arn:aws:ses:us-east-1:123456789012"
OLD = "permille-old"
LATER = NOW + timedelta(days=1)


def a_used_stack() -> FakeStack:
    """The bakery's identity had a set, and SES mailed feedback about it; the shop's had neither, and it adopted its
    user; SES did not know the farm's. The platform's own has another set."""
    stack = a_stack()
    stack.identities.sets.update({"bakery.example": "theirs", "shop.example": "", "platform.example": "platform"})
    stack.identities.forwarding.add("bakery.example")
    own = [f"{SES}:identity/shop.example", f"{SES}:configuration-set/permille"]
    narrow = {"Effect": "Allow", "Action": "ses:SendRawEmail", "Resource": own}
    stack.iam_users.users[OLD] = KnownUser(policies={"sending": {"Statement": [narrow]}})
    stack.switch.users[OLD] = User({"k-old": ACTIVE})
    for account_id, adopted in (("bakery", ()), ("shop", (OLD,)), ("farm", ())):
        new = NewAccount(account_id, f"o@{account_id}.example", "", "UTC", (f"{account_id}.example",), adopted)
        add_account(stack.onboarding, new, NOW)
    return stack


@pytest.fixture
def stack() -> FakeStack:
    return a_used_stack()


def planned(stack: FakeStack, denied: DeniedSenders = DeniedSenders.STAY, *, former_sets: bool = True) -> UninstallPlan:
    world = stack.uninstalling
    return plan(world, world.onboarding.identities.all(), denied, former_sets=former_sets)


def uninstall(stack: FakeStack, denied: DeniedSenders = DeniedSenders.STAY, *, former_sets: bool = True) -> None:
    apply(stack.uninstalling, planned(stack, denied, former_sets=former_sets), STAFF, LATER)


def switched_off(stack: FakeStack, account_id: str) -> None:
    stack.decide(account_id, Disable(reason="They asked us to", by=STAFF))
    sync_credential(CredentialServices(stack.accounts, stack.switch, stack.pause), stack.get(account_id), lambda: NOW)


def may_send_through(stack: FakeStack, user: str) -> set[str]:
    policies = stack.iam_users.users[user].policies.values()
    return {one.removeprefix(f"{SES}:") for policy in policies for one in allowed_resources(policy)}


# ---------------------------------------------------------------- identities


def test_each_identity_gets_back_what_it_had(stack: FakeStack) -> None:
    uninstall(stack)

    assert stack.identities.sets == {
        "bakery.example": "theirs",
        "shop.example": "",
        "farm.example": "",
        "platform.example": "platform",
    }
    assert stack.identities.forwarding == {"bakery.example", "farm.example"}  # as SES makes a new one


def test_the_plan_says_all_of_it_before_anything_is_done(stack: FakeStack) -> None:
    before = deepcopy(stack.identities.sets)

    found = planned(stack)

    assert found.identities == (
        RestoredIdentity("bakery.example", "theirs", forwards=True),
        RestoredIdentity("shop.example", ""),
        RestoredIdentity("farm.example", "", forwards=True),
    )
    assert (found.narrow, found.users) == ({}, {})
    assert stack.identities.sets == before


def test_what_was_replaced_last_counts(stack: FakeStack) -> None:
    """It was given back, set to something else by hand, and taken up again."""
    uninstall(stack)
    stack.identities.sets["farm.example"] = "another"
    again = NewAccount("farm-2", "o@farm.example", "", "UTC", ("farm.example", "bakery.example"))
    stack.identities.sets["bakery.example"] = ""
    add_account(stack.onboarding, again, LATER)

    uninstall(stack)

    assert stack.identities.sets["farm.example"] == "another"
    assert stack.identities.sets["bakery.example"] == ""


def test_an_identity_that_no_account_has_any_more_is_given_back_too(stack: FakeStack) -> None:
    stack.decide("bakery", Close(reason="They left", by=STAFF))
    delete_users(stack.onboarding, stack.get("bakery"))
    stack.identities.sets["by-hand.example"] = "permille"

    uninstall(stack)

    assert "permille" not in stack.identities.sets.values()
    assert stack.identities.sets["bakery.example"] == "theirs"


def test_a_set_that_is_gone_is_not_put_back(stack: FakeStack) -> None:
    stack.identities.gone.add("theirs")

    assert planned(stack).identities[0] == RestoredIdentity("bakery.example", "", lost="theirs", forwards=True)
    uninstall(stack)

    assert stack.identities.sets["bakery.example"] == ""


def test_sets_can_be_left_out(stack: FakeStack) -> None:
    uninstall(stack, former_sets=False)

    assert set(stack.identities.sets.values()) == {"", "platform"}
    assert stack.identities.forwarding == {"bakery.example", "farm.example"}


# ---------------------------------------------------------------- what senders may send through


def test_a_sender_may_send_through_the_set_that_its_identity_gets_back(stack: FakeStack) -> None:
    """SES asks IAM for it, also where it is only the default. Our own stays too: mails may name it."""
    farm = may_send_through(stack, "permille-farm")

    uninstall(stack)

    sets = {"configuration-set/permille", "configuration-set/theirs"}
    assert may_send_through(stack, "permille-bakery") == {"identity/bakery.example", *sets}
    assert may_send_through(stack, "permille-farm") == farm


def test_a_user_that_needs_its_former_set_is_bounded_no_longer(stack: FakeStack) -> None:
    """The boundary allows our set alone."""
    uninstall(stack)

    bounded = {name for name, user in stack.iam_users.users.items() if user.boundary}
    assert bounded == {"permille-farm"}


def test_policies_come_first_and_sets_last(stack: FakeStack) -> None:
    stack.faults.calls.clear()
    uninstall(stack)

    changing = ("iam_users.allow", "identities.set_forwarding", "identities.set_default")
    calls = [call for call in stack.faults.calls if call in changing]
    assert calls[:3] == list(changing)


def narrow_at_the_shop(stack: FakeStack) -> None:
    stack.identities.sets["shop.example"] = "theirs"
    again = NewAccount("shop-2", "o@shop.example", "", "UTC", ("shop.example",))
    add_account(stack.onboarding, again, NOW + timedelta(hours=1))


def test_where_an_adopted_user_could_not_send_any_more_nothing_is_done(stack: FakeStack) -> None:
    narrow_at_the_shop(stack)
    before = deepcopy((stack.identities.sets, stack.iam_users.users))

    with pytest.raises(InvalidInput, match=rf"\({OLD}: {SES}:configuration-set/theirs\)"):
        uninstall(stack)

    assert (stack.identities.sets, stack.iam_users.users) == before
    uninstall(stack, former_sets=False)
    assert "permille" not in stack.identities.sets.values()


@pytest.mark.parametrize("resource", [f"{SES}:configuration-set/theirs", f"{SES}:*", "*"])
def test_an_adopted_user_that_may_is_in_nobodys_way(stack: FakeStack, resource: str) -> None:
    narrow_at_the_shop(stack)
    statement = {"Effect": "Allow", "Action": "ses:*", "Resource": resource}
    stack.iam_users.users[OLD].policies["wide"] = {"Statement": statement}

    uninstall(stack)

    assert stack.identities.sets["shop.example"] == "theirs"


def test_a_permissions_boundary_has_to_allow_it_too(stack: FakeStack) -> None:
    narrow_at_the_shop(stack)
    user = stack.iam_users.users[OLD]
    user.policies["wide"] = {"Statement": {"Effect": "Allow", "Action": "ses:*", "Resource": "*"}}
    user.boundary = {"Statement": {"Effect": "Allow", "Action": "ses:*", "Resource": f"{SES}:identity/*"}}

    assert planned(stack).narrow == {OLD: frozenset({f"{SES}:configuration-set/theirs"})}


def test_that_an_adopted_user_is_denied_now_is_no_matter_of_its_policies(stack: FakeStack) -> None:
    narrow_at_the_shop(stack)
    stack.iam_users.users[OLD].policies["wide"] = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    stack.iam_users.users[OLD].groups.add("permille-denied")
    deny = {"Statement": {"Effect": "Deny", "Action": "ses:Send*", "Resource": "*"}}
    stack.iam_users.of_groups["permille-denied"] = {"deny-sending": deny}

    assert planned(stack).narrow == {}


def test_an_adopted_user_that_is_gone_is_in_nobodys_way(stack: FakeStack) -> None:
    narrow_at_the_shop(stack)
    del stack.iam_users.users[OLD]

    uninstall(stack)

    assert stack.identities.sets["shop.example"] == "theirs"


# ---------------------------------------------------------------- who is denied


def off(stack: FakeStack) -> None:
    """The bakery is off, and an emergency has put the farm's user into the group by hand."""
    switched_off(stack, "bakery")
    stack.switch.users["permille-farm"].denied = True


@pytest.mark.parametrize(
    ("denied", "in_the_group", "bakerys_key", "stopped"),
    [
        (DeniedSenders.STAY, {"permille-bakery", "permille-farm"}, INACTIVE, []),
        (DeniedSenders.OUT, set(), INACTIVE, ["permille-Enforce-1A2B"]),
        (DeniedSenders.ON, set(), ACTIVE, ["permille-Enforce-1A2B"]),
    ],
)
def test_who_is_denied_is_so_afterwards_as_far_as_the_operator_says(
    stack: FakeStack, denied: DeniedSenders, in_the_group: set[str], bakerys_key: str, stopped: list[str]
) -> None:
    off(stack)

    uninstall(stack, denied)

    users = stack.switch.users
    assert {name for name, user in users.items() if user.denied} == in_the_group
    assert set(users["permille-bakery"].keys.values()) == {bakerys_key}
    assert stack.functions.stopped == stopped


def test_a_key_that_permille_did_not_deactivate_stays_inactive(stack: FakeStack) -> None:
    stack.switch.users["permille-bakery"].keys["their-own"] = INACTIVE
    off(stack)

    uninstall(stack, DeniedSenders.ON)

    assert stack.switch.users["permille-bakery"].keys["their-own"] == INACTIVE


def test_of_a_closed_account_no_key_wakes(stack: FakeStack) -> None:
    switched_off(stack, "shop")
    stack.decide("shop", Close(reason="They left", by=STAFF))

    uninstall(stack, DeniedSenders.ON)

    assert stack.switch.users[OLD] == User({"k-old": INACTIVE}, denied=False)


def test_an_account_that_is_off_and_whose_user_is_gone_is_in_nobodys_way(stack: FakeStack) -> None:
    off(stack)
    del stack.switch.users["permille-bakery"], stack.iam_users.users["permille-bakery"]

    uninstall(stack, DeniedSenders.ON)

    assert not planned(stack, DeniedSenders.ON)


def test_who_was_let_out_is_planned_no_more(stack: FakeStack) -> None:
    off(stack)

    uninstall(stack, DeniedSenders.ON)

    assert not planned(stack, DeniedSenders.ON)


def test_enforce_is_stopped_before_anybody_is_let_out(stack: FakeStack) -> None:
    off(stack)
    stack.faults.calls.clear()
    uninstall(stack, DeniedSenders.ON)

    calls = [call for call in stack.faults.calls if call in ("functions.stop", "switch.apply")]
    assert calls[0] == "functions.stop"


def test_where_somebody_is_denied_again_the_command_fails(stack: FakeStack) -> None:
    off(stack)

    def denied_again() -> None:
        stack.switch.users["permille-bakery"].denied = True

    found = planned(stack, DeniedSenders.OUT)
    for _ in range(15):
        stack.faults.meanwhile("switch.denied_senders", denied_again)

    with pytest.raises(Unavailable, match="IAM still shows permille-bakery in the deny group; try again"):
        apply(stack.uninstalling, found, STAFF, LATER)


# ---------------------------------------------------------------- what is told, and what fails


def test_the_system_timeline_tells_it_once(stack: FakeStack) -> None:
    off(stack)

    uninstall(stack)
    assert not planned(stack)
    uninstall(stack)

    (told,) = stack.rows.told(SYSTEM, "uninstalled")
    assert told.data == {"given_back": 3, "denied": "stay", "users": 2, "by": STAFF}


def calls(prepare: Callable[[FakeStack], None]) -> list[str]:
    """Those that planning and doing it make."""
    stack = a_used_stack()
    prepare(stack)
    stack.faults.calls.clear()
    uninstall(stack, DeniedSenders.ON)
    return list(stack.faults.calls)


EVERY_CALL = [
    pytest.param(number, when, error, id=f"{name} {when} {error.__name__} {number}")
    for number, name in enumerate(calls(off))
    for when in When
    for error in (PermissionDenied, Killed)
]


def state(stack: FakeStack) -> Any:
    return deepcopy((stack.identities.sets, stack.identities.forwarding, stack.switch.users, stack.iam_users.users))


@pytest.mark.parametrize(("number", "when", "error"), EVERY_CALL)
def test_whatever_call_fails_the_next_try_finishes_it(
    stack: FakeStack, number: int, when: When, error: type[BaseException]
) -> None:
    done = a_used_stack()
    off(done)
    uninstall(done, DeniedSenders.ON)
    off(stack)
    stack.faults.fail(skip=number, when=when, error=error("injected"))

    with pytest.raises((error, Unavailable), match="injected"):  # the switch tries each barrier before it says so
        uninstall(stack, DeniedSenders.ON)
    uninstall(stack, DeniedSenders.ON)

    assert state(stack) == state(done)


@pytest.mark.parametrize(("number", "when", "error"), EVERY_CALL)
def test_wherever_it_is_cut_off_every_sender_may_send_through_the_default_set(
    stack: FakeStack, number: int, when: When, error: type[BaseException]
) -> None:
    off(stack)
    stack.faults.fail(skip=number, when=when, error=error("injected"))
    with pytest.raises((error, Unavailable), match="injected"):  # the switch tries each barrier before it says so
        uninstall(stack, DeniedSenders.ON)

    default = stack.identities.sets["bakery.example"]
    assert {f"configuration-set/{default}", "identity/bakery.example"} <= may_send_through(stack, "permille-bakery")
