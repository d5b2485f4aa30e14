"""The figures of a back-test: who is a bad sender, and what each policy does about it."""

from dataclasses import replace

import pytest
from tests.support.archived import BEGAN, DAY, HOUR, a_complaint, a_history

from permille.domain.policy.policy import CONSERVATIVE, DEFAULT, Breaker
from permille_cli.backtest.history import FeedbackHistory
from permille_cli.backtest.results import Results, backtest
from permille_cli.backtest.summary import Summary, flips_of, percentile, summary_of
from permille_cli.backtest.truth import MATURE_AFTER, Sending, mature_ratio

END = BEGAN + 10 * DAY


def an_account(name: str, delivered: int, complaints: int, bounces: int = 0, begins: int = 0) -> FeedbackHistory:
    """Its mail is of one instant; complaints come each hour after it."""
    reports = [a_complaint(begins + (1 + n) * HOUR, begins, f"{name}-{n}") for n in range(complaints)]
    bounced = [(begins + 60, begins, bounces)] if bounces else []
    return replace(a_history([(begins, begins, delivered)], reports, bounced), account_id=name)


def summary(results: Results, number: int = 0) -> Summary:
    return summary_of(results.policies[number], results)


@pytest.mark.parametrize(
    ("delivered", "complaints", "sending"),
    [
        (2_994, 0, Sending.UNDETERMINED),
        (2_995, 0, Sending.GOOD),
        (10_000, 10, Sending.UNDETERMINED),
        (10_000, 4, Sending.GOOD),
        (10_000, 16, Sending.BAD),
        (10_000, 15, Sending.UNDETERMINED),
        (51, 1, Sending.BAD),
        (52, 1, Sending.UNDETERMINED),
        (0, 0, Sending.UNDETERMINED),
        (0, 3, Sending.BAD),
    ],
)
def test_a_sender_is_good_or_bad_where_the_bound_says_so(delivered: int, complaints: int, sending: Sending) -> None:
    assert mature_ratio(an_account("a", delivered, complaints), END).sending is sending


def test_mail_about_which_complaints_may_still_come_says_nothing() -> None:
    ends = BEGAN + MATURE_AFTER - 1

    ratio = mature_ratio(an_account("a", 5_000, 0), ends)

    assert (ratio.delivered, ratio.sending) == (0, Sending.UNDETERMINED)


def test_precision_is_of_the_clear_ones_that_are_off_for_complaints() -> None:
    accounts = [
        an_account("bad", 100, 3),
        an_account("unlucky", 1_500, 2),
        a_good_one_that_is_stopped_early(),
        an_account("bouncing", 3_500, 0, bounces=400),
        an_account("missed", 40, 1),
    ]

    figures = summary(backtest(accounts, [DEFAULT], END))

    assert (figures.disabled, figures.for_bounces) == (4, 1)
    assert (figures.caught, figures.blocked_good, figures.undetermined, figures.missed) == (1, 1, 1, 1)
    assert figures.precision is not None
    assert figures.precision.share == 0.5
    assert (figures.precision.least, figures.precision.most) == pytest.approx((0.0945, 0.9055), abs=0.0001)


def a_good_one_that_is_stopped_early() -> FeedbackHistory:
    complaints = [a_complaint(HOUR, 0, "g1"), a_complaint(2 * HOUR, 0, "g2")]
    return replace(a_history([(0, 0, 1_000), (2 * DAY, 2 * DAY, 9_000)], complaints), account_id="good")


def test_what_is_let_out_and_blocked_is_split_at_the_disabling() -> None:
    later = [a_complaint(3 * DAY, 2 * DAY, "later"), a_complaint(5 * DAY, 0, "late")]
    early = [a_complaint(HOUR, 0, "1"), a_complaint(2 * HOUR, 0, "2")]
    history = a_history([(0, 0, 100), (2 * DAY, 2 * DAY, 41)], [*early, *later])

    figures = summary(backtest([history], [DEFAULT], END))

    assert (figures.delivered_before.total, figures.complaints_before.total) == (100, 3)
    assert (figures.delivered_after, figures.complaints_after, figures.blocked_per_avoided) == (41, 1, 40)
    assert figures.delay_hours.median == 1


def test_a_disabling_that_the_recheck_reverses_is_none() -> None:
    complaints = [a_complaint(HOUR, 0, "1"), a_complaint(2 * HOUR, 0, "2")]
    history = a_history([(0, 0, 100), (2 * HOUR + 600, 0, 5_000), (2 * HOUR + 1200, 2 * HOUR + 1200, 7)], complaints)

    figures = summary(backtest([history], [DEFAULT], END))

    assert (figures.disabled, figures.reversed, figures.delivered_after) == (0, 1, 0)


def test_hours_are_counted_in_which_the_breaker_would_have_held_some() -> None:
    policy = replace(DEFAULT, breaker=Breaker(at_least=2, percent_of_active=0))
    accounts = [an_account(f"a{n}", 100, 2, begins=HOUR * (n // 3)) for n in range(5)]

    figures = summary(backtest(accounts, [policy], END))

    assert (figures.disabled, figures.breaker_bound, figures.hours_over_bound) == (5, 2, 1)


def test_policies_are_compared_with_the_first() -> None:
    accounts = [an_account("few", 1_500, 2), an_account("many", 1_500, 30)]

    results = backtest(accounts, [DEFAULT, CONSERVATIVE], END)

    [flip] = flips_of(results.policies)
    assert (flip.before, flip.after) == ("default", "conservative")
    assert ([one.account_id for one in flip.kept], flip.disabled) == (["few"], [])


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([], 50, None), ([3], 90, 3), ([4, 1, 3, 2], 50, 2), (list(range(1, 11)), 90, 9)],
)
def test_a_percentile_is_one_of_the_values(values: list[float], percent: int, expected: float | None) -> None:
    assert percentile(values, percent) == expected
