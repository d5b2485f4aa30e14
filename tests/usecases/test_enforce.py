"""Whoever breaks the rule loses the credential, once, and whatever is cut off in the middle is finished later."""

import random
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import chain, repeat
from typing import Any

import pytest
from tests.support.builders import ACCOUNT, CALLER, NOW, STAFF, a_complaint_entry, an_account
from tests.support.enforcement import A_MINUTE, AFTER_THE_LEASE, FakeEnforcement
from tests.support.fakes import FakeLedger, Killed, When

from permille.domain.account.account import TICK
from permille.domain.account.credential import ACTIVE, INACTIVE, PROPAGATION, Renewal
from permille.domain.people.staff_commands import Disable, Enable
from permille.domain.values.errors import Unavailable
from permille.domain.values.status import Mode, Status
from permille.usecases.decisions.decisions import apply
from permille.usecases.enforcement.enforce import Run
from permille.usecases.enforcement.switching import TRIES


@pytest.fixture
def world() -> FakeEnforcement:
    return FakeEnforcement()


def test_a_broken_rule_takes_the_credential(world: FakeEnforcement) -> None:
    world.breaks_the_rule()

    assert world.run() == Run(looked_at=1, entries=1, failed=0)

    assert world.account().status is Status.DISABLED
    assert world.can_send() == [False]
    assert world.agrees()
    assert len(world.told("disabled")) == 1


def test_every_key_of_every_sender_is_deactivated_and_remembered(world: FakeEnforcement) -> None:
    world.open(an_account(senders=(CALLER, "permille-bakery-shop"), due_at=NOW), "k1", "k2")
    world.counted(1000, 2)

    world.run()

    assert world.can_send() == [False] * 4
    assert all(user.denied for user in world.switch.users.values())
    assert world.account().credential.deactivated == {
        caller: frozenset({f"{caller}-k1", f"{caller}-k2"}) for caller in (CALLER, "permille-bakery-shop")
    }


def test_whoever_keeps_the_rule_keeps_the_credential(world: FakeEnforcement) -> None:
    world.open(an_account(due_at=NOW))
    world.counted(2000, 2)

    world.run()

    assert world.account().status is Status.ACTIVE
    assert world.can_send() == [True]
    assert len(world.told("alert")) == 1
    assert "switch.apply" not in world.faults.calls


def test_who_is_not_due_is_left_alone(world: FakeEnforcement) -> None:
    world.breaks_the_rule()
    world.rows.accounts[ACCOUNT] = an_account(due_at=NOW + A_MINUTE)

    assert world.run().looked_at == 0
    assert world.run(NOW + A_MINUTE).looked_at == 1


def test_the_longest_due_comes_first(world: FakeEnforcement) -> None:
    for age, account_id in enumerate(["new", "old", "oldest"]):
        world.open(an_account(account_id, due_at=NOW - age * A_MINUTE))
        world.counted(1000, 2, account_id)

    world.run()

    disabled = [entry.account_id for entry in world.rows.entries.values() if entry.kind == "disabled"]
    assert disabled == ["oldest", "old", "new"]


def test_an_account_that_is_gone_is_no_trouble(world: FakeEnforcement) -> None:
    assert world.process("nobody") == Run(looked_at=1, entries=0, failed=0)


def test_quiet_ticks_write_nothing(world: FakeEnforcement) -> None:
    world.breaks_the_rule()
    world.run()
    settled_at = world.settles()
    world.run(settled_at + A_MINUTE)  # finds it in_sync
    calls = len(world.faults.calls)

    assert world.run(settled_at + 2 * A_MINUTE) == Run(looked_at=0, entries=0, failed=0)
    assert world.faults.calls[calls:] == ["accounts.due", "policies.current", "control.lap"]


def test_a_complaint_that_arrives_after_the_disabling_changes_nothing(world: FakeEnforcement) -> None:
    world.breaks_the_rule()
    world.run()
    later, recheck = world.settles(), world.account().recheck
    version = world.account().version
    FakeLedger(world.rows).mark_due(ACCOUNT, later)

    assert world.run(later).entries == 0
    assert world.account().version == version
    assert recheck is not None
    assert world.account().due_at == recheck.at


