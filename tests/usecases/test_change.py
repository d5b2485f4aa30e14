"""An account is changed so that at no time mail can go out that it may not send, and a change that was cut off is made
whole by the same command."""

from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import ACCOUNT, CALLER, KEY, NOW, STAFF
from tests.support.fakes import Killed, User, When
from tests.support.operator_fakes import BOUNDARY, FakeStack, KnownUser, a_stack, dkim

from permille.domain.account.credential import ACTIVE, INACTIVE, Denial
from permille.domain.values.errors import Conflict, DecisionRefused, InvalidInput, PermissionDenied, Unavailable
from permille.domain.values.status import Status
from permille.ports.accounts import LEASED_FOR
from permille.usecases.enforcement.switching import CredentialServices, sync_credential
from permille.usecases.senders.add_account import add_account
from permille.usecases.senders.change import Change, ChangedAccount, apply, plan
from permille.usecases.senders.change_services import ChangeServices
from permille.usecases.senders.new_account import NewAccount

KNOWN, NEW = "known.example", "new.example"
OLD, OLD_KEY = "permille-old", "AKIAOLD"
SES = "arn:aws:ses:us-east-1:123456789012"


@pytest.fixture
def stack() -> FakeStack:
    """With one account of its own user, and a user that could be adopted."""
    return made()


def made() -> FakeStack:
    found = a_stack()
    found.identities.sets[KNOWN] = "permille"
    add_account(found.onboarding, NewAccount(ACCOUNT, "owner@bakery.example", "Bea", "Europe/Vienna", (KNOWN,)), NOW)
    found.switch.users[CALLER] = User({KEY: ACTIVE})
    may_be_adopted(found, OLD)
    return found


def may_be_adopted(stack: FakeStack, name: str, *identities: str) -> None:
    resources = sorted(stack.onboarding.resources(identities or (KNOWN,)))
    document = {"Statement": [{"Effect": "Allow", "Action": "ses:Send*", "Resource": resources}]}
    stack.iam_users.users[name] = KnownUser(policies={"sending": document})
    stack.switch.users[name] = User({OLD_KEY: ACTIVE})


def world(stack: FakeStack) -> ChangeServices:
    return replace(stack.changing, pause=lambda _: None)


def change(stack: FakeStack, *, minutes: int = 1, **changed: Any) -> ChangedAccount:
    wanted = Change(account_id=ACCOUNT, reason="They asked us to", by=STAFF, **changed)
    at = NOW + timedelta(minutes=minutes)
    return apply(replace(world(stack), clock=lambda: at), wanted, plan(world(stack), wanted), at)


def is_(stack: FakeStack, **different: Any) -> None:
    """The account is so, and its credential agrees."""
    stack.rows.accounts[ACCOUNT] = account = replace(stack.get(ACCOUNT), **different)
    if not account.status.may_send:
        for name in account.senders:
            user = stack.switch.users[name]
            user.denied = True
            user.keys.update(dict.fromkeys(user.keys, INACTIVE))


def enforced(stack: FakeStack, minutes: int = 10) -> None:
    """The credential is made to agree, as Enforce does it; IAM shows it at once here."""
    switching = CredentialServices(stack.accounts, stack.switch, lambda _: None)
    for minute in range(minutes, minutes + 3):
        sync_credential(switching, stack.get(ACCOUNT), lambda: NOW + timedelta(minutes=minute))  # noqa: B023


def may_send_through(stack: FakeStack, name: str = CALLER) -> set[str]:
    [through, _] = stack.iam_users.users[name].policies["permille-send"]["Statement"]
    found = {arn.removeprefix(f"{SES}:identity/") for arn in through["Resource"]}
    return found - {f"{SES}:configuration-set/permille"}


# ---------------------------------------------------------------- the owner


def test_the_owner_is_changed_and_told(stack: FakeStack) -> None:
    change(stack, owner_email="new@shop.example", owner_name="Nell", timezone="Asia/Tokyo")

    account = stack.get(ACCOUNT)
    assert (account.owner_email, account.owner_name, account.timezone) == ("new@shop.example", "Nell", "Asia/Tokyo")
    assert sorted(stack.kinds(ACCOUNT)[1:]) == ["owner_address_changed", "owner_address_dropped", "owner_changed"]


