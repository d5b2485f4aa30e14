"""A credential is renewed: whatever fails, in the end one key works, and somebody was shown its password."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.support.builders import ACCOUNT, CALLER, NOW, STAFF, an_account
from tests.support.enforcement import FakeEnforcement
from tests.support.fakes import Killed, User, When
from tests.support.operator_fakes import FakeAllAccounts, FakeIamUsers, KnownUser

from permille.domain.account.credential import ACTIVE, INACTIVE
from permille.domain.people.commands import Command
from permille.domain.people.renewal import Renew
from permille.domain.people.staff_commands import Close, Disable, Enable
from permille.domain.values.errors import (
    DecisionRefused,
    Failed,
    NotFound,
    PermilleError,
    PermissionDenied,
    Unavailable,
)
from permille.domain.values.status import Status
from permille.usecases.decisions.decisions import apply
from permille.usecases.senders.renew_credential import ATTEMPTS, Renewed, RenewServices, renew_credential

MARK = "permille/us-east-1/bakery"
OLD = f"{CALLER}-k1"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
GRACE = 48 * HOUR
ON, OFF = True, False
ENABLE = Enable(reason="They changed their password", by=STAFF)


@dataclass
class Bakery:
    """An account with a key of its own, that the stack made; Enforce runs beside it."""

    world: FakeEnforcement = field(default_factory=FakeEnforcement)
    on: bool = True
    now: datetime = NOW
    shown: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world.open(an_account(), "k1")
        known = {CALLER: KnownUser(MARK, keys=[OLD])}
        self.users = FakeIamUsers(known, self.world.faults, switched=self.world.switch.users)
        self.passes(MINUTE)
        if not self.on:
            self.decides(Disable(reason="It spams", by=STAFF))

    @property
    def renewing(self) -> RenewServices:
        accounts = FakeAllAccounts(self.world.rows)
        return RenewServices(accounts, accounts, self.users, self.world.switch, lambda _: MARK, lambda _: None)

    def renews(self, **asked: Any) -> Renewed:
        self.now += timedelta(seconds=1)
        renewed = renew_credential(self.renewing, ACCOUNT, Renew(by=STAFF, **asked), self.now)
        self.shown.append(renewed.key.id)
        return renewed

    def renews_again(self) -> Renewed:
        """As the message says that refuses it."""
        try:
            return self.renews()
        except DecisionRefused:
            return self.renews(lost=True)

    def decides(self, command: Command) -> None:
        self.now += timedelta(seconds=1)
        apply(self.world.enforcement, ACCOUNT, command, self.now)
        self.settles()

    def the_stream_runs(self) -> None:
        self.world.process(now=self.now)

    def passes(self, time: timedelta) -> None:
        """Then the next minutes' runs."""
        self.now += time
        self.world.run(self.now)
        self.settles()

    def settles(self) -> None:
        self.the_stream_runs()
        self.now = self.world.settles(self.now)

    @property
    def working(self) -> list[str]:
        """Keys with which mail goes out."""
        return [key for key in self.keys if self.world.switch.can_send(CALLER, key)]

    @property
    def keys(self) -> dict[str, str]:
        return dict(self.world.switch.users[CALLER].keys)

    @property
    def old_works_until(self) -> datetime:
        until = self.world.account().old_key_works_until(self.now)
        assert until is not None
        return until

    @property
    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.world.rows.told(ACCOUNT)]


# ---------------------------------------------------------------- an account that is on


def test_the_old_key_is_off_within_seconds_and_has_an_entry_when_it_was_read_back() -> None:
    bakery = Bakery()

    new = bakery.renews().key.id
    assert bakery.working == [OLD, new]
    bakery.the_stream_runs()
    assert (bakery.working, bakery.kinds) == ([new], ["credential_renewed"])

    bakery.passes(MINUTE)
    assert (bakery.keys, bakery.kinds) == (
        {OLD: INACTIVE, new: ACTIVE},
        ["credential_renewed", "old_credential_ended"],
    )
    assert bakery.world.account().due_at is None


