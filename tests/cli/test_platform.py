"""`permille platform`: how the whole platform stands with SES."""

from decimal import Decimal

import pytest
from tests.support.builders import NOW, TODAY, an_account
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.account.assessment import Assessment
from permille.domain.policy.ses_review import denominators
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally
from permille.ports.desk import SesFigures, SesRate


@pytest.fixture
def _told(stack: FakeStack) -> None:
    rates = SesRate(Decimal("0.00123"), NOW), SesRate(Decimal("0.021"), NOW)
    stack.ses.told = SesFigures(*rates, Tally(3_000_000, 2000, 600))
    off = an_account("florist", status=Status.DISABLED, assessment=Assessment(TODAY, 1000, 40, 3, 0))
    stack.rows.accounts["florist"] = off
    stack.rows.tallies["florist", 1, TODAY] = Tally(1000, 40, 3)


@pytest.mark.usefixtures("_told")
def test_people_read_sess_rates_with_their_bounds_and_who_contributes(terminal: Terminal) -> None:
    first, second, third, fourth, *tables = terminal.text("platform").splitlines()

    at = "as of 10 March 2026, 12:00 (UTC)"
    review = "high enough for a review"
    bounds = "SES reviews from 1 per 1,000 and may pause from 5 per 1,000."
    assert first == f"complaint rate by SES: 1.23 per 1,000, {review}, {at}. {bounds}"
    assert second == f"bounce rate by SES: 2.10 %, fine, {at}. SES reviews from 5 % and may pause from 10 %."
    assert "2,000 complaints in 3,000,000 delivered e-mails over the last 45 days: 0.67 per 1,000." in third
    assert fourth == denominators(45)
    assert [" ".join(row.split()) for row in tables] == [
        "most complaints status complaints delivered rate of all",
        "florist disabled 40 1,000 40.00 per 1,000 2.0 %",
        "most bounces status bounces delivered rate of all",
        "florist disabled 3 1,000 0.30 % 0.5 %",
    ]


@pytest.mark.usefixtures("_told")
def test_machines_get_the_same(terminal: Terminal) -> None:
    bounds = {"unit": "per 1,000", "alarm_from": 0.8, "review_from": 1.0, "pause_from": 5.0}
    of_bounces = {"unit": "%", "alarm_from": 4.0, "review_from": 5.0, "pause_from": 10.0}
    at = NOW.isoformat()
    counts = {"delivered": 1000, "complaints": 40, "bounces": 3, "per_1000": 40.0, "bounce_percent": 0.3}
    florist = {"account_id": "florist", "status": "disabled", **counts}
    assert terminal.answer("platform") == {
        "window_days": 45,
        "ses": {
            "complaint_rate": {"rate": 1.23, "at": at, "level": "high enough for a review", **bounds},
            "bounce_rate": {"rate": 2.1, "at": at, "level": "fine", **of_bounces},
            "counted": {
                "delivered": 3_000_000,
                "complaints": 2000,
                "bounces": 600,
                "per_1000": 0.67,
                "bounce_percent": 0.02,
            },
        },
        "most_complaints": [{**florist, "share_percent": 2.0}],
        "most_bounces": [{**florist, "share_percent": 0.5}],
    }


def test_without_rates_and_complaints_it_says_so(terminal: Terminal) -> None:
    said = terminal.text("platform")

    assert said.count("by SES: none yet: SES has one while mail is sent.") == 2
    assert "Nobody has complaints." in said
    assert "Nobody has bounces." in said
    answer = terminal.answer("platform")
    assert (answer["ses"]["complaint_rate"], answer["most_complaints"], answer["most_bounces"]) == (None, [], [])


@pytest.mark.usefixtures("_told")
def test_unknown_parts_are_marked_and_the_rest_is_shown(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.fail("ses.figures", times=2)

    said = terminal.text("platform")

    assert said.startswith("SES's rates of the AWS account are unknown at the moment.")
    assert "florist" in said
    answer = terminal.answer("platform")
    assert (answer["ses"], answer["most_complaints"][0]["share_percent"]) == (None, None)

    stack.faults.fail("account_index.with_most.complaints", times=2)
    assert "Who has the most complaints is unknown at the moment." in terminal.text("platform")
    assert terminal.answer("platform")["most_complaints"] is None