# ---------------------------------------------------------------- failures, at every call in turn


def failing_calls() -> list[tuple[int, When, type[BaseException]]]:
    world = FakeEnforcement()
    world.breaks_the_rule()
    world.run()
    of_each = [(When.BEFORE, Unavailable), (When.AFTER, Unavailable), (When.BEFORE, Killed), (When.AFTER, Killed)]
    return [(index, when, error) for index in range(len(world.faults.calls)) for when, error in of_each]


@pytest.mark.parametrize(("index", "when", "error"), failing_calls())
def test_whatever_call_fails_the_next_runs_finish_it(index: int, when: When, error: type[BaseException]) -> None:
    world = FakeEnforcement()
    world.breaks_the_rule()
    world.faults.fail(skip=index, when=when, error=error("injected"))

    with suppress(Unavailable, Killed):  # who is due could not be read, or the run was cut off
        world.run()
    world.run(AFTER_THE_LEASE)

    assert world.account().status is Status.DISABLED
    assert world.agrees()
    world.settles(AFTER_THE_LEASE)
    assert world.account().in_sync
    assert len(world.told("disabled")) == 1
    assert world.account().credential.deactivated == {CALLER: frozenset({f"{CALLER}-k1"})}


def waking_world() -> FakeEnforcement:
    """Support has enabled the account again: one key was put to sleep by Permille, the other by its owner."""
    world = FakeEnforcement()
    deactivated = {CALLER: frozenset({f"{CALLER}-k1"})}
    world.open(an_account(in_sync=False, deactivated=deactivated, due_at=NOW), "k1", "k2", active=False)
    world.switch.users[CALLER].keys = {f"{CALLER}-k1": INACTIVE, f"{CALLER}-k2": INACTIVE}
    return world


def failing_activations() -> list[tuple[int, When, type[BaseException]]]:
    world = waking_world()
    world.run()
    return [
        (n, when, error) for n in range(len(world.faults.calls)) for when in When for error in (Unavailable, Killed)
    ]


@pytest.mark.parametrize(("index", "when", "error"), failing_activations())
def test_whatever_call_fails_only_keys_that_permille_deactivated_are_activated(
    index: int, when: When, error: type[BaseException]
) -> None:
    world = waking_world()
    world.faults.fail(skip=index, when=when, error=error("injected"))

    with suppress(Unavailable, Killed):
        world.run()
    world.run(AFTER_THE_LEASE)

    assert world.switch.users[CALLER].keys == {f"{CALLER}-k1": ACTIVE, f"{CALLER}-k2": INACTIVE}
    assert not world.switch.users[CALLER].denied
    world.settles(AFTER_THE_LEASE)
    assert world.account().in_sync
    assert world.account().credential.deactivated == {}


def test_one_failing_account_does_not_keep_the_others_waiting(world: FakeEnforcement) -> None:
    world.breaks_the_rule("first", "second", "third")
    world.faults.fail("tallies.days", skip=2)  # the first account's are read twice

    assert world.run() == Run(looked_at=3, entries=2, failed=1)

    assert [world.account(one).status for one in ("first", "second", "third")] == ["disabled", "active", "disabled"]
    assert world.run(NOW + A_MINUTE).failed == 0
    assert world.account("second").status is Status.DISABLED


def test_a_switch_that_fails_for_long_is_tried_every_minute(world: FakeEnforcement) -> None:
    world.breaks_the_rule()
    world.faults.fail("switch.apply", times=3 * TRIES)

    failed = [world.run(NOW + n * A_MINUTE).failed for n in range(4)]

    assert failed == [1, 1, 1, 0]
    assert world.agrees()


def test_a_switch_that_fails_once_is_tried_again_in_the_same_run(world: FakeEnforcement) -> None:
    world.breaks_the_rule()
    world.faults.fail("switch.apply", times=TRIES - 1)

    assert world.run().failed == 0

    assert world.agrees()