def test_with_a_grace_the_old_key_works_until_it_is_over() -> None:
    bakery = Bakery()
    new = bakery.renews(grace=GRACE).key.id
    over = bakery.old_works_until

    bakery.settles()
    assert timedelta() <= over - (bakery.now - 2 * MINUTE) - GRACE <= timedelta(milliseconds=1)
    assert (bakery.working, bakery.world.account().due_at) == ([OLD, new], over)
    bakery.now = over - timedelta(seconds=1)
    bakery.the_stream_runs()
    assert bakery.working == [OLD, new]
    bakery.passes(timedelta(seconds=1))

    assert (bakery.working, bakery.kinds[-1]) == ([new], "old_credential_ended")


def test_the_secret_is_in_no_entry() -> None:
    bakery = Bakery()

    renewed = bakery.renews()

    (entry,) = bakery.world.told("credential_renewed")
    assert (entry.data["access_key_id"], entry.data["by"]) == (renewed.key.id, STAFF)
    assert renewed.key.secret not in entry.facts_json
    assert renewed.key.secret not in repr(renewed)


def test_the_old_key_is_deleted_at_the_next_renewal() -> None:
    bakery = Bakery()
    first = bakery.renews().key.id
    bakery.passes(MINUTE)

    second = bakery.renews().key.id
    bakery.passes(MINUTE)

    assert bakery.keys == {first: INACTIVE, second: ACTIVE}


def test_a_disabling_ends_the_grace_and_enabling_never_wakes_the_old_key() -> None:
    bakery = Bakery()
    new = bakery.renews(grace=GRACE).key.id

    bakery.decides(Disable(reason="It spams", by=STAFF))
    assert (bakery.working, bakery.kinds[-1]) == ([], "old_credential_ended")
    bakery.decides(ENABLE)

    assert (bakery.working, bakery.keys[OLD]) == ([new], INACTIVE)
    bakery.passes(GRACE)
    assert bakery.keys == {OLD: INACTIVE, new: ACTIVE}


def test_the_end_of_the_grace_lets_nobody_out_of_the_deny_group() -> None:
    """Somebody has put the user into it by hand; whether the sweep has found that or not."""
    for sweeps in (True, False):
        bakery = Bakery()
        bakery.renews(grace=GRACE)
        bakery.settles()
        bakery.world.switch.users[CALLER].denied = True
        bakery.now += GRACE
        if sweeps:
            bakery.world.run(bakery.now)
        bakery.settles()

        assert (bakery.keys[OLD], bakery.world.switch.users[CALLER].denied) == (INACTIVE, True)


def test_an_old_key_that_somebody_activated_meanwhile_is_deactivated_again() -> None:
    bakery = Bakery()
    bakery.renews()
    bakery.the_stream_runs()
    bakery.world.switch.users[CALLER].keys[OLD] = ACTIVE

    bakery.passes(HOUR)

    assert bakery.keys[OLD] == INACTIVE
    assert bakery.kinds.count("old_credential_ended") == 1


# ---------------------------------------------------------------- an account that is off


def test_of_an_account_that_is_off_the_new_key_is_inactive_until_it_is_enabled() -> None:
    bakery = Bakery(on=False)

    new = bakery.renews(grace=GRACE).key.id
    assert bakery.keys == {OLD: INACTIVE, new: INACTIVE}
    bakery.passes(HOUR)
    assert (bakery.working, bakery.kinds.count("drift")) == ([], 0)
    bakery.decides(ENABLE)

    assert (bakery.working, bakery.keys[OLD]) == ([new], INACTIVE)


def test_a_new_key_is_remembered_before_it_is_deactivated() -> None:
    bakery = Bakery(on=False)
    bakery.world.faults.fail("switch.apply", error=Killed("injected"))

    with pytest.raises(Killed):
        bakery.renews()

    (new,) = set(bakery.keys) - {OLD}
    assert new in bakery.world.account().credential.deactivated[CALLER]


def test_whom_a_leak_brought_down_is_enabled_with_a_new_key_alone() -> None:
    bakery = Bakery(on=False)

    renewed = bakery.renews(enable=ENABLE)
    assert (renewed.account.status, renewed.account.epoch) == (Status.ACTIVE, 2)
    bakery.settles()

    assert (bakery.working, bakery.keys[OLD]) == ([renewed.key.id], INACTIVE)
    (enabled,) = bakery.world.told("staff_enabled")
    assert enabled.data["new_credential"] is True
    assert "credential_renewed" not in bakery.kinds  # one mail says it all


