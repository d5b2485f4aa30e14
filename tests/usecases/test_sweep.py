"""Once an hour somebody looks at every account, in pieces, and finds what drifted in either direction."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.builders import ACCOUNT, CALLER, NOW, TODAY, an_account
from tests.fakes import User, When
from tests.usecases.enforcement import A_MINUTE, World

from permille.domain.account import Account, Exemption, Look, Recheck
from permille.domain.breaker import hour_of
from permille.domain.entries.system import ModeEntered
from permille.domain.policy import SEED
from permille.domain.status import Mode, Status
from permille.domain.switch import ACTIVE, INACTIVE
from permille.domain.timeline import SYSTEM, only
from permille.ports import Lap
from permille.sweep import PAGE

HOUR = timedelta(hours=1)
NEXT = NOW + HOUR


@pytest.fixture
def world() -> World:
    return World()


def a_disabled(world: World, *keys: str) -> Account:
    """An account whose keys Permille has put to sleep."""
    names = keys or ("k1",)
    asleep = {CALLER: frozenset(f"{CALLER}-{key}" for key in names)}
    account = an_account(status=Status.DISABLED, asleep=asleep)
    world.open(account, *names, active=False)
    world.switch.users[CALLER].keys = dict.fromkeys(asleep[CALLER], INACTIVE)
    return account


def finds(world: World) -> list[tuple[str, str]]:
    return [(one["what"], one["key"]) for entry in world.told("drift") for one in entry.data["found"]]


def test_a_key_that_was_woken_by_hand_is_found_told_and_put_to_sleep_again(world: World) -> None:
    a_disabled(world)
    world.switch.users[CALLER].keys[f"{CALLER}-k1"] = ACTIVE

    assert world.run(NEXT).swept == 1

    assert finds(world) == [("awake", f"{CALLER}-k1")]
    assert world.agrees()


def test_a_key_that_was_added_by_hand_is_found_and_woken_again_with_the_others(world: World) -> None:
    """The owner, or a thief, holds a second key."""
    a_disabled(world)
    world.switch.users[CALLER].keys["AKIASTOLEN"] = ACTIVE

    world.run(NEXT)

    assert finds(world) == [("awake", "AKIASTOLEN")]
    assert world.can_send() == [False, False]
    assert world.account().credential.asleep == {CALLER: frozenset({f"{CALLER}-k1", "AKIASTOLEN"})}


def test_who_had_a_key_awake_meanwhile_is_not_judged_once_more(world: World) -> None:
    """Mail may have gone out since, and the tallies are no longer those of the mail sent before."""
    account = a_disabled(world)
    world.rows.accounts[ACCOUNT] = replace(account, recheck=Recheck(NEXT + 2 * HOUR, NOW))
    world.switch.users[CALLER].keys[f"{CALLER}-k1"] = ACTIVE

    world.run(NEXT)

    assert world.told("drift")
    assert world.account().recheck is None


def test_a_sender_that_was_taken_out_of_the_deny_group_is_found_and_put_back(world: World) -> None:
    a_disabled(world)
    world.switch.users[CALLER].denied = False

    world.run(NEXT)

    assert finds(world) == [("not denied", "")]
    assert world.switch.users[CALLER].denied


def test_an_active_account_that_is_denied_is_found_and_let_out(world: World) -> None:
    world.open(an_account())
    world.switch.users[CALLER].denied = True

    world.run(NEXT)

    assert finds(world) == [("denied", "")]
    assert world.can_send() == [True]
    assert world.agrees()


def test_an_owners_own_inactive_key_is_no_drift(world: World) -> None:
    world.open(an_account(), "k1", "own")
    world.switch.users[CALLER].keys[f"{CALLER}-own"] = INACTIVE

    world.run(NEXT)

    assert finds(world) == []
    assert world.switch.users[CALLER].keys[f"{CALLER}-own"] == INACTIVE


def test_a_closed_account_is_kept_closed(world: World) -> None:
    world.open(an_account(status=Status.CLOSED))  # its key is Active

    world.run(NEXT)

    assert world.can_send() == [False]
    assert [one for one, _ in finds(world)] == ["awake", "not denied"]


def test_the_sweep_itself_flips_nothing(world: World) -> None:
    a_disabled(world)
    world.switch.users[CALLER].keys[f"{CALLER}-k1"] = ACTIVE
    world.faults.fail("switch.apply", times=100)

    world.run(NEXT)

    assert world.told("drift")
    assert not world.account().settled
    assert world.account().due_at is not None


def test_a_user_that_is_gone_is_told_once_and_not_waited_for(world: World) -> None:
    a_disabled(world)
    del world.switch.users[CALLER]

    for hour in range(1, 4):
        world.run(NOW + hour * HOUR)
    assert len(world.told("sender_missing")) == 1
    assert (world.account().settled, world.account().missing) == (True, frozenset({CALLER}))

    world.switch.users[CALLER] = User({f"{CALLER}-new": ACTIVE})
    world.run(NOW + 5 * HOUR)
    assert world.account().missing == frozenset()
    assert world.can_send() == [False]


def test_each_drift_is_told_once_however_often_it_is_looked_at(world: World) -> None:
    a_disabled(world)
    world.switch.users[CALLER].keys[f"{CALLER}-k1"] = ACTIVE

    for minutes in range(60, 240):
        world.run(NOW + minutes * A_MINUTE)

    assert len(world.told("drift")) == 1


def test_it_sweeps_once_an_hour(world: World) -> None:
    world.open(an_account())

    assert [world.run(NOW + minutes * A_MINUTE).swept for minutes in (0, 59, 60, 61, 119, 120)] == [0, 0, 1, 0, 0, 1]


def test_it_counts_the_active_accounts(world: World) -> None:
    for number in range(7):
        world.open(an_account(f"a-{number}"))
    a_disabled(world)

    world.run(NEXT)

    assert world.rows.breaker.active_accounts == 7


def test_a_long_sweep_goes_on_where_the_time_was_over(world: World) -> None:
    for number in range(2 * PAGE + 30):
        world.open(an_account(f"a-{number:03}"))
    a_disabled(world)
    world.switch.users[CALLER].keys[f"{CALLER}-k1"] = ACTIVE

    swept = [world.run(NEXT + n * A_MINUTE, time_left=enough_for(90)).swept for n in range(4)]

    assert sum(swept) == 2 * PAGE + 31
    assert swept[-1] < swept[0]
    assert world.rows.lap.done
    assert world.rows.breaker.active_accounts == 2 * PAGE + 30
    assert finds(world) == [("awake", f"{CALLER}-k1")]


def enough_for(looks: int) -> "Enough":
    return Enough(iter(range(looks)))


class Enough:
    """Time for so many looks at the clock."""

    def __init__(self, looks: Iterator[int]) -> None:
        self._looks = looks

    def __call__(self) -> timedelta:
        return A_MINUTE if next(self._looks, None) is not None else timedelta()


@pytest.mark.parametrize("call", ["control.lap", "switch.denied", "accounts.page", "switch.read", "control.save_lap"])
@pytest.mark.parametrize("when", When)
def test_a_sweep_that_fails_somewhere_does_not_fail_the_run_and_is_made_up_for(
    world: World, call: str, when: When
) -> None:
    a_disabled(world)
    world.switch.users[CALLER].keys[f"{CALLER}-k1"] = ACTIVE
    world.faults.fail(call, when=when)

    assert world.run(NEXT).failed in (0, 1)
    for hour in range(2, 4):
        world.run(NOW + hour * HOUR)

    assert len(world.told("drift")) == 1
    assert world.agrees()


def test_an_account_that_somebody_else_writes_is_left_for_the_next_sweep(world: World) -> None:
    a_disabled(world)
    world.switch.users[CALLER].keys[f"{CALLER}-k1"] = ACTIVE
    bumped = an_account(status=Status.DISABLED, asleep=world.account().credential.asleep, revision=9)
    world.faults.meanwhile("accounts.save", lambda: world.rows.accounts.update({ACCOUNT: bumped}))

    world.run(NEXT)
    assert world.told("drift") == []

    world.run(NEXT + HOUR)
    assert world.agrees()


def test_an_account_that_is_being_switched_is_not_called_drifted(world: World) -> None:
    world.breaks_the_rule()
    world.faults.fail("switch.apply", times=4)
    world.rows.lap = Lap()

    world.run()

    assert world.told("drift") == []


def test_an_account_that_cannot_be_read_for_long_does_not_make_the_sweep_go_on_for_ever(world: World) -> None:
    a_disabled(world)
    world.faults.fail("switch.read", times=1000)

    swept = [world.run(NEXT + minute * A_MINUTE).swept for minute in range(59)]

    assert sum(swept) == 1


def test_who_is_let_out_of_the_deny_group_while_the_sweep_goes_on_has_not_drifted(world: World) -> None:
    world.open(an_account())
    world.switch.users[CALLER].denied = True
    world.faults.meanwhile("accounts.page", lambda: setattr(world.switch.users[CALLER], "denied", False))

    world.run(NEXT)

    assert world.told("drift") == []


def test_an_unsettled_account_that_nobody_would_look_at_is_made_due(world: World) -> None:
    world.open(an_account(status=Status.DISABLED, settled=False, due_at=None))

    world.run(NEXT)

    assert world.can_send() == [False]


@pytest.mark.parametrize(
    ("until", "status"), [(NEXT - A_MINUTE, Status.DISABLED), (NEXT + HOUR, Status.ACTIVE)], ids=["over", "lasts"]
)
def test_entering_enforce_spares_who_is_exempt_only_while_that_lasts(
    world: World, until: datetime, status: Status
) -> None:
    exemption = Exemption(until, "A partner", "arn")
    looked_at = Look(TODAY, 1000, 2, 0, 0, over=True, policy=SEED.id, mode=Mode.OBSERVE)
    world.open(an_account(would_disable=True, exemption=exemption, look=looked_at, due_at=None))
    world.counted(1000, 2)
    world.rows.lap = Lap(hour_of(NEXT), Mode.OBSERVE, SEED.id, done=True)

    world.run(NEXT)

    assert world.account().status is status


# ---------------------------------------------------------------- the mode


def modes(world: World) -> list[tuple[str, str]]:
    entered = only(ModeEntered, world.rows.told(SYSTEM))
    return [(entry.facts.before, entry.facts.mode) for entry in entered]


@pytest.mark.parametrize("cut_off", ["", "control.save_lap", "switch.denied"])
def test_that_a_mode_was_entered_is_told_once_also_where_the_run_is_cut_off(world: World, cut_off: str) -> None:
    world.rows.lap = Lap()
    if cut_off:
        world.rows.faults.fail(cut_off)

    world.run(NEXT)
    world.run(NEXT + A_MINUTE)
    world.run(NEXT + HOUR)

    assert modes(world) == [("", "enforce")]


def test_a_mode_that_only_a_newer_version_knew_is_left_like_any_other(world: World) -> None:
    world.open(an_account())
    world.rows.lap = Lap(mode="invented", done=True)

    assert world.run(NEXT).swept == 1

    assert modes(world) == [("", "enforce")]


def test_a_mode_that_was_left_again_before_a_lap_was_done_in_it_is_entered_anew(world: World) -> None:
    world.rows.lap, world.rows.mode = Lap(hour_of(NOW), Mode.ENFORCE, SEED.id, done=True), Mode.ENFORCE
    world.enter(Mode.OBSERVE)
    world.rows.faults.fail("switch.denied")
    world.run(NOW)  # cut off after the mode was entered

    world.enter(Mode.ENFORCE)
    world.run(NOW + A_MINUTE)
    world.run(NOW + HOUR)

    assert modes(world) == [("enforce", "observe"), ("", "enforce")]
