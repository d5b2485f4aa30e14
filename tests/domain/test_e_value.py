"""The evidence against an honest sender, held against exact arithmetic."""

import math
from bisect import bisect_left
from collections.abc import Iterator
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from permille.domain.policy.e_value import is_evident, ln_e, ln_e_needed

ALPHA = Decimal("0.05")
multiples = [Fraction(n) for n in ("1.2", "1.5", "2", "3", "5", "10", "30", "100")]
small = st.integers(0, 400)
counts = st.integers(0, 10**9)
limits = st.integers(1, 9)


def in_fractions(complaints: int, delivered: int, limit: int) -> Fraction:
    """The definition, in exact arithmetic."""
    honest, kept = Fraction(limit, 1000), max(delivered, complaints) - complaints
    guilty = [multiple * honest for multiple in multiples]
    terms = [(rate / honest) ** complaints * ((1 - rate) / (1 - honest)) ** kept for rate in guilty]
    return sum(terms, Fraction()) / len(terms)


EXACT = Context(prec=60, Emin=MIN_EMIN, Emax=MAX_EMAX)


@cache
def ln(value: Fraction) -> Decimal:
    with localcontext(EXACT):
        return Decimal(value.numerator).ln() - Decimal(value.denominator).ln()


def in_decimals(complaints: int, delivered: int, limit: int) -> Decimal:
    """The definition in 60 digits, where fractions would have too many."""
    honest, kept = Fraction(limit, 1000), max(delivered, complaints) - complaints
    with localcontext(EXACT):
        logs = [complaints * ln(one) + kept * ln((1 - one * honest) / (1 - honest)) for one in multiples]
        return max(logs) + (sum(((log - max(logs)).exp() for log in logs), Decimal()) / len(logs)).ln()


@given(small, small, limits)
def test_it_is_what_its_definition_says(complaints: int, delivered: int, limit: int) -> None:
    expected = ln(in_fractions(complaints, delivered, limit))

    assert math.isclose(ln_e(complaints, delivered, limit), expected, rel_tol=1e-9, abs_tol=1e-10)


@given(counts, counts, limits)
def test_it_is_right_for_counts_of_any_size(complaints: int, delivered: int, limit: int) -> None:
    expected = in_decimals(complaints, delivered, limit)

    assert math.isclose(ln_e(complaints, delivered, limit), expected, rel_tol=1e-12, abs_tol=1e-10)


def near_the_line(delivered: int, limit: int, alpha: Decimal) -> Iterator[tuple[int, int]]:
    """With about so many delivered: the fewest complaints that are evident, and then the most delivered with them."""
    least = bisect_left(range(delivered), 1, key=lambda more: in_decimals(more, delivered, limit) >= -alpha.ln())
    most = bisect_left(range(delivered), 1, key=lambda more: in_decimals(least, delivered + more, limit) < -alpha.ln())
    yield from [(least, delivered), (least - 1, delivered), (least, delivered + most), (least, delivered + most - 1)]


@settings(max_examples=30)
@given(st.integers(100, 10**12), limits, st.sampled_from([ALPHA, Decimal("0.000001")]))
def test_not_one_email_decides_otherwise_than_exact_arithmetic(delivered: int, limit: int, alpha: Decimal) -> None:
    for complaints, mails in near_the_line(delivered, limit, alpha):
        exactly = in_decimals(complaints, mails, limit) >= -alpha.ln()

        assert is_evident(complaints, mails, limit, alpha) is exactly


@pytest.mark.parametrize(
    ("complaints", "delivered", "expected"),
    [
        (0, 0, 0.0),
        (2, 1000, -0.33850648567326513),  # too many by complaint_ratio, and no proof yet
        (6, 1000, 4.223331267615664),
        (3, 0, 11.763844776452773),
    ],
)
def test_examples(complaints: int, delivered: int, expected: float) -> None:
    assert math.isclose(ln_e(complaints, delivered, 1), expected, rel_tol=1e-12)


@pytest.mark.parametrize("alpha", [ALPHA, Decimal("0.5"), Decimal("1e-12")], ids=str)
def test_what_is_needed_is_the_logarithm_of_one_to_alpha(alpha: Decimal) -> None:
    assert math.isclose(ln_e_needed(alpha), -alpha.ln(), rel_tol=1e-14)


@given(counts, counts, limits)
def test_a_complaint_more_is_more_evidence_and_a_delivery_more_is_not(
    complaints: int, delivered: int, limit: int
) -> None:
    evidence = ln_e(complaints, delivered, limit)

    assert ln_e(complaints + 1, delivered, limit) > evidence
    assert ln_e(complaints, delivered + 1, limit) <= evidence + 1e-14 * abs(evidence)


def test_an_honest_sender_is_rarely_found_guilty_whenever_one_looks() -> None:
    """Ville's inequality, exactly: of all histories of 40 e-mails of a sender at a limit of 9 per 1,000, those that
    ever reach the evidence weigh no more than alpha."""
    rate, alpha, mails = Fraction(9, 1000), Decimal("0.2"), 40
    going = {0: Fraction(1)}  # by complaints so far: how likely, and not found guilty yet
    guilty = Fraction()
    for mail in range(1, mails + 1):
        after: dict[int, Fraction] = {}
        for complaints, chance in going.items():
            after[complaints] = after.get(complaints, Fraction()) + chance * (1 - rate)
            after[complaints + 1] = after.get(complaints + 1, Fraction()) + chance * rate
        found = {complaints for complaints in after if is_evident(complaints, mail, 9, alpha)}
        guilty += sum((after[complaints] for complaints in found), Fraction())
        going = {complaints: chance for complaints, chance in after.items() if complaints not in found}

    assert 0 < guilty <= Fraction(alpha)