def test_that_also_lifts_a_deny_and_within_a_grace_ends_it() -> None:
    bakery = Bakery()
    first = bakery.renews(grace=GRACE).key.id
    bakery.settles()
    bakery.decides(Disable(reason="It was stolen", by=STAFF))

    second = bakery.renews(enable=ENABLE).key.id
    bakery.settles()

    assert bakery.keys == {first: INACTIVE, second: ACTIVE}
    assert bakery.working == [second]


# ---------------------------------------------------------------- what cannot be


def within_a_grace(bakery: Bakery) -> None:
    bakery.renews(grace=GRACE)


def with_a_key_made_by_hand(bakery: Bakery) -> None:
    bakery.users.create_key(CALLER)


def adopted(bakery: Bakery) -> None:
    bakery.world.open(an_account(senders=("permille-old",)), "k1")


def adopted_by_that_name(bakery: Bakery) -> None:
    bakery.users.users[CALLER].tag = ""


def gone(bakery: Bakery) -> None:
    del bakery.world.switch.users[CALLER]


def closed(bakery: Bakery) -> None:
    bakery.decides(Close(reason="They left", by=STAFF))


def nothing(bakery: Bakery) -> None:
    assert bakery.keys == {OLD: ACTIVE}


@pytest.mark.parametrize(
    ("is_so", "asked", "says"),
    [
        (within_a_grace, {}, r"bakery was renewed, and its old key works until 12 March 2026, .* IAM allows two keys"),
        (with_a_key_made_by_hand, {}, "has the keys AKIA1, permille-bakery-k1, as many as IAM allows"),
        (
            adopted,
            {},
            "permille-old was adopted: its keys are not Permille's; make the new key where this one was made",
        ),
        (
            adopted_by_that_name,
            {},
            "permille-bakery was adopted: its keys are not Permille's; make the new key where this one was made",
        ),
        (gone, {}, "IAM does not know the user permille-bakery any more"),
        (closed, {}, "bakery is closed, and that is final"),
        (nothing, {"lost": True}, "the credential of bakery was never renewed: renew it without --lost"),
        (nothing, {"enable": ENABLE}, "bakery is active already"),
    ],
)
def test_what_cannot_be_renewed_is_refused_with_the_reason(
    is_so: Callable[[Bakery], None], asked: dict[str, Any], says: str
) -> None:
    bakery = Bakery()
    is_so(bakery)
    before = dict(bakery.world.rows.accounts), {name: dict(user.keys) for name, user in bakery.users.switched.items()}

    with pytest.raises(DecisionRefused, match=says):
        bakery.renews(**asked)

    assert before == (
        bakery.world.rows.accounts,
        {name: dict(user.keys) for name, user in bakery.users.switched.items()},
    )


def test_there_has_to_be_an_account() -> None:
    with pytest.raises(NotFound):
        renew_credential(Bakery().renewing, "nobody", Renew(by=STAFF), NOW)


def test_a_password_that_was_lost_is_replaced_and_the_old_key_works_as_long_as_was_said() -> None:
    bakery = Bakery()
    lost = bakery.renews(grace=GRACE).key.id
    over = bakery.old_works_until
    bakery.passes(HOUR)

    found = bakery.renews(lost=True).key.id

    assert (lost in bakery.keys, bakery.working) == (False, [OLD, found])
    assert bakery.old_works_until == over
    bakery.passes(GRACE)
    assert bakery.working == [found]


def test_while_a_lost_one_is_not_replaced_yet_the_old_key_works_on() -> None:
    """Else none would."""
    bakery = Bakery()
    bakery.renews(grace=GRACE)
    bakery.world.faults.fail("iam_users.create_key", error=PermissionDenied("injected"))
    with pytest.raises(PermissionDenied):
        bakery.renews(lost=True)

    bakery.passes(GRACE + HOUR)
    assert bakery.working == [OLD]
    new = bakery.renews().key.id
    bakery.passes(MINUTE)

    assert bakery.working == [new]


