"""Before a policy is set it is known whom it would disable and whom it would keep, by what the stored tallies say."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import (
    ACCOUNT,
    NOW,
    STAFF,
    TODAY,
    a_record,
    a_verdict,
    an_account,
    an_entry,
    by_staff,
    days_of,
)
from tests.support.enforcement import A_MINUTE, FakeEnforcement
from tests.support.fakes import FakeControl, FakeTallies, When
from tests.support.operator_fakes import FakeAllTimelines, FakePolicyDocument, FakeStack, a_stack

from permille.domain.account.account import Account
from permille.domain.account.assessment import Assessment
from permille.domain.account.restrictions import Exemption
from permille.domain.account.second_chance import Trial, TrialState
from permille.domain.policy.policy import DEFAULT, BounceBurst, Breaker, ComplaintRatio, Policy
from permille.domain.policy.policy_file import parse_policy, policy_data
from permille.domain.rules.breaker import BreakerState
from permille.domain.rules.policy_preview import Effect, Preview
from permille.domain.timeline.kinds.system import PolicySet
from permille.domain.timeline.timeline import SYSTEM, Entry, only
from permille.domain.values.errors import DecisionRefused, Failed, ServiceError, Unavailable
from permille.domain.values.status import Mode, Status
from permille.domain.values.tally import Tally
from permille.usecases.decisions import policy_change, policy_preview
from permille.usecases.history import NEWEST

A_DAY = timedelta(days=1)
STRICT = replace(DEFAULT, id="strict", complaint_ratio=ComplaintRatio(complaints_at_least=1))
LENIENT = replace(DEFAULT, id="lenient", complaint_ratio=ComplaintRatio(complaints_at_least=5))
LOOKED_AT = Assessment(TODAY, 0, 0, 0, 0)
BROKEN = replace(LOOKED_AT, breaks_rule=True)
EXEMPTION = Exemption(NOW + A_DAY, "A partner", STAFF)
TRIAL = Trial(TrialState.RUNNING, TODAY, NOW, NOW + A_DAY, NOW + 3 * A_DAY)


@pytest.fixture
def stack() -> FakeStack:
    return a_stack()


def have(
    stack: FakeStack, account: Account, *tallies: Tally, entries: Sequence[Entry] = (), days_ago: int = 0
) -> Account:
    """The account with so much on the mail of one day, and of the days before it."""
    stack.rows.accounts[account.id] = account
    for before, tally in enumerate(tallies):
        stack.rows.tallies[account.id, account.epoch, TODAY - (days_ago + before) * A_DAY] = tally
    stack.rows.put(*entries)
    return account


def preview(stack: FakeStack, candidate: Policy, mode: Mode = Mode.ENFORCE) -> Preview:
    return policy_preview.preview(stack, stack.accounts.all(), candidate, mode, NOW)


def effects(previewed: Preview) -> dict[str, Effect]:
    return {one.account.id: one.effect for one in previewed.affected}


def the_record(days_ago: int = 0) -> Entry:
    """That a rule disabled the bakery."""
    at = NOW - days_ago * A_DAY
    return a_record(ACCOUNT, at, a_verdict(today=at.date()), days_of(1000, 2, at.date()), [])


# ---------------------------------------------------------------- whom it would change something for


@pytest.mark.parametrize(
    ("account", "counts", "candidate", "effect"),
    [
        ({}, Tally(500, 1), STRICT, Effect.WOULD_DISABLE),
        ({}, Tally(500, 1), DEFAULT, None),
        ({}, Tally(1000, 2), STRICT, Effect.WOULD_DISABLE),  # is held, or above the limit without anything new
        ({}, Tally(1000, 2), LENIENT, Effect.WOULD_KEEP),
        ({}, Tally(1000, 9), LENIENT, Effect.WOULD_DISABLE),
        ({"exemption": EXEMPTION}, Tally(500, 1), STRICT, Effect.EXEMPT),
        ({"exemption": replace(EXEMPTION, until=NOW)}, Tally(500, 1), STRICT, Effect.WOULD_DISABLE),
        ({"exemption": EXEMPTION}, Tally(1000, 2), LENIENT, Effect.WOULD_KEEP),
        ({"status": Status.TRIAL, "trial": TRIAL}, Tally(500, 1), STRICT, Effect.WOULD_END_TRIAL),
        ({"status": Status.OBSERVING, "trial": TRIAL}, Tally(500, 1), STRICT, Effect.WOULD_END_TRIAL),
        ({"status": Status.TRIAL, "trial": TRIAL}, Tally(500, 0), STRICT, None),
        ({"status": Status.CLOSED}, Tally(500, 1), STRICT, None),
        ({"assessment": None}, Tally(500, 1), STRICT, None),  # nothing was ever counted that speaks against it
        ({"status": Status.DISABLED, "assessment": BROKEN}, Tally(1000, 2), LENIENT, Effect.WOULD_HAVE_KEPT),
        ({"status": Status.DISABLED, "assessment": BROKEN}, Tally(1000, 2), STRICT, None),
        ({"status": Status.DISABLED, "assessment": LOOKED_AT}, Tally(1000, 2), LENIENT, None),  # no rule disabled it
    ],
    ids=str,
)
def test_what_a_policy_would_change_for_an_account(
    stack: FakeStack, account: dict[str, Any], counts: Tally, candidate: Policy, effect: Effect | None
) -> None:
    have(stack, an_account(**{"assessment": LOOKED_AT, **account}), counts, entries=[the_record()])

    assert effects(preview(stack, candidate)) == ({ACCOUNT: effect} if effect else {})


def test_whom_staff_disabled_no_policy_would_have_kept(stack: FakeStack) -> None:
    disabled = by_staff(ACCOUNT, "staff_disabled", NOW + timedelta(hours=1), "It is hacked", STAFF)
    have(stack, an_account(status=Status.DISABLED, assessment=BROKEN), Tally(1000, 2), entries=[the_record(), disabled])

    assert effects(preview(stack, LENIENT)) == {}


def test_who_was_disabled_weeks_ago_is_judged_by_the_mail_of_then(stack: FakeStack) -> None:
    """All of it has left the window meanwhile, so that today no policy would find anything against it."""
    asked = [an_entry("review_requested", NOW - timedelta(minutes=number)) for number in range(2 * NEWEST)]
    account = an_account(status=Status.DISABLED, assessment=BROKEN)
    have(stack, account, Tally(1000, 2), days_ago=60, entries=[the_record(60), *asked])

    [would_have_kept] = preview(stack, LENIENT).of(Effect.WOULD_HAVE_KEPT)

    assert would_have_kept.broken.counts == Tally(1000, 2)
    assert effects(preview(stack, STRICT)) == {}


def test_an_epoch_that_is_over_counts_no_more(stack: FakeStack) -> None:
    have(stack, an_account(assessment=LOOKED_AT), Tally(500, 1))
    stack.rows.accounts[ACCOUNT] = an_account(assessment=LOOKED_AT, epochs=(NOW,))

    assert effects(preview(stack, STRICT)) == {}


def test_a_longer_window_reaches_the_mail_that_the_present_one_has_left(stack: FakeStack) -> None:
    have(stack, an_account(assessment=LOOKED_AT), Tally(500, 2), days_ago=50)

    assert effects(preview(stack, replace(DEFAULT, id="longer", window_days=60))) == {ACCOUNT: Effect.WOULD_DISABLE}


def test_a_shorter_window_lets_the_mail_go_that_the_present_one_still_has(stack: FakeStack) -> None:
    have(stack, an_account(assessment=LOOKED_AT), Tally(500, 2), days_ago=20)

    assert effects(preview(stack, replace(DEFAULT, id="shorter", window_days=10))) == {ACCOUNT: Effect.WOULD_KEEP}


def test_who_breaks_the_policy_in_force_too_is_told_apart(stack: FakeStack) -> None:
    have(stack, an_account("above", assessment=LOOKED_AT), Tally(1000, 2))
    have(stack, an_account("anew", assessment=LOOKED_AT), Tally(999, 1))

    told = {one.account.id: one.breaks_present for one in preview(stack, STRICT).affected}

    assert told == {"above": True, "anew": False}


def test_the_worst_come_first_and_all_are_counted(stack: FakeStack) -> None:
    for number in range(policy_preview.BATCH + 50):
        have(stack, an_account(f"a-{number:03}", assessment=LOOKED_AT), Tally(500, 1 + number))
    have(stack, an_account("clean", assessment=LOOKED_AT), Tally(500, 0))

    previewed = preview(stack, STRICT)

    ids = [one.account.id for one in previewed.affected]
    assert ids == [f"a-{number:03}" for number in range(policy_preview.BATCH + 49, -1, -1)]
    assert previewed.judged == policy_preview.BATCH + 51


def test_where_the_policy_in_force_cannot_be_understood_the_candidate_alone_is_told(stack: FakeStack) -> None:
    stack.policies.document = "{"
    have(stack, an_account(assessment=LOOKED_AT), Tally(1000, 2))

    previewed = preview(stack, DEFAULT)

    assert (previewed.present, effects(previewed)) == (None, {ACCOUNT: Effect.WOULD_DISABLE})
    assert not previewed.affected[0].breaks_present


@pytest.mark.parametrize(
    "call", ["policies.text", "accounts.all", "tallies.days", "timeline.latest", "control.breaker"]
)
def test_what_cannot_be_read_is_an_error_and_no_smaller_number(stack: FakeStack, call: str) -> None:
    have(stack, an_account(assessment=LOOKED_AT), Tally(500, 1))
    have(stack, an_account("off", status=Status.DISABLED, assessment=BROKEN), Tally(1000, 2))
    stack.faults.fail(call)

    with pytest.raises(ServiceError):
        preview(stack, STRICT)


# ---------------------------------------------------------------- what the preview is good for


policies = st.builds(
    lambda ratio, burst, days: replace(
        DEFAULT, id="candidate", complaint_ratio=ratio, bounce_burst=burst, window_days=days
    ),
    st.builds(ComplaintRatio, st.integers(1, 3), st.integers(1, 4)),
    st.none() | st.builds(BounceBurst, st.integers(0, 300), st.integers(0, 10)),
    st.integers(1, 60),
)
mail = st.builds(Tally, st.integers(100, 5000), st.integers(0, 6), st.integers(0, 400))


@given(candidate=policies, counts=st.lists(mail, min_size=1, max_size=4))
def test_whom_the_preview_names_the_next_sweep_disables_and_nobody_else(candidate: Policy, counts: list[Tally]) -> None:
    world = FakeEnforcement()
    for number, tally in enumerate(counts):
        world.open(an_account(f"a-{number}", due_at=NOW))
        world.counted(tally.delivered, tally.complaints, f"a-{number}")
        world.rows.tallies[f"a-{number}", 1, TODAY] = tally
    world.run()
    off_before = disabled(world)

    previewed = policy_preview.preview(
        Reading(world), list(world.rows.accounts.values()), candidate, Mode.ENFORCE, NOW + A_MINUTE
    )
    world.policies.policy = candidate
    world.run(NOW + A_MINUTE)

    assert disabled(world) - off_before == {one.account.id for one in previewed.of(Effect.WOULD_DISABLE)}


def disabled(world: FakeEnforcement) -> set[str]:
    return {account.id for account in world.rows.accounts.values() if account.status is Status.DISABLED}


class Reading:
    """What a preview needs of a world in which the preset default is in force."""

    def __init__(self, world: FakeEnforcement) -> None:
        self.control = FakeControl(world.rows)
        self.policies = FakePolicyDocument()
        self.tallies = FakeTallies(world.rows)
        self.timeline = FakeAllTimelines(world.rows)


# ---------------------------------------------------------------- the question


@pytest.mark.parametrize(
    ("active", "candidate", "bound"),
    [
        (0, DEFAULT, 5),
        (1000, DEFAULT, 20),
        (1000, replace(DEFAULT, id="x", breaker=Breaker(at_least=0, percent_of_active=0)), 0),
        (1000, replace(DEFAULT, id="x", breaker=Breaker(at_least=1_000_000)), 20),  # no policy answers for itself
    ],
    ids=str,
)
def test_the_bound_is_the_smaller_one_of_both_policies(
    stack: FakeStack, active: int, candidate: Policy, bound: int
) -> None:
    stack.rows.breaker = BreakerState(active_accounts=active)

    assert preview(stack, candidate).bound == bound


@dataclass(frozen=True)
class Asked:
    """So many accounts that the policy would disable, and whether a person is asked."""

    accounts: int
    asks: bool
    mode: Mode = Mode.ENFORCE
    in_force: Policy = DEFAULT


@pytest.mark.parametrize(
    "case",
    [
        Asked(5, asks=False),
        Asked(6, asks=True),
        Asked(6, asks=False, mode=Mode.MONITOR),
        Asked(6, asks=False, in_force=STRICT),  # nobody is judged anew
    ],
    ids=str,
)
def test_a_person_is_asked_where_more_would_be_disabled_than_the_breaker_lets_pass(
    stack: FakeStack, case: Asked
) -> None:
    candidate = parse_policy(json.dumps(policy_data(STRICT) | {"id": "default"}))
    stack.policies.document = json.dumps(policy_data(case.in_force) | {"id": "default"})
    for number in range(case.accounts):
        have(stack, an_account(f"a-{number}", assessment=LOOKED_AT), Tally(500, 1))
    have(stack, an_account("exempt", assessment=LOOKED_AT, exemption=EXEMPTION), Tally(500, 1))

    assert preview(stack, candidate, case.mode).exceeds_bound is case.asks


# ---------------------------------------------------------------- setting


def put_in_force(stack: FakeStack, previewed: Preview) -> None:
    policy_change.put_in_force(stack, previewed, '{"window_days": 30}', STAFF, NOW)


def told(stack: FakeStack) -> list[PolicySet]:
    return [entry.facts for entry in only(PolicySet, stack.rows.told(SYSTEM))]


def test_a_policy_is_stored_as_it_was_written_and_told_with_what_it_replaced(stack: FakeStack) -> None:
    candidate = parse_policy('{"window_days": 30}')

    put_in_force(stack, preview(stack, candidate))

    assert stack.policies.document == '{"window_days": 30}'
    assert [(facts.policy, facts.replaced, facts.by) for facts in told(stack)] == [(candidate.id, "default", STAFF)]


def test_who_was_slower_sets_nothing(stack: FakeStack) -> None:
    previewed = preview(stack, parse_policy('{"window_days": 30}'))
    stack.policies.document = '{"window_days": 31}'

    with pytest.raises(DecisionRefused, match="another policy was set meanwhile"):
        put_in_force(stack, previewed)

    assert (stack.policies.document, told(stack)) == ('{"window_days": 31}', [])


@pytest.mark.parametrize(
    ("call", "when", "error", "is_stored"),
    [
        ("policies.set", When.BEFORE, Unavailable, False),
        ("policies.set", When.AFTER, Unavailable, True),
        ("timeline.append", When.BEFORE, Failed, True),
    ],
)
def test_an_entry_never_tells_what_did_not_happen_and_the_history_sees_what_is_not_told(
    stack: FakeStack, call: str, when: When, error: type[Exception], is_stored: bool
) -> None:
    previewed = preview(stack, parse_policy('{"window_days": 30}'))
    stack.faults.fail(call, when=when)

    with pytest.raises(error):
        put_in_force(stack, previewed)

    assert (stack.policies.document is not None, told(stack)) == (is_stored, [])
    assert policy_change.policy_history(stack).is_recorded is not is_stored

    put_in_force(stack, preview(stack, previewed.candidate))
    assert policy_change.policy_history(stack).is_recorded
