import pytest

from permille_cli.backtest.intervals import wilson

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