def test_a_key_made_by_hand_after_a_refused_try_is_nobodys_to_delete() -> None:
    bakery = Bakery()
    bakery.world.faults.fail("iam_users.create_key", error=PermissionDenied("injected"))
    with pytest.raises(PermissionDenied):
        bakery.renews()
    by_hand = bakery.users.create_key(CALLER).id

    with pytest.raises(DecisionRefused, match=f"has the keys {by_hand}, "):
        bakery.renews()

    assert bakery.working == [OLD, by_hand]


# ---------------------------------------------------------------- what fails

WAYS: dict[str, tuple[bool, dict[str, Any]]] = {
    "at once": (ON, {}),
    "with a grace": (ON, {"grace": GRACE}),
    "off": (OFF, {}),
    "enabling": (OFF, {"enable": ENABLE}),
}


def calls(way: str) -> list[str]:
    bakery = Bakery(on=WAYS[way][0])
    before = len(bakery.world.faults.calls)
    bakery.renews(**WAYS[way][1])
    return bakery.world.faults.calls[before:]


EVERY_CALL = [
    pytest.param(way, number, when, error, times, id=f"{way} {name} {when} {error.__name__} {times} {number}")
    for way in WAYS
    for number, name in enumerate(calls(way))
    for when in When
    for error, times in ((PermissionDenied, 1), (Unavailable, 1), (Unavailable, 1000), (Killed, 1000))
    if (error, when) != (PermissionDenied, When.AFTER)  # what AWS does not allow has not happened
]


@pytest.mark.parametrize(("way", "number", "when", "error", "times"), EVERY_CALL)
def test_whatever_call_fails_the_next_try_ends_with_one_key_that_works_and_was_shown(
    way: str, number: int, when: When, error: type[BaseException], times: int
) -> None:
    """`times`: everything fails from then on, as where the command is cut off or the network is."""
    on, asked = WAYS[way]
    bakery = Bakery(on=on)
    bakery.world.faults.fail(skip=number, when=when, error=error("injected"), times=times)
    with suppress(PermilleError, Killed):
        bakery.renews(**asked)
    bakery.world.faults.heal()

    shown = list(bakery.shown)
    assert set(bakery.working) - {OLD} <= set(bakery.keys)
    assert all(key in bakery.keys for key in shown)
    bakery.passes(2 * MINUTE)  # a lease that nobody gave back is over
    if on and not shown and bakery.world.account().renewal is not None:
        assert bakery.working, "none works, and nobody was told"
    if not shown:
        bakery.renews_again()
    if bakery.world.account().status is Status.DISABLED:
        bakery.decides(ENABLE)
    bakery.passes(GRACE + HOUR)

    assert bakery.working == bakery.shown[-1:]
    assert bakery.world.account().in_sync
    assert len(bakery.keys) <= 2


def test_an_answer_that_is_lost_is_no_failure_where_the_key_was_kept() -> None:
    bakery = Bakery()
    bakery.world.faults.fail("accounts.save", skip=1, when=When.AFTER)

    new = bakery.renews().key.id
    bakery.passes(MINUTE)

    assert (bakery.working, bakery.kinds.count("credential_renewed")) == ([new], 1)


def test_where_nobody_knows_whether_a_key_was_kept_it_is_neither_deleted_nor_shown() -> None:
    bakery = Bakery()
    bakery.world.faults.fail("accounts.save", skip=1, when=When.AFTER)
    bakery.world.faults.fail("accounts.get", skip=2, times=ATTEMPTS - 1)

    with pytest.raises(Failed, match=r"what became of the new key AKIA1 is not known.* with --lost where it says"):
        bakery.renews()

    assert "AKIA1" in bakery.keys