@pytest.mark.parametrize("written", ["OWNER@bakery.example", "owner@Bakery.Example"])
def test_an_address_that_is_the_same_mailbox_is_no_change(stack: FakeStack, written: str) -> None:
    before = stack.get(ACCOUNT)

    changed = change(stack, owner_email=written)

    assert changed.account == before == stack.get(ACCOUNT)
    assert stack.kinds(ACCOUNT) == ["created"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"owner_email": "nobody"}, "'nobody' is no e-mail address"),
        ({"owner_email": ""}, "'' is no e-mail address"),
        ({"timezone": "Mars/Olympus"}, "'Mars/Olympus' is no time zone; one is Europe/Vienna"),
        ({"timezone": ""}, "'' is no time zone"),
        ({"add_identities": ("*@x.example",)}, "would allow others as well"),
        ({"remove_senders": ("a b",)}, "names no IAM user: 'a b'"),
    ],
)
def test_what_is_not_as_it_must_be_is_refused(stack: FakeStack, changed: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput, match=says.replace("*", ".")):
        change(stack, **changed)

    assert stack.kinds(ACCOUNT) == ["created"]


# ---------------------------------------------------------------- identities


def test_a_new_identity_has_our_set_as_its_default_and_the_own_user_may_send_through_it(stack: FakeStack) -> None:
    changed = change(stack, add_identities=(NEW,))

    assert stack.identities.sets[NEW] == "permille"
    assert changed.prepared.records == {NEW: dkim(NEW)}
    assert may_send_through(stack) == {KNOWN, NEW}
    (told,) = stack.rows.told(ACCOUNT, "identities_changed")
    assert (told.data["before"], told.data["after"]) == ([KNOWN], [KNOWN, NEW])


def test_a_user_of_an_earlier_version_gets_the_boundary_with_its_next_policy(stack: FakeStack) -> None:
    stack.iam_users.users[CALLER].boundary = None

    change(stack, add_identities=(NEW,))

    assert stack.iam_users.users[CALLER].boundary == BOUNDARY


def test_an_adopted_user_gets_no_boundary(stack: FakeStack) -> None:
    change(stack, add_senders=(OLD,))
    change(stack, minutes=2, remove_senders=(CALLER,))

    change(stack, minutes=3, add_identities=(NEW,))

    assert stack.iam_users.users[OLD].boundary is None


def test_ses_forwards_no_feedback_of_a_new_identity_and_that_it_did_is_told(stack: FakeStack) -> None:
    changed = change(stack, add_identities=(NEW,))

    assert stack.identities.forwarding == set()
    assert changed.prepared.forwarding_stopped == (NEW,)
    (told,) = stack.rows.told(ACCOUNT, "forwarding_stopped")
    assert told.data["identities"] == [NEW]


def test_an_identity_of_the_account_that_forwards_again_is_stopped_by_naming_it_once_more(stack: FakeStack) -> None:
    stack.identities.forwarding.add(KNOWN)

    assert change(stack, add_identities=(KNOWN,)).prepared.forwarding_stopped == (KNOWN,)


def test_identities_below_a_new_domain_are_known_before(stack: FakeStack) -> None:
    stack.identities.sets |= {"news@new.example": "", f"news@{KNOWN}": ""}
    wanted = Change(account_id=ACCOUNT, reason="Why", by=STAFF, add_identities=(NEW,))

    assert plan(world(stack), wanted).identities.below == ("news@new.example",)


def test_which_set_a_new_identity_had_before_is_told(stack: FakeStack) -> None:
    stack.identities.sets[NEW] = "another-set"

    assert change(stack, add_identities=(NEW,)).prepared.replaced_sets == {NEW: "another-set"}

    (told,) = stack.rows.told(ACCOUNT, "default_sets_replaced")
    assert told.data["former"] == [{"identity": NEW, "configuration_set": "another-set"}]


def test_a_removed_identity_may_not_be_sent_through_and_keeps_its_default(stack: FakeStack) -> None:
    change(stack, add_identities=(NEW,), remove_identities=(KNOWN,))

    assert may_send_through(stack) == {NEW}
    assert stack.identities.sets == {KNOWN: "permille", NEW: "permille"}