def test_the_pauses_are_half_a_second_and_one_each_spread_by_a_quarter() -> None:
    random.seed("pauses")
    firsts, seconds = zip(*(pauses_of_a_run() for _ in range(100)), strict=True)

    assert (min(firsts), max(firsts)) == pytest.approx((0.375, 0.625), abs=0.02)
    assert (min(seconds), max(seconds)) == pytest.approx((0.75, 1.25), abs=0.04)


def pauses_of_a_run() -> list[float]:
    world = FakeEnforcement()
    world.breaks_the_rule()
    world.faults.fail("switch.apply", times=TRIES - 1)
    world.run()
    return world.pauses


def test_one_sender_that_fails_does_not_keep_the_others_active(world: FakeEnforcement) -> None:
    world.open(an_account(senders=(CALLER, "permille-bakery-shop"), due_at=NOW))
    world.counted(1000, 2)
    world.faults.fail("switch.state_of", times=1)  # of the first sender

    world.run()

    assert world.can_send() == [False, False]
    read_first = [call for call in world.faults.calls if call.startswith("switch.")][:2]
    assert read_first == ["switch.state_of"] * 2  # before anything is switched


def off_with_keys(world: FakeEnforcement, keys: dict[str, str], **different: Any) -> None:
    """A disabled account whose keys Permille has deactivated, but for those that are named as they are."""
    ours = frozenset({f"{CALLER}-k1", f"{CALLER}-k2"})
    world.open(an_account(status=Status.DISABLED, deactivated={CALLER: ours}, **different), active=False)
    world.switch.users[CALLER].keys = dict.fromkeys(ours, INACTIVE) | keys


def test_enabling_wakes_no_key_that_was_renewed(world: FakeEnforcement) -> None:
    old, new = f"{CALLER}-k1", f"{CALLER}-k2"
    renewal = Renewal(CALLER, (old,), new=new, until=NOW, ended=True)
    off_with_keys(world, {}, renewal=renewal)

    apply(world.deciding, ACCOUNT, Enable(reason="Why", by=STAFF), NOW)
    world.run()

    assert world.switch.users[CALLER].keys == {old: INACTIVE, new: ACTIVE}


def test_an_old_key_whose_time_is_over_is_deactivated_by_the_next_run(world: FakeEnforcement) -> None:
    old, new = f"{CALLER}-k1", f"{CALLER}-k2"
    renewal = Renewal(CALLER, (old,), new=new, until=NOW)
    world.open(an_account(renewal=renewal, due_at=NOW), "k1", "k2")

    assert world.run().failed == 0

    assert world.switch.users[CALLER].keys == {old: INACTIVE, new: ACTIVE}
    assert world.account().renewal == replace(renewal, put_off_at=NOW)


def test_a_switch_is_dated_by_the_time_as_the_run_goes_on(world: FakeEnforcement) -> None:
    world.breaks_the_rule()
    left = chain([A_MINUTE], repeat(A_MINUTE - timedelta(seconds=10)))

    world.run(time_left=lambda: next(left))

    assert world.account().credential.applied_at == NOW + timedelta(seconds=10)


def test_a_key_that_its_owner_deactivated_between_two_tries_stays_inactive(world: FakeEnforcement) -> None:
    own = f"{CALLER}-own"
    off_with_keys(world, {own: ACTIVE})
    apply(world.deciding, ACCOUNT, Enable(reason="Why", by=STAFF), NOW)
    world.faults.fail("switch.apply", times=TRIES)
    assert world.run().failed == 1

    world.switch.users[CALLER].keys[own] = INACTIVE
    world.run(NOW + A_MINUTE)

    assert world.switch.users[CALLER].keys == {f"{CALLER}-k1": ACTIVE, f"{CALLER}-k2": ACTIVE, own: INACTIVE}


def test_a_switch_is_believed_only_when_it_is_read_back_by_a_later_run(world: FakeEnforcement) -> None:
    world.breaks_the_rule()

    world.run()
    assert (world.can_send(), world.account().in_sync) == ([False], False)
    world.run(NOW + PROPAGATION - TICK)
    assert not world.account().in_sync
    assert world.run(NOW + PROPAGATION).failed == 0
    assert world.account().in_sync
    assert world.faults.calls.count("switch.apply") == 1


