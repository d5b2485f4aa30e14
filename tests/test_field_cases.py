"""Cases that others met in the field (field_cases.jsonl, each with where), from SES's body to what is counted, whom it
suppresses, what rests in quarantine, and what is shown."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.support.builders import ACCOUNT, NOW, PLATFORM
from tests.support.fakes import FakeSuppressions
from tests.usecases.test_ingest import Ingestion

from permille.domain.timeline.timeline import BEGINNING
from permille.reading.complaint_records import campaigns
from permille.usecases.decisions.suppression_list import page

CASES = [json.loads(line) for line in Path(__file__).with_name("field_cases.jsonl").read_text("utf-8").splitlines()]
Case = dict[str, Any]


@pytest.fixture(params=CASES, ids=lambda case: case["case"])
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def feedback(case: Case) -> Ingestion:
    """It has come in, in one batch, and once more."""
    feedback = Ingestion()
    for _ in range(2):
        assert feedback.receive(*case["bodies"], now=NOW) == []
    return feedback


def test_it_is_counted_as_it_should_be(case: Case, feedback: Ingestion) -> None:
    wanted = {
        name: case["expected"][name] for name in ("delivered", "complaints", "bounces") if name in case["expected"]
    }

    assert feedback.quarantine.kept == {}
    assert {name: getattr(feedback.counts, name) for name in wanted} == wanted
    assert {account for account, _, _ in feedback.rows.tallies} <= {case["expected"].get("account", ACCOUNT)}


def test_it_suppresses_whom_it_should(case: Case, feedback: Ingestion) -> None:
    suppressed = [
        one.address for one in page(FakeSuppressions(feedback.rows), ACCOUNT, None, "", 100, bounces=True).items
    ]

    assert suppressed == case["expected"].get("suppressed", suppressed)
    assert feedback.counts.complaints or feedback.counts.bounces or suppressed == []


def test_it_is_shown_as_it_was_written(case: Case, feedback: Ingestion) -> None:
    shown = case["expected"].get("shown_as", "Fresh bread")

    for entry in feedback.rows.told(ACCOUNT):
        assert f'"{shown}"' in entry.headline(PLATFORM)
    for campaign in campaigns(feedback.rows.told(ACCOUNT), 1, BEGINNING.date()):
        assert campaign.name == shown
        assert [card.subject for card in campaign.records] == [shown]
