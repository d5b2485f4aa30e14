"""The rules: more than 1 complaint for every 1,000 e-mails, on the mail of 45 send days; and those beside it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import TODAY, a_verdict, an_account, days_of

from permille.domain.account.judging import judge_account
from permille.domain.policy.policy import (
    ALLPROWEBTOOLS,
    CONSERVATIVE,
    DEFAULT,
    BounceBurst,
    Breaker,
    ComplaintBurst,
    ComplaintRatio,
    Policy,
    SecondChance,
)
from permille.domain.policy.verdict import Decision, Rule, Verdict, judge
from permille.domain.values.status import Status
from permille.domain.values.tally import Days, Tally

WORSE = [Decision.KEEP, Decision.WARN, Decision.DISABLE]
delivered_counts = st.integers(0, 20_000)
complaint_counts = st.integers(0, 30)


@pytest.mark.parametrize(
    ("delivered", "complaints", "kept"),
    [
        (1000, 1, True),
        (1000, 2, False),  # README's example
        (1999, 2, False),
        (2000, 2, True),
        (2000, 3, False),
        (20, 1, True),  # below 1,000 the allowance is still one complaint
        (20, 2, False),
        (0, 0, True),
        (0, 1, True),
        (0, 2, False),  # complaints can arrive before the deliveries are told
        (1_000_000, 1000, True),
        (1_000_000, 1001, False),
    ],
)
def test_more_than_one_complaint_for_every_thousand_disables(delivered: int, complaints: int, kept: bool) -> None:
    verdict = a_verdict(delivered, complaints)

    assert (verdict.decision is not Decision.DISABLE) is kept
    assert verdict.rule == (None if kept else "complaint_ratio")


@pytest.mark.parametrize(
    ("delivered", "complaints", "warned"),
    [
        (0, 0, False),
        (1000, 0, False),  # without a complaint nobody is warned
        (1000, 1, True),  # no allowance left
        (1999, 1, True),
        (2000, 1, True),  # one left, but half the limit is reached
        (2001, 1, False),
        (4000, 2, True),
        (4001, 2, False),
        (10_000, 10, True),
    ],
)
def test_a_warning_is_due_without_allowance_or_at_half_the_limit(delivered: int, complaints: int, warned: bool) -> None:
    assert a_verdict(delivered, complaints).decision is (Decision.WARN if warned else Decision.KEEP)


@pytest.mark.parametrize(
    ("delivered", "complaints", "left"),
    [(0, 0, 1), (999, 0, 1), (1000, 1, 0), (2000, 1, 1), (5000, 1, 4), (5000, 5, 0), (1000, 2, 0), (1000, 50, 0)],
)
def test_the_allowance_says_how_many_more_are_kept(delivered: int, complaints: int, left: int) -> None:
    assert a_verdict(delivered, complaints).allowance_left == left


@given(delivered_counts, complaint_counts)
def test_the_allowance_is_the_largest_number_that_would_still_be_kept(delivered: int, complaints: int) -> None:
    verdict = a_verdict(delivered, complaints)

    kept = [k for k in range(60) if a_verdict(delivered, complaints + k).decision is not Decision.DISABLE]
    assert verdict.allowance_left == max(kept, default=0)


@given(delivered_counts, complaint_counts)
def test_one_more_delivery_never_makes_it_worse(delivered: int, complaints: int) -> None:
    before, after = a_verdict(delivered, complaints), a_verdict(delivered + 1, complaints)

    assert WORSE.index(after.decision) <= WORSE.index(before.decision)
    assert after.allowance_left >= before.allowance_left


@given(delivered_counts, complaint_counts)
def test_one_more_complaint_never_makes_it_better(delivered: int, complaints: int) -> None:
    before, after = a_verdict(delivered, complaints), a_verdict(delivered, complaints + 1)

    assert WORSE.index(after.decision) >= WORSE.index(before.decision)
    assert after.allowance_left <= before.allowance_left


@pytest.mark.parametrize(
    ("days_ago", "counts"),
    [(-2, False), (-1, True), (0, True), (44, True), (45, False)],  # -1: stamped by a clock that is ahead
)
def test_the_window_is_the_last_45_days_with_today(days_ago: int, counts: bool) -> None:
    verdict = judge(DEFAULT, days_of(10, 2, TODAY - timedelta(days=days_ago)), TODAY)

    assert (verdict.counts.complaints == 2) is counts
    assert verdict.policy.window_days == 45


def test_a_verdict_names_every_number_it_used() -> None:
    verdict = a_verdict(1000, 2)

    assert verdict.counts == Tally(delivered=1000, complaints=2)
    assert (verdict.first_day, verdict.last_day) == (TODAY - timedelta(days=44), TODAY)
    assert verdict.policy is DEFAULT


# ---------------------------------------------------------------- the other rules, and the presets


def on_today(policy: Policy, delivered: int = 0, complaints: int = 0, bounces: int = 0) -> Verdict:
    return judge(policy, {TODAY: Tally(delivered, complaints, bounces)}, TODAY)


@pytest.mark.parametrize(
    ("preset", "delivered", "bounces", "broken"),
    [
        (DEFAULT, 1000, 200, False),  # no more than 200
        (DEFAULT, 1000, 201, True),
        (DEFAULT, 3818, 201, True),
        (DEFAULT, 3819, 201, False),  # 201 of 4,020 are 5 %, and not more
        (DEFAULT, 20_000, 1000, False),  # an honest sender of 20,000 a day
        (ALLPROWEBTOOLS, 20_000, 200, False),
        (ALLPROWEBTOOLS, 20_000, 201, True),
        (CONSERVATIVE, 1000, 201, True),
    ],
)
def test_a_burst_of_bounces_disables(preset: Policy, delivered: int, bounces: int, broken: bool) -> None:
    verdict = on_today(preset, delivered, bounces=bounces)

    assert verdict.rule == (Rule.BOUNCE_BURST if broken else None)
    assert verdict.breaks is broken


def test_bounces_count_by_the_day_on_which_the_mail_was_sent() -> None:
    days = {TODAY - timedelta(days=n): Tally(delivered=100, bounces=150) for n in range(5)}

    assert not judge(DEFAULT, days, TODAY).breaks
    assert judge(DEFAULT, days | {TODAY - timedelta(days=2): Tally(bounces=201)}, TODAY).rule is Rule.BOUNCE_BURST
    assert not judge(DEFAULT, days | {TODAY - timedelta(days=45): Tally(bounces=201)}, TODAY).breaks


def test_the_verdict_names_the_day_with_the_most_bounces() -> None:
    yesterday = TODAY - timedelta(days=1)

    verdict = judge(DEFAULT, {TODAY: Tally(bounces=300), yesterday: Tally(10, 0, 400)}, TODAY)

    assert verdict.worst == (yesterday, Tally(10, 0, 400))


@pytest.mark.parametrize(
    ("days_ago", "complaints", "broken"), [(0, 3, False), (0, 4, True), (6, 4, True), (7, 4, False)]
)
def test_a_burst_of_complaints_disables_where_it_is_on(days_ago: int, complaints: int, broken: bool) -> None:
    days = {TODAY - timedelta(days=days_ago): Tally(delivered=1_000_000, complaints=complaints)}

    assert judge(ALLPROWEBTOOLS, days, TODAY).rule == (Rule.COMPLAINT_BURST if broken else None)
    assert not judge(DEFAULT, days, TODAY).breaks


def test_the_first_broken_rule_is_named() -> None:
    assert on_today(ALLPROWEBTOOLS, 10, 9, 500).rule is Rule.COMPLAINT_RATIO
    assert judge(ALLPROWEBTOOLS, {TODAY: Tally(10**6, 9, 10**6)}, TODAY).rule is Rule.BOUNCE_BURST


@pytest.mark.parametrize(
    ("delivered", "complaints", "broken", "left"),
    [(1000, 2, False, 3), (1000, 5, False, 0), (1000, 6, True, 0), (0, 1, False, 0), (0, 2, True, 0)],
)
def test_the_conservative_rule_wants_evidence_too(delivered: int, complaints: int, broken: bool, left: int) -> None:
    verdict = on_today(CONSERVATIVE, delivered, complaints)

    assert (verdict.rule, verdict.allowance_left) == (Rule.COMPLAINT_RATIO if broken else None, left)
    assert verdict.ln_e is not None
    assert on_today(DEFAULT, delivered, complaints).ln_e is None


def test_counts_of_a_trillion_are_judged_exactly() -> None:
    assert on_today(DEFAULT, 10**12, 10**9).allowance_left == 0
    assert not on_today(DEFAULT, 10**12, 10**9).breaks
    assert on_today(DEFAULT, 10**12, 10**9 + 1).breaks
    assert on_today(DEFAULT, 10**12, 7).allowance_left == 10**9 - 7


@pytest.mark.parametrize(
    ("policy", "tally", "waiting", "breaks"),
    [
        (DEFAULT, Tally(1000, 2), 999, True),
        (DEFAULT, Tally(1000, 2), 1000, False),
        (DEFAULT, Tally(1000, 0, 201), 2818, True),
        (DEFAULT, Tally(1000, 0, 201), 2819, False),
        (ALLPROWEBTOOLS, Tally(1000, 0, 201), 10**9, True),  # no ratio, nothing that waits can turn it
        (ALLPROWEBTOOLS, Tally(10**6, 4), 10**9, True),
        (CONSERVATIVE, Tally(1000, 6), 0, True),
        (CONSERVATIVE, Tally(1000, 6), 1000, False),
    ],
)
def test_what_waits_is_taken_for_deliveries(policy: Policy, tally: Tally, waiting: int, breaks: bool) -> None:
    assert judge(policy, {TODAY: tally}, TODAY, waiting=waiting).breaks is breaks


policies = st.builds(
    Policy,
    id=st.just("any"),
    window_days=st.integers(7, 60),
    complaint_ratio=st.builds(
        ComplaintRatio,
        st.integers(1, 9),
        st.integers(1, 5),
        st.none() | st.sampled_from([Decimal("0.05"), Decimal("0.5")]),
    ),
    bounce_burst=st.none() | st.builds(BounceBurst, st.integers(0, 300), st.integers(0, 10)),
    complaint_burst=st.none() | st.builds(ComplaintBurst, st.integers(0, 6), st.integers(1, 7)),
)
tallies = st.builds(Tally, st.integers(0, 20_000), st.integers(0, 30), st.integers(0, 400))
histories = st.dictionaries(st.integers(-1, 50).map(lambda ago: TODAY - timedelta(days=ago)), tallies, max_size=4)


@given(policies, histories, st.integers(0, 10_000))
def test_under_any_policy_a_delivery_more_never_makes_it_worse(policy: Policy, days: Days, waiting: int) -> None:
    before = judge(policy, days, TODAY, waiting)

    for day in [*days, TODAY]:
        after = judge(policy, {**days, day: days.get(day, Tally()) + Tally(delivered=1)}, TODAY, waiting)
        assert WORSE.index(after.decision) <= WORSE.index(before.decision)
        assert after.allowance_left >= before.allowance_left


@given(policies, histories)
def test_under_any_policy_a_complaint_more_never_makes_it_better(policy: Policy, days: Days) -> None:
    before = judge(policy, days, TODAY)

    for day in [*days, TODAY]:
        after = judge(policy, {**days, day: days.get(day, Tally()) + Tally(complaints=1)}, TODAY)
        assert WORSE.index(after.decision) >= WORSE.index(before.decision)
        assert after.allowance_left <= before.allowance_left


@given(policies, histories)
def test_under_any_policy_the_allowance_is_the_largest_number_that_would_still_be_kept(
    policy: Policy, days: Days
) -> None:
    verdict = judge(policy, days, TODAY)

    def kept(more: int) -> bool:
        return not judge(policy, {**days, TODAY: days.get(TODAY, Tally()) + Tally(complaints=more)}, TODAY).breaks

    assert verdict.allowance_left == 0 or kept(verdict.allowance_left)
    assert not kept(verdict.allowance_left + 1)


@given(policies, histories, st.integers(0, 10_000), st.integers(0, 10_000))
def test_more_that_waits_never_makes_a_verdict_firmer(policy: Policy, days: Days, less: int, more: int) -> None:
    if judge(policy, days, TODAY, waiting=less + more).breaks:
        assert judge(policy, days, TODAY, waiting=less).breaks


@pytest.mark.parametrize("status", Status)
def test_the_rules_allow_complaints_only_where_the_account_is_active(status: Status) -> None:
    verdict = judge_account(an_account(status=status), DEFAULT, {TODAY: Tally(4212, 2)}, TODAY)

    assert verdict.allowance_left == (2 if status is Status.ACTIVE else 0)
    assert replace(verdict, allowance_left=2) == judge(DEFAULT, {TODAY: Tally(4212, 2)}, TODAY)


@pytest.mark.parametrize(
    ("breaker", "active_accounts", "bound", "second_bound"),
    [
        (Breaker(), 0, 5, 10),
        (Breaker(), 299, 5, 10),  # 2 percent of them are 5.98
        (Breaker(), 300, 6, 12),
        (Breaker(beyond_doubt_times=3), 1000, 20, 60),
        (Breaker(beyond_doubt_alpha=None, beyond_doubt_times=3), 1000, 20, 20),  # no evidence is beyond doubt
    ],
)
def test_so_many_pass_the_breaker_in_an_hour_and_so_many_beyond_doubt(
    breaker: Breaker, active_accounts: int, bound: int, second_bound: int
) -> None:
    assert (breaker.bound(active_accounts), breaker.second_bound(active_accounts)) == (bound, second_bound)


@pytest.mark.parametrize(("above", "batch", "by_ratio"), [(0, 10_000, False), (1, 1, False), (1, 2, True)])
def test_where_no_size_is_named_the_rules_decide_on_no_batch(above: int, batch: int, by_ratio: bool) -> None:
    assert SecondChance(ratio_above=above).decides_by_ratio(batch) is by_ratio