def test_a_change_that_iam_did_not_keep_is_made_again_and_is_a_failure(world: FakeEnforcement) -> None:
    world.breaks_the_rule()
    world.run()
    wake(world)

    assert world.run(NOW + A_MINUTE).failed == 1
    assert world.can_send() == [False]
    assert not world.account().in_sync

    assert world.run(NOW + 2 * A_MINUTE).failed == 0
    assert world.account().in_sync


def test_a_key_that_is_added_while_switching_is_remembered_before_it_is_deactivated(world: FakeEnforcement) -> None:
    world.breaks_the_rule()
    user = world.switch.users[CALLER]
    world.faults.meanwhile("leases.acquire_lease", lambda: user.keys.update({f"{CALLER}-k2": ACTIVE}))

    world.run()
    assert user.keys[f"{CALLER}-k2"] == ACTIVE  # denied by the group, and not deactivated before it is remembered
    assert world.can_send() == [False, False]

    world.run(NOW + A_MINUTE)
    assert user.keys[f"{CALLER}-k2"] == INACTIVE
    assert world.account().credential.deactivated == {CALLER: frozenset({f"{CALLER}-k1", f"{CALLER}-k2"})}


def wake(world: FakeEnforcement) -> None:
    world.switch.users[CALLER].keys[f"{CALLER}-k1"] = ACTIVE


# ---------------------------------------------------------------- others write at the same time


def test_an_account_that_becomes_due_meanwhile_is_decided_anew(world: FakeEnforcement) -> None:
    world.open(an_account(due_at=NOW))
    world.counted(1000, 1)

    def second_complaint() -> None:
        world.counted(1000, 2)
        FakeLedger(world.rows).mark_due(ACCOUNT, NOW)

    world.faults.meanwhile("accounts.save", second_complaint)

    world.run()

    assert world.account().status is Status.DISABLED
    assert world.told("disabled")[0].data["complaints"] == 2
    assert world.told("alert") == []


def test_an_account_that_others_keep_writing_is_left_for_the_next_run(world: FakeEnforcement) -> None:
    world.breaks_the_rule()
    for _ in range(5):
        world.faults.meanwhile("accounts.save", lambda: FakeLedger(world.rows).mark_due(ACCOUNT, NOW))

    assert world.run() == Run(looked_at=1, entries=0, failed=1)
    assert world.run().entries == 1