def test_nothing_may_be_sent_through_a_new_identity_before_our_set_is_its_default(stack: FakeStack) -> None:
    seen: list[str | None] = []
    stack.faults.meanwhile("iam_users.allow", lambda: seen.append(stack.identities.sets.get(NEW)))

    change(stack, add_identities=(NEW,))

    assert seen == ["permille"]


def test_identities_of_a_row_that_does_not_say_them_are_found_in_iam(stack: FakeStack) -> None:
    is_(stack, identities=())

    change(stack, add_identities=(NEW,))

    assert stack.get(ACCOUNT).identities == (KNOWN, NEW)
    assert may_send_through(stack) == {KNOWN, NEW}


def test_the_policies_of_adopted_senders_are_read_and_left_as_they_are(stack: FakeStack) -> None:
    is_(stack, identities=(), senders=(OLD,))
    before = deepcopy(stack.iam_users.users[OLD])

    changed = change(stack, add_identities=(NEW,))

    assert changed.account.identities == (KNOWN, NEW)
    assert stack.iam_users.users[OLD] == before
    assert stack.identities.sets[NEW] == "permille"


def test_the_last_identity_remains(stack: FakeStack) -> None:
    with pytest.raises(InvalidInput, match="bakery would have no identity to send from; add another one"):
        change(stack, remove_identities=(KNOWN,))


def test_more_identities_than_iam_takes_are_refused_before_anything_is_made(stack: FakeStack) -> None:
    many = tuple(f"{number}.{'long' * 10}.example" for number in range(20))
    before = everything(stack)

    with pytest.raises(InvalidInput, match=r"its policy would have [2-4],\d+ characters, and IAM takes 2,048"):
        change(stack, add_identities=many)

    assert everything(stack) == before


def test_an_account_with_more_identities_than_iam_takes_is_not_added(stack: FakeStack) -> None:
    many = tuple(f"{number}.{'long' * 10}.example" for number in range(20))
    before = everything(stack)

    with pytest.raises(InvalidInput, match="and IAM takes 2,048; name fewer"):
        add_account(stack.onboarding, NewAccount("shop", "o@shop.example", "", "UTC", many), NOW)

    assert everything(stack) == before


def test_of_two_who_change_identities_at_once_one_is_refused_and_takes_back_what_it_made(stack: FakeStack) -> None:
    def other() -> None:
        is_(stack, identities=(KNOWN, "other.example"))

    stack.faults.meanwhile("identities.create", other)

    with pytest.raises(DecisionRefused, match="somebody else has changed the identities of bakery just now"):
        change(stack, add_identities=(NEW,))

    assert NEW not in stack.identities.sets


# ---------------------------------------------------------------- senders that come


def test_a_sender_is_adopted_and_its_mail_counts(stack: FakeStack) -> None:
    changed = change(stack, add_senders=(OLD,))

    assert changed.account.senders == (CALLER, OLD)
    assert stack.accounts.owner_of(OLD) == ACCOUNT
    assert stack.switch.can_send(OLD, OLD_KEY)
    assert stack.last_facts(ACCOUNT).after == (CALLER, OLD)


def test_a_new_sender_counts_in_the_epochs_of_the_account(stack: FakeStack) -> None:
    is_(stack, epochs=(NOW,))

    change(stack, add_senders=(OLD,))

    assert stack.rows.senders[OLD].epochs == (NOW,)


def not_there(stack: FakeStack) -> None:
    del stack.iam_users.users[OLD]


def wide(stack: FakeStack) -> None:
    may_be_adopted(stack, OLD, KNOWN, "other.example")


def anothers(stack: FakeStack) -> None:
    stack.rows.senders[OLD] = replace(stack.rows.senders[CALLER], name=OLD, account_id="florist")


def ignored(stack: FakeStack) -> None:
    stack.rows.senders[OLD] = replace(stack.rows.senders[CALLER], name=OLD, account_id="", ignored="ours")


def denied(stack: FakeStack) -> None:
    stack.switch.users[OLD].denied = True


