"""At which rates SES acts, and what is said of them."""

from decimal import Decimal

import pytest

from permille.domain.policy.ses_review import BOUNCES, COMPLAINTS, Level, Lines, bounce_percent, counted, denominators
from permille.domain.values.tally import Tally


@pytest.mark.parametrize(
    ("lines", "share", "level"),
    [
        (COMPLAINTS, "0", Level.FINE),
        (COMPLAINTS, "0.000799", Level.FINE),
        (COMPLAINTS, "0.0008", Level.CLOSE),
        (COMPLAINTS, "0.000999", Level.CLOSE),
        (COMPLAINTS, "0.001", Level.REVIEW),  # "0.1% or greater"
        (COMPLAINTS, "0.004999", Level.REVIEW),
        (COMPLAINTS, "0.005", Level.PAUSE),
        (BOUNCES, "0.039999", Level.FINE),
        (BOUNCES, "0.04", Level.CLOSE),
        (BOUNCES, "0.05", Level.REVIEW),
        (BOUNCES, "0.0999", Level.REVIEW),
        (BOUNCES, "0.1", Level.PAUSE),
        (BOUNCES, "1", Level.PAUSE),
    ],
)
def test_ses_reviews_and_pauses_from_its_rates_on_and_we_warn_before(lines: Lines, share: str, level: Level) -> None:
    assert lines.level(Decimal(share)) is level


@pytest.mark.parametrize(
    ("lines", "share", "said"),
    [
        (COMPLAINTS, "0.00083", "0.83 per 1,000"),
        (COMPLAINTS, "0.000000001", "0.01 per 1,000"),  # no complaint reads as none
        (COMPLAINTS, "0.001000001", "1.01 per 1,000"),
        (COMPLAINTS, "0", "0.00 per 1,000"),
        (BOUNCES, "0.021", "2.10 %"),
    ],
)
def test_a_rate_is_rounded_up_as_permilles_are(lines: Lines, share: str, said: str) -> None:
    assert lines.in_words(Decimal(share)) == said


def test_the_bounds_are_said() -> None:
    assert COMPLAINTS.bounds() == "SES reviews from 1 per 1,000 and may pause from 5 per 1,000"
    assert BOUNCES.bounds() == "SES reviews from 5 % and may pause from 10 %"


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (Tally(1_234_567, 812), "812 complaints in 1,234,567 delivered e-mails over the last 45 days: 0.66 per 1,000."),
        (Tally(0, 0), "0 complaints in 0 delivered e-mails over the last 45 days."),
    ],
)
def test_what_ses_has_counted_is_said_as_permille_divides(counts: Tally, said: str) -> None:
    assert counted(counts, 45) == f"SES itself has counted {said}"


@pytest.mark.parametrize(
    ("counts", "percent"),
    [(Tally(0, 0, 0), None), (Tally(95, 0, 5), "5.00"), (Tally(0, 0, 7), "100.00"), (Tally(10**6, 0, 1), "0.01")],
)
def test_an_accounts_bounces_are_a_part_of_what_was_delivered_or_bounced(counts: Tally, percent: str | None) -> None:
    assert bounce_percent(counts) == (Decimal(percent) if percent else None)


def test_one_sentence_says_why_the_rates_differ() -> None:
    said = denominators(30)

    assert said.count(".") == 1
    assert "report complaints" in said
    assert "all e-mails delivered in the last 30 days" in said
