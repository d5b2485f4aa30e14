"""Once an hour somebody looks at every account, in pieces, and finds what drifted in either direction."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.support.builders import ACCOUNT, CALLER, NOW, STAFF, TODAY, an_account
from tests.support.enforcement import A_MINUTE, FakeEnforcement
from tests.support.fakes import User, When

from permille.domain.account.account import Account
from permille.domain.account.assessment import Assessment
from permille.domain.account.credential import ACTIVE, INACTIVE, Denial
from permille.domain.account.restrictions import Exemption, Recheck
from permille.domain.account.second_chance import Trial, TrialState
from permille.domain.people.staff_commands import Enable
from permille.domain.policy.policy import DEFAULT
from permille.domain.timeline.kinds.credential import Difference, Drift, SenderMissing
from permille.domain.timeline.kinds.system import ModeEntered
from permille.domain.timeline.timeline import SYSTEM, only
from permille.domain.values.status import Mode, Status
from permille.ports.accounts import Lap
from permille.usecases.decisions.decisions import apply
from permille.usecases.enforcement.enforce import Run
from permille.usecases.enforcement.sweep import PAGE, hourly

HOUR = timedelta(hours=1)
NEXT = NOW + HOUR
SECOND = "permille-shop"


@pytest.fixture
def world() -> FakeEnforcement:
    return FakeEnforcement()


def a_disabled(world: FakeEnforcement, *keys: str) -> Account:
    """An account whose keys Permille has put to sleep."""
    names = keys or ("k1",)
    deactivated = {CALLER: frozenset(f"{CALLER}-{key}" for key in names)}
    account = an_account(status=Status.DISABLED, deactivated=deactivated)
    world.open(account, *names, active=False)
    world.switch.users[CALLER].keys = dict.fromkeys(deactivated[CALLER], INACTIVE)
    return account


def finds(world: FakeEnforcement) -> list[tuple[str, str]]:
    return [(one["what"], one["access_key_id"]) for entry in world.told("drift") for one in entry.data["found"]]


def test_a_key_that_was_activated_by_hand_is_drift_and_is_deactivated_again(world: FakeEnforcement) -> None:
    a_disabled(world)
    world.switch.users[CALLER].keys[f"{CALLER}-k1"] = ACTIVE

    assert world.run(NEXT).swept == 1

    assert finds(world) == [("active", f"{CALLER}-k1")]
    assert world.agrees()


def test_a_key_that_was_added_by_hand_is_drift_and_is_activated_with_the_others(world: FakeEnforcement) -> None:
    """The owner, or a thief, holds a second key."""
    a_disabled(world)
    world.switch.users[CALLER].keys["AKIASTOLEN"] = ACTIVE

    world.run(NEXT)

    assert finds(world) == [("active", "AKIASTOLEN")]
    assert world.can_send() == [False, False]
    assert world.account().credential.deactivated == {CALLER: frozenset({f"{CALLER}-k1", "AKIASTOLEN"})}


def test_who_had_an_active_key_meanwhile_is_not_judged_once_more(world: FakeEnforcement) -> None:
    """Mail may have gone out since, and the tallies are no longer those of the mail sent before."""
    account = a_disabled(world)
    world.rows.accounts[ACCOUNT] = replace(account, recheck=Recheck(NEXT + 2 * HOUR, NEXT - A_MINUTE))
    world.switch.users[CALLER].keys[f"{CALLER}-k1"] = ACTIVE

    world.run(NEXT)

    assert world.told("drift")
    assert (world.account().recheck, world.account().decided_at) == (None, NEXT)


def test_what_drifted_is_told_of_each_sender(world: FakeEnforcement) -> None:
    world.open(an_account(status=Status.DISABLED, senders=(CALLER, SECOND)), active=False)
    world.switch.users[SECOND].denied = False

    world.run(NEXT)

    (told,) = world.told("drift")
    assert told.facts == Drift(
        found=(
            Difference(sender=CALLER, what="active", access_key_id=f"{CALLER}-k1"),
            Difference(sender=SECOND, what="active", access_key_id=f"{SECOND}-k1"),
            Difference(sender=SECOND, what="not denied", access_key_id=""),
        )
    )


def test_a_sender_that_was_taken_out_of_the_deny_group_is_found_and_put_back(world: FakeEnforcement) -> None:
    a_disabled(world)
    world.switch.users[CALLER].denied = False

    world.run(NEXT)

    assert finds(world) == [("not denied", "")]
    assert world.switch.users[CALLER].denied


def test_an_owners_own_inactive_key_is_no_drift(world: FakeEnforcement) -> None:
    world.open(an_account(), "k1", "own")
    world.switch.users[CALLER].keys[f"{CALLER}-own"] = INACTIVE

    world.run(NEXT)

    assert finds(world) == []
    assert world.switch.users[CALLER].keys[f"{CALLER}-own"] == INACTIVE


def test_a_closed_account_is_kept_closed(world: FakeEnforcement) -> None:
    world.open(an_account(status=Status.CLOSED))  # its key is Active

    world.run(NEXT)

    assert world.can_send() == [False]
    assert [one for one, _ in finds(world)] == ["active", "not denied"]


def test_a_closed_accounts_user_that_is_gone_is_fine(world: FakeEnforcement) -> None:
    world.open(an_account(status=Status.CLOSED))
    world.run(NEXT)
    del world.switch.users[CALLER]

    for hour in range(2, 4):
        world.run(NOW + hour * HOUR)

    assert not world.told("sender_missing")
    assert world.account().in_sync


def test_the_sweep_itself_switches_nothing(world: FakeEnforcement) -> None:
    a_disabled(world)
    world.switch.users[CALLER].keys[f"{CALLER}-k1"] = ACTIVE
    world.faults.fail("switch.apply", times=100)

    world.run(NEXT)

    assert world.told("drift")
    assert not world.account().in_sync
    assert world.account().due_at is not None


def test_a_missing_user_has_one_entry_and_is_not_waited_for(world: FakeEnforcement) -> None:
    a_disabled(world)
    del world.switch.users[CALLER]

    for hour in range(1, 4):
        world.run(NOW + hour * HOUR)
    assert [entry.facts for entry in world.told("sender_missing")] == [SenderMissing(senders=(CALLER,))]
    assert (world.account().in_sync, world.account().missing) == (True, frozenset({CALLER}))

    world.switch.users[CALLER] = User({f"{CALLER}-new": ACTIVE})
    world.run(NOW + 5 * HOUR)
    assert world.account().missing == frozenset()
    assert world.can_send() == [False]


def test_each_drift_has_one_entry_however_often_it_is_seen(world: FakeEnforcement) -> None:
    a_disabled(world)
    world.switch.users[CALLER].keys[f"{CALLER}-k1"] = ACTIVE

    for minutes in range(60, 240):
        world.run(NOW + minutes * A_MINUTE)

    assert len(world.told("drift")) == 1


def test_it_sweeps_once_an_hour(world: FakeEnforcement) -> None:
    world.open(an_account())

    assert [world.run(NOW + minutes * A_MINUTE).swept for minutes in (0, 59, 60, 61, 119, 120)] == [0, 0, 1, 0, 0, 1]


def test_a_clock_that_was_ahead_and_is_set_right_again_does_not_stop_the_sweep(world: FakeEnforcement) -> None:
    world.open(an_account())
    world.run(NOW + timedelta(days=365))

    assert [world.run(NOW + minutes * A_MINUTE).swept for minutes in (0, 1, 60)] == [1, 0, 1]


def test_how_far_a_version_of_before_has_swept_is_passed_over(world: FakeEnforcement) -> None:
    world.open(an_account())
    world.rows.lap = Lap(mode=Mode.ENFORCE, policy=DEFAULT.id, after=ACCOUNT, done=True)

    assert world.run(NOW).swept == 1


def test_it_counts_the_active_accounts(world: FakeEnforcement) -> None:
    for number in range(7):
        world.open(an_account(f"a-{number}"))
    a_disabled(world)

    world.run(NEXT)

    assert world.rows.breaker.active_accounts == 7


def test_a_long_sweep_goes_on_where_the_time_was_over(world: FakeEnforcement) -> None:
    for number in range(2 * PAGE + 30):
        world.open(an_account(f"a-{number:03}"))
    a_disabled(world)
    world.switch.users[CALLER].keys[f"{CALLER}-k1"] = ACTIVE

    swept = [world.run(NEXT + n * A_MINUTE, time_left=enough_for(90)).swept for n in range(4)]

    assert sum(swept) == 2 * PAGE + 31
    assert swept[-1] < swept[0]
    assert world.rows.lap.done
    assert world.rows.breaker.active_accounts == 2 * PAGE + 30
    assert finds(world) == [("active", f"{CALLER}-k1")]


def enough_for(looks: int) -> "Enough":
    return Enough(iter(range(looks)))


class Enough:
    """Time for so many looks at the clock."""

    def __init__(self, looks: Iterator[int]) -> None:
        self._looks = looks

    def __call__(self) -> timedelta:
        return A_MINUTE if next(self._looks, None) is not None else timedelta()


@pytest.mark.parametrize(
    "call", ["control.lap", "switch.denied_senders", "accounts.page", "switch.state_of", "control.save_lap"]
)
@pytest.mark.parametrize("when", When)
def test_a_sweep_that_fails_somewhere_does_not_fail_the_run_and_is_made_up_for(
    world: FakeEnforcement, call: str, when: When
) -> None:
    a_disabled(world)
    world.switch.users[CALLER].keys[f"{CALLER}-k1"] = ACTIVE
    world.faults.fail(call, when=when)

    assert world.run(NEXT).failed in (0, 1)
    for hour in range(2, 4):
        world.run(NOW + hour * HOUR)

    assert len(world.told("drift")) == 1
    assert world.agrees()


def test_an_account_that_somebody_else_writes_is_left_for_the_next_sweep(world: FakeEnforcement) -> None:
    a_disabled(world)
    world.switch.users[CALLER].keys[f"{CALLER}-k1"] = ACTIVE
    bumped = an_account(status=Status.DISABLED, deactivated=world.account().credential.deactivated, revision=9)
    world.faults.meanwhile("accounts.save", lambda: world.rows.accounts.update({ACCOUNT: bumped}))

    world.run(NEXT)
    assert world.told("drift") == []

    world.run(NEXT + HOUR)
    assert world.agrees()


def test_an_account_that_is_being_switched_is_not_called_drifted(world: FakeEnforcement) -> None:
    world.breaks_the_rule()
    world.faults.fail("switch.apply", times=4)
    world.rows.lap = Lap()

    world.run()

    assert world.told("drift") == []


def test_an_account_that_cannot_be_read_for_long_does_not_make_the_sweep_go_on_for_ever(world: FakeEnforcement) -> None:
    a_disabled(world)
    world.faults.fail("switch.state_of", times=1000)

    swept = [world.run(NEXT + minute * A_MINUTE).swept for minute in range(59)]

    assert sum(swept) == 1


def test_an_unsettled_account_that_nobody_would_look_at_is_made_due(world: FakeEnforcement) -> None:
    world.open(an_account(status=Status.DISABLED, in_sync=False, due_at=None))

    world.run(NEXT)

    assert world.can_send() == [False]


@pytest.mark.parametrize(
    ("until", "status"), [(NEXT - A_MINUTE, Status.DISABLED), (NEXT + HOUR, Status.ACTIVE)], ids=["over", "lasts"]
)
def test_entering_enforce_spares_who_is_exempt_only_while_that_lasts(
    world: FakeEnforcement, until: datetime, status: Status
) -> None:
    exemption = Exemption(until, "A partner", "arn")
    looked_at = Assessment(TODAY, 1000, 2, 0, 0, breaks_rule=True, policy=DEFAULT.id, mode=Mode.MONITOR)
    world.open(an_account(would_disable=True, exemption=exemption, assessment=looked_at, due_at=None))
    world.counted(1000, 2)
    world.rows.lap = replace(hourly(Mode.MONITOR, DEFAULT.id, NEXT), done=True)

    world.run(NEXT)

    assert world.account().status is status


# ---------------------------------------------------------------- denied by hand


def denies(world: FakeEnforcement, caller: str = CALLER, *, denied: bool = True) -> None:
    """Somebody does, in AWS."""
    world.switch.users[caller].denied = denied


def enables(world: FakeEnforcement, now: datetime) -> None:
    apply(world.enforcement, ACCOUNT, Enable(reason="It is safe again", by=STAFF), now)
    world.process(now=now)
    world.settles(now)


def test_a_deny_by_hand_stays_and_has_one_entry(world: FakeEnforcement) -> None:
    world.open(an_account(senders=(CALLER, SECOND)), "k1", "k2")
    denies(world)

    for hour in range(1, 30):
        world.run(NOW + hour * HOUR)

    assert world.switch.users[CALLER] == User({f"{CALLER}-k1": ACTIVE, f"{CALLER}-k2": ACTIVE}, denied=True)
    assert [entry.data["senders"] for entry in world.told("denied_by_hand")] == [[CALLER]]
    assert world.account().denial == Denial((CALLER,), NEXT)
    assert world.account().in_sync
    assert world.told("drift") == []


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.TRIAL])
def test_nothing_of_whom_somebody_denied_by_hand_is_switched(world: FakeEnforcement, status: Status) -> None:
    trial = Trial(TrialState.RUNNING, TODAY, NOW, NOW + 12 * HOUR, NOW + 60 * HOUR) if status is Status.TRIAL else None
    world.open(an_account(status=status, trial=trial, epochs=(NOW,)))
    denies(world)

    world.run(NEXT)
    world.settles(NEXT)

    assert world.account().denied_by_hand
    assert [call for call in world.faults.calls if call in ("leases.acquire_lease", "switch.apply")] == []


def test_a_second_denied_sender_has_an_entry_as_well(world: FakeEnforcement) -> None:
    world.open(an_account(senders=(CALLER, SECOND)))
    denies(world)
    world.run(NEXT)

    denies(world, SECOND)
    world.run(NEXT + HOUR)

    assert [entry.data["senders"] for entry in world.told("denied_by_hand")] == [[CALLER], [CALLER, SECOND]]
    assert world.account().denial == Denial((CALLER, SECOND), NEXT)


def test_enabling_lifts_the_deny_and_counting_goes_on(world: FakeEnforcement) -> None:
    world.open(an_account())
    denies(world)
    world.run(NEXT)

    enables(world, NEXT + A_MINUTE)

    assert world.can_send() == [True]
    assert (world.account().denial, world.account().in_sync, world.account().epochs) == (None, True, ())
    assert len(world.told("deny_lifted")) == 1
    world.run(NEXT + HOUR)
    assert len(world.told("denied_by_hand")) == 1


def test_a_later_deny_by_hand_has_another_entry(world: FakeEnforcement) -> None:
    world.open(an_account())
    denies(world)
    world.run(NEXT)
    enables(world, NEXT + A_MINUTE)

    denies(world)
    world.run(NEXT + HOUR)

    assert len(world.told("denied_by_hand")) == 2
    assert world.can_send() == [False]


def test_a_deny_lifted_by_hand_has_one_entry(world: FakeEnforcement) -> None:
    world.open(an_account())
    denies(world)
    world.run(NEXT)

    denies(world, denied=False)
    for hour in range(1, 4):
        world.run(NEXT + hour * HOUR)

    assert world.account().may_send
    assert [entry.data["senders"] for entry in world.told("undenied_by_hand")] == [[CALLER]]


@pytest.mark.parametrize("denied", [True, False])
def test_what_is_changed_by_hand_while_the_sweep_goes_on_is_told_as_it_is_by_then(
    world: FakeEnforcement, denied: bool
) -> None:
    """The list of the group is older than the account: it is not believed."""
    world.open(an_account(denial=None if denied else Denial((CALLER,), NOW)))
    denies(world, denied=not denied)
    world.faults.meanwhile("accounts.page", lambda: denies(world, denied=denied))
    world.run(NEXT)

    assert world.account().denied_by_hand is False
    world.run(NEXT + HOUR)
    assert world.account().denied_by_hand is denied


def test_a_user_that_is_gone_stays_as_it_was_found(world: FakeEnforcement) -> None:
    world.open(an_account())
    denies(world)
    world.run(NEXT)
    del world.switch.users[CALLER]

    world.run(NEXT + HOUR)

    assert world.account().denied_by_hand
    assert world.told("undenied_by_hand") == []


def test_a_deny_that_comes_before_a_decision_was_read_back_is_undone_once(world: FakeEnforcement) -> None:
    """Nobody can tell it from a leftover of the decision before."""
    world.open(an_account(switch_generation=2, due_at=NOW))
    world.run(NOW)
    assert not world.account().in_sync
    denies(world)

    world.settles(NOW)
    assert world.can_send() == [True]
    assert world.told("denied_by_hand") == []

    denies(world)
    world.run(NEXT)
    assert world.can_send() == [False]
    assert len(world.told("denied_by_hand")) == 1


def test_a_rule_disables_whom_somebody_has_denied_and_support_alone_brings_it_back(world: FakeEnforcement) -> None:
    world.open(an_account())
    denies(world)
    world.run(NEXT)
    world.counted(1000, 2)

    world.process(now=NEXT + A_MINUTE)
    world.counted(10_000, 2)  # it was too early, as it turns out
    for hour in range(1, 30):
        world.run(NEXT + hour * HOUR)

    assert world.account().status is Status.DISABLED
    assert world.account().denial is None
    assert world.can_send() == [False]


@pytest.mark.parametrize("call", ["switch.denied_senders", "accounts.page", "switch.state_of", "accounts.save"])
@pytest.mark.parametrize("when", When)
def test_a_deny_has_one_entry_wherever_a_sweep_failed(world: FakeEnforcement, call: str, when: When) -> None:
    world.open(an_account())
    denies(world)
    world.faults.fail(call, when=when)

    for hour in range(1, 5):
        world.run(NOW + hour * HOUR)

    assert len(world.told("denied_by_hand")) == 1
    assert world.can_send() == [False]


def test_support_that_enables_while_the_sweep_looks_has_the_last_word(world: FakeEnforcement) -> None:
    world.open(an_account(denial=Denial((CALLER,), NOW)))
    denies(world)
    world.faults.meanwhile("accounts.save", lambda: enables(world, NEXT))

    denies(world, denied=False)
    world.run(NEXT)

    assert (world.account().denial, world.can_send()) == (None, [True])
    assert [len(world.told(kind)) for kind in ("deny_lifted", "undenied_by_hand")] == [1, 0]


# ---------------------------------------------------------------- the mode


def modes(world: FakeEnforcement) -> list[tuple[str, str]]:
    entered = only(ModeEntered, world.rows.told(SYSTEM))
    return [(entry.facts.before, entry.facts.mode) for entry in entered]


@pytest.mark.parametrize("cut_off", ["", "control.save_lap", "switch.denied_senders"])
def test_entering_a_mode_has_one_entry_also_where_the_run_is_cut_off(world: FakeEnforcement, cut_off: str) -> None:
    world.rows.lap = Lap()
    if cut_off:
        world.rows.faults.fail(cut_off)

    world.run(NEXT)
    world.run(NEXT + A_MINUTE)
    world.run(NEXT + HOUR)

    assert modes(world) == [("", "enforce")]


def test_a_mode_that_only_a_newer_version_knew_is_left_like_any_other(world: FakeEnforcement) -> None:
    world.open(an_account())
    world.rows.lap = Lap(mode="invented", done=True)

    assert world.run(NEXT).swept == 1

    assert modes(world) == [("", "enforce")]


def test_a_mode_that_was_left_again_before_a_lap_was_done_in_it_is_entered_anew(world: FakeEnforcement) -> None:
    world.rows.lap, world.rows.mode = replace(hourly(Mode.ENFORCE, DEFAULT.id, NOW), done=True), Mode.ENFORCE
    world.enter(Mode.MONITOR)
    world.rows.faults.fail("switch.denied_senders")
    world.run(NOW)  # cut off after the mode was entered

    world.enter(Mode.ENFORCE)
    world.run(NOW + A_MINUTE)
    world.run(NOW + HOUR)

    assert modes(world) == [("enforce", "monitor"), ("", "enforce")]


@pytest.mark.parametrize("changed", ["policy", "mode"])
def test_a_change_has_two_laps_and_no_more(world: FakeEnforcement, changed: str) -> None:
    world.open(an_account())
    if changed == "policy":
        world.policies.policy = replace(DEFAULT, id="another")
    else:
        world.enter(Mode.MONITOR)

    swept = [world.run(NOW + timedelta(seconds=30 * number)).swept for number in range(8)]

    assert swept == [1, 0, 0, 1, 0, 0, 0, 0]


def test_a_change_calls_for_no_look_at_whoever_is_disabled(world: FakeEnforcement) -> None:
    account = replace(a_disabled(world), assessment=Assessment(TODAY, 1000, 2, 0, 0, policy="another"))
    world.rows.accounts[ACCOUNT] = account

    assert world.run(NEXT) == Run(swept=1)


# ---------------------------------------------------------------- accounts that nobody understands


def test_a_row_that_is_no_account_keeps_no_other_from_being_looked_at(world: FakeEnforcement) -> None:
    a_disabled(world)
    world.switch.users[CALLER].keys[f"{CALLER}-k1"] = ACTIVE
    world.rows.unreadable.update({"a-first", "z-last"})

    assert world.run(NEXT).swept == 3

    assert finds(world) == [("active", f"{CALLER}-k1")]
    assert (world.rows.lap.done, world.rows.lap.after, world.rows.lap.active) == (True, "z-last", 0)


@pytest.mark.parametrize("status", [Status.DISABLED, "of a newer version"])
def test_an_account_that_nobody_understands_keeps_no_other_from_being_looked_at(
    world: FakeEnforcement, status: Status
) -> None:
    world.open(replace(an_account("a-first"), status=status))
    a_disabled(world)
    world.switch.users[CALLER].keys[f"{CALLER}-k1"] = ACTIVE
    world.faults.fail("switch.state_of", error=AttributeError("what is that?"))

    world.run(NEXT)

    assert world.rows.lap.done
    assert world.run(NEXT + HOUR).swept == 2
    assert finds(world) == [("active", f"{CALLER}-k1")]