@pytest.mark.parametrize(
    ("so", "says"),
    [
        (not_there, "there is no IAM user permille-old to adopt"),
        (wide, "permille-old cannot be adopted as it is, since its mail could go uncounted: .*other.example"),
        (anothers, "permille-old is a sender of the account florist, and a sender never moves"),
        (ignored, "permille-old is ignored, as the platform's own: `permille sender unignore permille-old` first"),
        (denied, "permille-old is in the deny group"),
    ],
)
def test_a_user_that_cannot_be_adopted_is_refused(stack: FakeStack, so: Callable[[FakeStack], None], says: str) -> None:
    so(stack)
    before = everything(stack)

    with pytest.raises(InvalidInput, match=says):
        change(stack, add_senders=(OLD,))

    assert everything(stack) == before


def test_one_that_could_evade_permille_comes_where_the_risk_is_taken_and_that_is_told_and_kept(
    stack: FakeStack,
) -> None:
    wide(stack)

    change(stack, add_senders=(OLD,), accept_risk="Its operator is ours")

    (told,) = stack.rows.told(ACCOUNT, "risk_accepted")
    assert (told.data["sender"], told.data["reason"], told.data["by"]) == (OLD, "Its operator is ours", STAFF)
    assert stack.get(ACCOUNT).risks_accepted == {OLD: "Its operator is ours"}


def test_with_a_sender_that_goes_its_risk_goes(stack: FakeStack) -> None:
    wide(stack)
    change(stack, add_senders=(OLD,), accept_risk="Its operator is ours")

    change(stack, minutes=2, remove_senders=(OLD,))

    assert stack.get(ACCOUNT).risks_accepted == {}


def test_an_identity_and_the_sender_that_needs_it_come_together(stack: FakeStack) -> None:
    may_be_adopted(stack, OLD, KNOWN, NEW)

    assert change(stack, add_identities=(NEW,), add_senders=(OLD,)).account.senders == (CALLER, OLD)


@pytest.mark.parametrize("off", [{"status": Status.DISABLED}, {"denial": Denial((CALLER,), NOW)}], ids=str)
def test_to_an_account_that_is_off_it_comes_denied_before_it_is_named(stack: FakeStack, off: dict[str, Any]) -> None:
    is_(stack, **off)
    could: list[bool] = []
    stack.faults.meanwhile("accounts.save", lambda: None)  # that of the owner, which changes nothing
    stack.faults.meanwhile("accounts.save", lambda: could.append(stack.switch.can_send(OLD, OLD_KEY)))

    change(stack, add_senders=(OLD,))

    assert could == [False]
    assert not stack.switch.can_send(OLD, OLD_KEY)


def test_its_keys_are_deactivated_and_activated_when_the_account_is_enabled(stack: FakeStack) -> None:
    is_(stack, status=Status.DISABLED)
    change(stack, add_senders=(OLD,))

    enforced(stack)
    assert stack.switch.users[OLD].keys == {OLD_KEY: INACTIVE}
    assert stack.get(ACCOUNT).credential.deactivated[OLD] == {OLD_KEY}
    stack.rows.accounts[ACCOUNT] = stack.get(ACCOUNT).to_be_switched(status=Status.ACTIVE)
    enforced(stack, minutes=20)

    assert stack.switch.can_send(OLD, OLD_KEY)


def test_one_that_comes_while_the_account_is_disabled_is_denied_all_the_same(stack: FakeStack) -> None:
    stack.faults.meanwhile("accounts.save", lambda: None)

    def disabled() -> None:
        account = stack.get(ACCOUNT)
        stack.rows.accounts[ACCOUNT] = replace(
            account.to_be_switched(status=Status.DISABLED), revision=account.revision + 1
        )

    stack.faults.meanwhile("accounts.save", disabled)

    change(stack, add_senders=(OLD,))

    assert stack.get(ACCOUNT).senders == (CALLER, OLD)
    assert stack.switch.users[OLD].denied


# ---------------------------------------------------------------- senders that go


@pytest.fixture
def two(stack: FakeStack) -> FakeStack:
    change(stack, add_senders=(OLD,))
    return stack


