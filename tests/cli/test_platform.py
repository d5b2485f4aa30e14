"""`permille platform`: how the whole platform stands with SES."""

from decimal import Decimal

import pytest
from tests.builders import NOW, TODAY, an_account
from tests.cli.terminal import Terminal
from tests.operator_fakes import FakeStack

from permille.desk_ports import SesFigures, SesRate
from permille.domain.account import Look
from permille.domain.reputation import Tally
from permille.domain.ses_review import denominators
from permille.domain.status import Status


@pytest.fixture
def _told(stack: FakeStack) -> None:
    rates = SesRate(Decimal("0.00123"), NOW), SesRate(Decimal("0.021"), NOW)
    stack.ses.told = SesFigures(*rates, Tally(3_000_000, 2000))
    off = an_account("florist", status=Status.DISABLED, look=Look(TODAY, 1000, 40, 3, 0))
    stack.rows.accounts["florist"] = off
    stack.rows.tallies["florist", 1, TODAY] = Tally(1000, 40, 3)


@pytest.mark.usefixtures("_told")
def test_people_read_sess_rates_with_their_bounds_and_who_contributes(terminal: Terminal) -> None:
    first, second, third, fourth, *table = terminal.text("platform").splitlines()

    bounds = "high enough for a review (review from 1 per 1,000, pause from 5)"
    assert first == f"complaint rate by SES: 1.23 per 1,000, {bounds}, as of 10 March 2026, 12:00 (UTC)"
    assert second.startswith("bounce rate by SES: 2.10 %, fine (review from 5 %, pause from 10)")
    assert "2,000 complaints in 3,000,000 delivered e-mails over the last 45 days: 0.67 per 1,000." in third
    assert fourth == denominators(45)
    assert [row.split() for row in table[1:]] == [["florist", "disabled", "40", "1,000", "40.00", "2.0", "%"]]


@pytest.mark.usefixtures("_told")
def test_machines_get_the_same(terminal: Terminal) -> None:
    bounds = {"unit": "per 1,000", "alarm_from": 0.8, "review_from": 1.0, "pause_from": 5.0}
    of_bounces = {"unit": "%", "alarm_from": 4.0, "review_from": 5.0, "pause_from": 10.0}
    at = NOW.isoformat()
    assert terminal.answer("platform") == {
        "window_days": 45,
        "ses": {
            "complaint_rate": {"rate": 1.23, "at": at, "level": "high enough for a review", **bounds},
            "bounce_rate": {"rate": 2.1, "at": at, "level": "fine", **of_bounces},
            "counted": {"delivered": 3_000_000, "complaints": 2000, "per_1000": 0.67},
        },
        "contributors": [
            {
                "account_id": "florist",
                "status": "disabled",
                "delivered": 1000,
                "complaints": 40,
                "per_1000": 40.0,
                "bounces": 3,
                "share_percent": 2.0,
            }
        ],
    }


def test_where_ses_tells_nothing_and_nobody_was_complained_about_it_says_so(terminal: Terminal) -> None:
    said = terminal.text("platform")

    assert said.count("by SES: none in the last days: SES tells one only while mail is sent") == 2
    assert "Nobody has complaints." in said
    answer = terminal.answer("platform")
    assert (answer["ses"]["complaint_rate"], answer["contributors"]) == (None, [])


@pytest.mark.usefixtures("_told")
def test_what_cannot_be_known_is_said_and_the_rest_is_shown(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.fail("ses.figures", times=2)

    said = terminal.text("platform")

    assert said.startswith("What SES says of the AWS account cannot be known now.")
    assert "florist" in said
    answer = terminal.answer("platform")
    assert (answer["ses"], answer["contributors"][0]["share_percent"]) == (None, None)

    stack.faults.fail("directory.most_complaints", times=2)
    assert "Who has the most complaints cannot be known now." in terminal.text("platform")
    assert terminal.answer("platform")["contributors"] is None
