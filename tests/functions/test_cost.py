"""What a run says of itself has no more bytes, and no other metrics, than docs/cost.md reckons with."""

from datetime import UTC, datetime
from statistics import mean

import pytest
from bench.counted_units import ALWAYS_SENT
from functions.doctor.app import handler as check
from functions.enforce.app import handler as enforce
from functions.ingest_complaint.app import handler as ingest
from tests.functions.conftest import Cloud
from tests.support.broken_stacks import a_healthy_stack
from tests.support.builders import LambdaContext, records, ses_event, sqs_record
from tests.support.measured import Measured

from permille.costs.reckoning import RUN_LOG
from permille.observability import logger

OF_LAMBDA = 350  # START, END and REPORT
OVERHEAD = 26  # that CloudWatch adds to each line
LINES = 6


@pytest.fixture(autouse=True)
def _log_as_in_lambda(caplog: pytest.LogCaptureFixture) -> None:
    """The command, which other tests run, keeps its log to warnings."""
    caplog.set_level("INFO", logger=logger.name)


@pytest.fixture
def by_the_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """What time it is, the events say."""
    monkeypatch.setenv("REPLAY_CLOCK", "on")


def a_tick(minute: int) -> None:
    at = datetime.now(UTC).replace(minute=minute)
    enforce({"source": "aws.events", "time": at.isoformat(), "detail": {}}, LambdaContext())


def written(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> int:
    """The lines of the log, and what is printed for CloudWatch's metrics."""
    ours = [record for record in caplog.records if record.name == logger.name]
    lines = [logger.registered_formatter.format(record) for record in ours]
    assert lines
    return len("".join([*lines, capsys.readouterr().out]).encode()) + OF_LAMBDA + LINES * OVERHEAD


def test_a_batch_of_deliveries_writes_no_more_than_is_reckoned_with(
    cloud: Cloud, measured: Measured, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    cloud.open()
    events = [ses_event("Delivery", f"m-{number}", sent_at=datetime.now(UTC)) for number in range(10)]
    capsys.readouterr()
    caplog.clear()

    ingest(records(*[sqs_record(event, event["mail"]["messageId"]) for event in events]), LambdaContext())

    assert written(capsys, caplog) <= RUN_LOG


def test_an_hour_of_runs_with_nothing_to_do_writes_no_more_than_is_reckoned_with(
    cloud: Cloud, by_the_events: None, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Once an hour a run looks through all accounts, and says more."""
    bytes_of_runs = []
    for minute in range(60):
        caplog.clear()
        a_tick(minute)
        bytes_of_runs.append(written(capsys, caplog))

    assert max(bytes_of_runs) > min(bytes_of_runs)
    assert mean(bytes_of_runs) <= RUN_LOG


def test_what_is_always_measured_is_reckoned_with(cloud: Cloud, by_the_events: None, measured: Measured) -> None:
    a_tick(0)
    check({}, LambdaContext(), a_healthy_stack().examining)

    assert measured.values().keys() == set(ALWAYS_SENT)