def test_a_sender_is_off_before_the_account_names_it_no_more(two: FakeStack) -> None:
    seen: list[tuple[bool, bool]] = []

    def look() -> None:
        if two.switch.users[OLD].denied:
            seen.append((two.switch.can_send(OLD, OLD_KEY), OLD in two.get(ACCOUNT).senders))

    for _ in range(5):
        two.faults.meanwhile("accounts.save", look)

    change(two, remove_senders=(OLD,))

    assert seen == [(False, True)]
    assert two.switch.users[OLD] == User({OLD_KEY: INACTIVE}, denied=True)
    assert two.get(ACCOUNT).senders == (CALLER,)
    assert two.last_facts(ACCOUNT).before == (CALLER, OLD)


def test_what_it_has_sent_still_counts_and_no_other_account_can_have_it(two: FakeStack) -> None:
    change(two, remove_senders=(OLD,))

    assert two.accounts.owner_of(OLD) == ACCOUNT
    with pytest.raises(InvalidInput, match="a sender of the account bakery, and a sender never moves"):
        add_account(two.onboarding, NewAccount("shop", "o@shop.example", "", "UTC", (KNOWN,), (OLD,)), NOW)


def test_it_can_come_back_once_somebody_has_let_it_out(two: FakeStack) -> None:
    change(two, remove_senders=(OLD,))
    two.switch.users[OLD] = User({OLD_KEY: ACTIVE})

    change(two, minutes=3, add_senders=(OLD,))

    assert two.get(ACCOUNT).senders == (CALLER, OLD)


def test_no_decision_wakes_one_that_went(two: FakeStack) -> None:
    change(two, remove_senders=(OLD,))

    for minutes, status in ((10, Status.DISABLED), (20, Status.ACTIVE)):
        two.rows.accounts[ACCOUNT] = two.get(ACCOUNT).to_be_switched(status=status)
        enforced(two, minutes)

    assert two.switch.can_send(CALLER, KEY)
    assert two.switch.users[OLD] == User({OLD_KEY: INACTIVE}, denied=True)


def test_no_other_run_can_wake_it_meanwhile(two: FakeStack) -> None:
    two.rows.accounts[ACCOUNT] = two.get(ACCOUNT).to_be_switched(status=Status.ACTIVE)
    switching = CredentialServices(two.accounts, two.switch, lambda _: None)

    def another_run() -> None:
        with pytest.raises(Conflict):
            sync_credential(switching, two.get(ACCOUNT), lambda: NOW + timedelta(minutes=2))

    two.faults.meanwhile("switch.apply", another_run)

    change(two, remove_senders=(OLD,))

    assert not two.switch.can_send(OLD, OLD_KEY)


def test_no_other_run_can_wake_it_meanwhile_however_long_the_steps_before_took(two: FakeStack) -> None:
    """SES takes one request a second, and a change may have many identities."""
    two.rows.accounts[ACCOUNT] = two.get(ACCOUNT).to_be_switched(status=Status.ACTIVE)
    switching, late = CredentialServices(two.accounts, two.switch, lambda _: None), NOW + timedelta(minutes=10)
    wanted = Change(account_id=ACCOUNT, reason="Why", by=STAFF, remove_senders=(OLD,))
    refused = list[Exception]()

    def another_run() -> None:
        try:
            sync_credential(switching, two.get(ACCOUNT), lambda: late)
        except Conflict as error:
            refused.append(error)

    two.faults.meanwhile("switch.apply", another_run)

    apply(replace(world(two), clock=lambda: late), wanted, plan(world(two), wanted), NOW)

    assert len(refused) == 1
    assert not two.switch.can_send(OLD, OLD_KEY)


def test_while_another_run_switches_it_is_waited_for_and_no_longer_than_it_may_take(two: FakeStack) -> None:
    two.rows.leased_until[ACCOUNT] = NOW + LEASED_FOR

    with pytest.raises(Unavailable, match="is being switched just now; try again in a minute"):
        change(two, remove_senders=(OLD,))

    assert change(two, minutes=3, remove_senders=(OLD,)).account.senders == (CALLER,)


def test_a_user_that_is_gone_is_taken_out(two: FakeStack) -> None:
    del two.switch.users[OLD]

    assert change(two, remove_senders=(OLD,)).account.senders == (CALLER,)


