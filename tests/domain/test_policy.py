"""The rules of the seed: more than 1 complaint for every 1,000 e-mails, on the mail of 45 send days."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import TODAY, a_verdict, days_of

from permille.domain.policy import SEED, Decision, judge
from permille.domain.reputation import Tally

WORSE = [Decision.KEEP, Decision.WARN, Decision.DISABLE]
delivered_counts = st.integers(0, 20_000)
complaint_counts = st.integers(0, 30)


@pytest.mark.parametrize(
    ("delivered", "complaints", "kept"),
    [
        (1000, 1, True),
        (1000, 2, False),  # the seed's own example
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
    assert verdict.rule == ("" if kept else "complaint_ratio")


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


@given(delivered_counts, complaint_counts)
def test_bounces_are_shown_and_change_nothing(delivered: int, complaints: int) -> None:
    bounced = judge(SEED, {TODAY: Tally(delivered, complaints, bounces=5000)}, TODAY)

    assert bounced.decision is a_verdict(delivered, complaints).decision
    assert bounced.counts.bounces == 5000


@pytest.mark.parametrize(
    ("days_ago", "counts"),
    [(-2, False), (-1, True), (0, True), (44, True), (45, False)],  # -1: stamped by a clock that is ahead
)
def test_the_window_is_the_last_45_days_with_today(days_ago: int, counts: bool) -> None:
    verdict = judge(SEED, days_of(10, 2, TODAY - timedelta(days=days_ago)), TODAY)

    assert (verdict.counts.complaints == 2) is counts
    assert verdict.window_days == 45


def test_a_verdict_names_every_number_it_used() -> None:
    verdict = a_verdict(1000, 2)

    assert verdict.counts == Tally(delivered=1000, complaints=2)
    assert (verdict.first_day, verdict.last_day) == (TODAY - timedelta(days=44), TODAY)
    assert (verdict.limit, verdict.policy_id) == (1, "seed")
