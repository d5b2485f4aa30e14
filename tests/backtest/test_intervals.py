import pytest
from hypothesis import given
from hypothesis import strategies as st

from permille.reading.binomial import at_least, at_most
from permille_cli.backtest.intervals import proportion_at_least, proportion_at_most, wilson

# R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I.
PUBLISHED = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]


@pytest.mark.parametrize(("successes", "trials", "least", "most"), PUBLISHED)
def test_wilsons_interval_is_as_published(successes: int, trials: int, least: float, most: float) -> None:
    assert wilson(successes, trials) == pytest.approx((least, most), abs=0.00005)


def test_what_always_happened_may_not_always_happen() -> None:
    least, most = wilson(20, 20)

    assert least == pytest.approx(1 - 0.1611, abs=0.00005)
    assert most == 1.0


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (-1, 10), (11, 10)])
def test_what_is_no_share_is_refused(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match=f"{successes} of {trials} is no share"):
        wilson(successes, trials)


# From tables of Clopper's and Pearson's limits; those of none and of all are 1 - 0.05^(1/n) and 0.05^(1/n).
ONE_SIDED = [
    (0, 20, 0.0, 0.13911),
    (20, 20, 0.86089, 1.0),
    (3, 10, 0.08726, 0.60662),
    (1, 1, 0.05, 1.0),
    (0, 1, 0.0, 0.95),
]


@pytest.mark.parametrize(("successes", "trials", "least", "most"), ONE_SIDED)
def test_one_sided_bounds_are_clopper_and_pearsons(successes: int, trials: int, least: float, most: float) -> None:
    bounds = proportion_at_least(successes, trials), proportion_at_most(successes, trials)

    assert bounds == pytest.approx((least, most), abs=0.00001)


@given(st.integers(1, 50_000), st.floats(0, 1))
def test_at_a_bound_the_count_has_a_probability_of_5_per_cent(trials: int, share: float) -> None:
    successes = round(share * trials)

    least, most = proportion_at_least(successes, trials), proportion_at_most(successes, trials)

    assert least <= successes / trials <= most
    if successes > 0:
        assert at_least(successes, trials, least) == pytest.approx(0.05, rel=1e-6)
    if successes < trials:
        assert at_most(successes, trials, most) == pytest.approx(0.05, rel=1e-6)


def test_without_trials_every_proportion_is_possible() -> None:
    assert (proportion_at_least(0, 0), proportion_at_most(0, 0)) == (0.0, 1.0)