CALLS = [
    "accounts.get",
    "tallies.days",
    "accounts.save",
    "switch.state_of",
    "leases.acquire_lease",
    "switch.apply",
    "leases.release_lease",
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("skip", [0, 1])
def test_two_runs_that_overlap_disable_once_and_forget_no_key(world: FakeEnforcement, call: str, skip: int) -> None:
    world.breaks_the_rule()
    for _ in range(skip):
        world.faults.meanwhile(call, lambda: None)
    world.faults.meanwhile(call, lambda: world.process())  # the stream's run, while the schedule's is at it

    world.run()
    world.run(AFTER_THE_LEASE)

    assert world.agrees()
    assert len(world.told("disabled")) == 1
    assert world.account().credential.deactivated == {CALLER: frozenset({f"{CALLER}-k1"})}


@pytest.mark.parametrize("call", ["switch.state_of", "leases.acquire_lease", "switch.apply", "leases.release_lease"])
def test_who_is_enabled_while_being_switched_off_ends_up_enabled(world: FakeEnforcement, call: str) -> None:
    world.breaks_the_rule()

    def support_enables() -> None:
        world.rows.tallies.clear()
        apply(world.enforcement, ACCOUNT, Enable(reason="Why", by=STAFF), NOW)

    world.faults.meanwhile(call, support_enables)

    world.run()
    world.run(AFTER_THE_LEASE)

    assert world.account().status is Status.ACTIVE
    assert world.agrees()
    assert world.can_send() == [True]


# ---------------------------------------------------------------- keys and users


def test_the_owners_own_inactive_key_is_never_touched(world: FakeEnforcement) -> None:
    world.breaks_the_rule()
    world.switch.users[CALLER].keys[f"{CALLER}-own"] = INACTIVE
    world.run()
    world.rows.tallies.clear()
    apply(world.enforcement, ACCOUNT, Enable(reason="Why", by=STAFF), NOW)

    world.run(NOW + A_MINUTE)
    world.settles(NOW + A_MINUTE)

    assert world.switch.users[CALLER].keys == {f"{CALLER}-k1": ACTIVE, f"{CALLER}-own": INACTIVE}
    assert world.account().credential.deactivated == {}


def test_a_missing_user_cannot_send_and_is_not_waited_for(world: FakeEnforcement) -> None:
    world.open(an_account(senders=("permille-gone", CALLER), due_at=NOW))
    world.counted(1000, 2)
    del world.switch.users["permille-gone"]

    world.run()

    assert world.agrees()
    assert world.can_send() == [False]


def test_a_key_that_goes_while_it_is_switched_is_read_anew(world: FakeEnforcement) -> None:
    world.breaks_the_rule()
    world.faults.meanwhile("switch.apply", world.switch.users[CALLER].keys.clear)

    world.run()
    world.settles()

    assert world.account().in_sync
    assert world.switch.users[CALLER].denied


# ---------------------------------------------------------------- observing


def test_in_monitor_mode_nothing_is_switched_and_staff_read_it_once() -> None:
    world = FakeEnforcement(Mode.MONITOR)
    world.breaks_the_rule()

    world.run()
    world.process(now=NOW + A_MINUTE)

    assert world.account().status is Status.ACTIVE
    assert world.can_send() == [True]
    assert [entry.headline("APWT") for entry in world.told("would_disable")] == [
        "complaint_ratio is broken, and the account stays enabled: the mode is monitor"
    ]
    assert world.told("alert") == world.told("disabled") == []


def test_entering_enforce_judges_the_observed_account_anew(world: FakeEnforcement) -> None:
    world.breaks_the_rule()
    world.rows.accounts[ACCOUNT] = an_account(would_disable=True, due_at=NOW)

    world.run()

    assert world.account().status is Status.DISABLED
    assert not world.account().would_disable


# ---------------------------------------------------------------- time


def test_time_never_goes_behind_the_last_decision(world: FakeEnforcement) -> None:
    world.breaks_the_rule()
    decided_at = NOW + timedelta(hours=1)
    world.rows.accounts[ACCOUNT] = an_account(due_at=NOW, decided_at=decided_at)

    world.run(NOW)

    assert world.account().decided_at == decided_at + TICK
    assert world.told("disabled")[0].at == decided_at + TICK


def test_a_second_complaint_within_the_hour_is_told_when_it_is_over(world: FakeEnforcement) -> None:
    world.open(an_account(due_at=NOW))
    world.counted(50_000, 1)
    world.run()
    world.rows.put(a_complaint_entry("m-2", NOW + A_MINUTE))
    FakeLedger(world.rows).mark_due(ACCOUNT, NOW + A_MINUTE)

    told = [world.run(NOW + n * A_MINUTE).entries for n in (1, 30, 59, 60, 61)]

    assert told == [0, 0, 0, 1, 0]
    assert world.told("alert")[-1].data["new_complaints"] == 1


# ---------------------------------------------------------------- people decide while a run switches


@pytest.mark.parametrize("decisions", [["enable", "disable"], ["disable", "enable"]], ids="-".join)
def test_what_is_decided_just_when_the_switch_is_done_with_the_decision_before_is_switched_too(
    world: FakeEnforcement, decisions: list[str]
) -> None:
    world.open(an_account(status=Status.DISABLED if decisions[0] == "enable" else Status.ACTIVE))
    commands: dict[str, Disable | Enable] = {
        "enable": Enable(reason="Why", by=STAFF),
        "disable": Disable(reason="Why", by=STAFF),
    }
    apply(world.enforcement, ACCOUNT, commands[decisions[0]], NOW)
    world.faults.meanwhile("accounts.save", world.process)

    apply(world.enforcement, ACCOUNT, commands[decisions[1]], NOW)
    world.run(AFTER_THE_LEASE)

    assert world.can_send() == [decisions[1] == "enable"]