ENDING = [
    "accounts.get",
    "switch.state_of",
    "leases.acquire_lease",
    "switch.apply",
    "switch.key",
    "leases.release_lease",
    "accounts.save",
]


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("error", [Unavailable, PermissionDenied, Killed])
@pytest.mark.parametrize("skip", [0, 1])
@pytest.mark.parametrize("call", ENDING)
def test_whatever_fails_at_its_end_the_old_key_goes_off(
    call: str, skip: int, error: type[BaseException], when: When
) -> None:
    bakery = Bakery()
    new = bakery.renews().key.id
    bakery.world.faults.fail(call, skip=skip, when=when, error=error("injected"))

    for _ in range(5):
        bakery.now += MINUTE
        with suppress(Killed):
            bakery.world.run(bakery.now)
    bakery.world.faults.heal()
    bakery.passes(2 * MINUTE)

    assert bakery.keys == {OLD: INACTIVE, new: ACTIVE}
    assert bakery.kinds.count("old_credential_ended") == 1
    assert ACCOUNT not in bakery.world.rows.leased_until


# ---------------------------------------------------------------- who is faster

MEANWHILE = [
    "accounts.get",
    "switch.state_of",
    "iam_users.create_key",
    "leases.acquire_lease",
    "switch.apply",
    "accounts.save",
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("call", MEANWHILE)
@pytest.mark.parametrize("command", [Disable, Enable])
def test_what_is_decided_meanwhile_is_what_the_keys_are_in_the_end(
    call: str, way: str, command: type[Disable | Enable]
) -> None:
    on, asked = WAYS[way]
    bakery = Bakery(on=on)

    def decide() -> None:
        with suppress(DecisionRefused):
            bakery.decides(command(reason="Meanwhile", by=STAFF))

    bakery.world.faults.meanwhile(call, decide)
    with suppress(DecisionRefused):
        bakery.renews(**asked)
    bakery.passes(GRACE + HOUR)

    may_send = bakery.world.account().status.may_send
    assert bakery.working == ((bakery.shown or [OLD]) if may_send else [])


@pytest.mark.parametrize("call", MEANWHILE)
def test_of_two_who_renew_at_once_one_key_works_in_the_end(call: str) -> None:
    bakery = Bakery()

    def another() -> None:
        with suppress(PermilleError):
            bakery.renews(grace=GRACE)

    bakery.world.faults.meanwhile(call, another)
    with suppress(PermilleError):
        bakery.renews()
    for _ in range(2):  # the other may come at the end of the first
        bakery.passes(GRACE + HOUR)

    assert len(bakery.working) == 1
    assert bakery.working[0] in (*bakery.shown, OLD)
    renewed = bakery.renews_again()
    bakery.passes(GRACE + HOUR)
    assert bakery.working == [renewed.key.id]


def test_a_concurrent_renewal_keeps_no_key() -> None:
    """The other has found a key that nobody was shown, and deleted it."""
    bakery = Bakery()
    faults = bakery.world.faults
    faults.meanwhile("iam_users.create_key", lambda: faults.meanwhile("accounts.get", lambda: bakery.renews()))

    with pytest.raises(
        DecisionRefused, match="bakery was renewed by somebody else meanwhile; nothing was renewed here"
    ):
        bakery.renews()
    bakery.passes(MINUTE)

    assert bakery.working == bakery.shown == ["AKIA2"]


def test_a_run_that_read_the_account_before_it_was_renewed_wakes_no_old_key() -> None:
    """It is enabled, its keys are about to be activated, and then it is renewed: the old one goes off all the same."""
    bakery = Bakery(on=False)
    apply(bakery.world.enforcement, ACCOUNT, ENABLE, bakery.now + timedelta(seconds=1))
    bakery.now += timedelta(seconds=2)
    bakery.world.faults.meanwhile("leases.acquire_lease", lambda: bakery.renews())

    bakery.the_stream_runs()
    bakery.passes(MINUTE)

    assert (bakery.working, bakery.keys[OLD]) == (bakery.shown, INACTIVE)


def test_another_account_of_ones_own_keys_is_untouched() -> None:
    bakery = Bakery()
    bakery.world.open(an_account("shop"), "k1")
    bakery.users.users["permille-shop"] = KnownUser("permille/us-east-1/shop", keys=["permille-shop-k1"])
    before = replace(User({}), keys=dict(bakery.world.switch.users["permille-shop"].keys))

    bakery.renews()
    bakery.passes(MINUTE)

    assert bakery.world.switch.users["permille-shop"].keys == before.keys
