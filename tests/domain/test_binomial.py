"""The chance of so many complaints at exactly the limit, against numbers computed by hand and by brute force."""

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permille.reading.binomial import chance


@pytest.mark.parametrize(
    ("complaints", "delivered", "limit", "by_hand"),
    [
        (0, 1000, 1, 1.0),
        (1, 1, 1, 0.001),  # one mail, and it is complained about
        (1, 2, 1, 1 - 0.999**2),
        (2, 2, 1, 0.001**2),
        (1, 1000, 1, 1 - 0.999**1000),
        (2, 1000, 1, 1 - 0.999**1000 - 1000 * 0.001 * 0.999**999),  # the example of what is too many: 26 %
        (2, 20, 1, 1 - 0.999**20 - 20 * 0.001 * 0.999**19),
        (3, 1000, 2, 1 - sum(comb(1000, k) * 0.002**k * 0.998 ** (1000 - k) for k in range(3))),
        (3, 2, 1, 0.0),  # more complaints than mail: no chance of the kind
    ],
)
def test_the_chance_is_the_binomial_tail(complaints: int, delivered: int, limit: int, by_hand: float) -> None:
    assert chance(complaints, delivered, limit) == pytest.approx(by_hand, rel=1e-9)


@given(st.integers(1, 400), st.integers(0, 40), st.integers(1, 9))
def test_it_agrees_with_exact_fractions(delivered: int, complaints: int, limit: int) -> None:
    p = Fraction(limit, 1000)
    fewer = sum(comb(delivered, k) * p**k * (1 - p) ** (delivered - k) for k in range(min(complaints, delivered + 1)))

    assert chance(complaints, delivered, limit) == pytest.approx(float(1 - fewer), rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(("complaints", "delivered", "about"), [(1_000, 1_000_000, 0.5), (10_000, 10_000_000, 0.5)])
def test_large_numbers_are_no_trouble(complaints: int, delivered: int, about: float) -> None:
    assert chance(complaints, delivered, 1) == pytest.approx(about, abs=0.02)


def test_what_hardly_happens_is_hardly_a_chance() -> None:
    assert 0 <= chance(2_000, 1_000_000, 1) < 1e-100