def test_one_that_iam_does_not_show_to_be_off_is_not_taken_out(two: FakeStack) -> None:
    two.switch.lag = timedelta(hours=1)
    two.switch.advance(NOW)
    two.switch.advance(NOW + timedelta(hours=2))

    with pytest.raises(Unavailable, match="IAM does not show yet that permille-old is off"):
        change(two, remove_senders=(OLD,))

    assert two.get(ACCOUNT).senders == (CALLER, OLD)
    two.switch.lag = timedelta()
    assert change(two, minutes=3, remove_senders=(OLD,)).account.senders == (CALLER,)


def test_several_are_switched_off_and_waited_for_together_within_the_lease(two: FakeStack) -> None:
    third = "permille-third"
    may_be_adopted(two, third)
    change(two, add_senders=(third,))
    two.switch.lag = timedelta(hours=1)
    two.switch.advance(NOW)
    two.switch.advance(NOW + timedelta(hours=2))
    waited: list[float] = []
    wanted = Change(account_id=ACCOUNT, reason="Why", by=STAFF, remove_senders=(OLD, third))
    waiting = replace(world(two), pause=waited.append)

    with pytest.raises(Unavailable, match="permille-old, permille-third is off"):
        apply(waiting, wanted, plan(waiting, wanted), NOW + timedelta(minutes=2))

    assert not any(two.switch.can_send(name, OLD_KEY) for name in (OLD, third))
    assert sum(waited) < LEASED_FOR.total_seconds() / 3


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ({"remove_senders": (CALLER,)}, "bakery would have no sender; add another one with --add-sender"),
        ({"remove_senders": ("permille-unknown",)}, "permille-unknown is no sender of bakery"),
        ({"add_senders": (OLD,), "remove_senders": (OLD,)}, "permille-old cannot be added and removed at once"),
        ({"add_identities": (NEW,), "remove_identities": (NEW,)}, "new.example cannot be added and removed at once"),
    ],
)
def test_what_cannot_go_is_refused(stack: FakeStack, named: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        change(stack, **named)


def test_one_takes_anothers_place(stack: FakeStack) -> None:
    assert change(stack, add_senders=(OLD,), remove_senders=(CALLER,)).account.senders == (OLD,)


@pytest.mark.parametrize("named", [{"add_senders": (OLD,)}, {"add_identities": (NEW,)}])
def test_a_closed_account_stays_as_it_is(stack: FakeStack, named: dict[str, Any]) -> None:
    is_(stack, status=Status.CLOSED)

    with pytest.raises(DecisionRefused, match="bakery is closed"):
        change(stack, **named)


@pytest.mark.parametrize(
    ("keys", "leaves_none"), [({KEY: ACTIVE}, False), ({KEY: INACTIVE}, True), ({}, True)], ids=["on", "off", "none"]
)
def test_that_no_key_to_send_with_would_be_left_is_known_before(
    two: FakeStack, keys: dict[str, str], leaves_none: bool
) -> None:
    two.switch.users[CALLER] = User(keys)
    wanted = Change(account_id=ACCOUNT, reason="Why", by=STAFF, remove_senders=(OLD,))

    assert plan(world(two), wanted).leaves_no_key == leaves_none


# ---------------------------------------------------------------- what fails


def everything(stack: FakeStack) -> Any:
    """All that changing changes but the timeline, which keeps what was written, and counters."""
    rows = stack.rows
    identities = stack.identities
    kept = (
        rows.accounts,
        rows.senders,
        identities.sets,
        identities.forwarding,
        stack.iam_users.users,
        stack.switch.users,
    )
    return deepcopy(kept)


def kinds(stack: FakeStack) -> list[str]:
    """Of its entries. That forwarding was stopped is told before it is done, and so perhaps once more."""
    told = stack.kinds(ACCOUNT)
    return sorted({"forwarding_stopped"} & {*told}) + sorted(kind for kind in told if kind != "forwarding_stopped")


WHOLE: dict[str, Any] = {
    "owner_email": "new@shop.example",
    "add_identities": (NEW,),
    "remove_identities": (KNOWN,),
    "add_senders": ("permille-third",),
    "remove_senders": (OLD,),
}


def to_be_changed(status: Status) -> FakeStack:
    stack = made()
    change(stack, add_senders=(OLD,))
    is_(stack, status=status)
    may_be_adopted(stack, "permille-third", NEW)
    return stack


def calls(status: Status) -> list[str]:
    """Those that changing it makes, in their order."""
    stack = to_be_changed(status)
    first = len(stack.faults.calls)
    change(stack, minutes=2, **WHOLE)
    return list(stack.faults.calls)[first:]


EVERY_CALL = [
    pytest.param(status, number, when, error, id=f"{status} {name} {when} {error.__name__} {number}")
    for status in (Status.ACTIVE, Status.DISABLED)
    for number, name in enumerate(calls(status))
    for when in When
    for error in (PermissionDenied, Killed)
]


@pytest.mark.parametrize(("status", "number", "when", "error"), EVERY_CALL)
def test_whatever_call_fails_nobody_sends_who_may_not_and_the_same_command_makes_it_whole(
    status: Status, number: int, when: When, error: type[BaseException]
) -> None:
    stack, whole = to_be_changed(status), to_be_changed(status)
    change(whole, minutes=2, **WHOLE)
    stack.faults.fail(skip=number, when=when, error=error("injected"))

    with pytest.raises((error, Unavailable), match="injected"):
        change(stack, minutes=2, **WHOLE)

    named = stack.get(ACCOUNT).senders
    assert {stack.identities.sets[name] for name in stack.get(ACCOUNT).identities} == {"permille"}
    assert {*may_send_through(stack)} <= {*stack.identities.sets}
    if status is Status.DISABLED:
        assert not any(stack.switch.can_send(name, key) for name in named for key in (KEY, OLD_KEY))
    assert OLD in named or not stack.switch.can_send(OLD, OLD_KEY)
    change(stack, minutes=5, **WHOLE)
    assert stack.get(ACCOUNT).links_valid_since
    when_written = dict.fromkeys(("decided_at", "due_at", "links_valid_since"), NOW)
    counters: dict[str, Any] = {"version": 0, "revision": 0, "credential": None, **when_written}
    made, wanted = (replace(one.get(ACCOUNT), **counters) for one in (stack, whole))
    assert made == wanted
    assert everything(stack)[1:] == everything(whole)[1:]
    assert kinds(stack) == kinds(whole)
    assert stack.get(ACCOUNT).credential.deactivated == whole.get(ACCOUNT).credential.deactivated


# ---------------------------------------------------------------- in any order

THIRD = "permille-third"
STEPS = ["add", "remove", "add third", "remove third", "disable", "enable", "enforce"]


def step(stack: FakeStack, what: str, minutes: int) -> None:
    """What cannot be is refused, and nothing comes of it."""
    verb, _, other = what.partition(" ")
    name = THIRD if other else OLD
    if verb in ("add", "remove"):
        with suppress(InvalidInput):
            change(stack, minutes=minutes, **{f"{verb}_senders": (name,)})
    elif verb == "enforce":
        enforced(stack, minutes)
    else:
        status = Status.ACTIVE if verb == "enable" else Status.DISABLED
        stack.rows.accounts[ACCOUNT] = stack.get(ACCOUNT).to_be_switched(status=status)
        enforced(stack, minutes)


@given(steps=st.lists(st.sampled_from(STEPS), max_size=10))
def test_in_any_order_nobody_sends_who_was_removed_or_whose_account_is_off(steps: list[str]) -> None:
    stack, ever, removed = made(), {CALLER}, set[str]()
    may_be_adopted(stack, THIRD)

    for number, what in enumerate(steps, start=1):
        before = {*stack.get(ACCOUNT).senders}
        step(stack, what, number * 10)
        account = stack.get(ACCOUNT)
        ever |= {*account.senders}
        removed |= before - {*account.senders}

        off = {*account.senders} if account.status is Status.DISABLED else set[str]()
        silent = off | (ever - {*account.senders})
        assert not [name for name in silent if any(stack.switch.can_send(name, key) for key in (KEY, OLD_KEY))]
        assert all(stack.accounts.owner_of(name) == ACCOUNT for name in ever)

    step(stack, "enable", 200)
    named = {*stack.get(ACCOUNT).senders} - removed
    assert all(any(stack.switch.can_send(name, key) for key in (KEY, OLD_KEY)) for name in named)
