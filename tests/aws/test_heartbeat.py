"""That counting goes on at all: kept while the ledger counts, and only then."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.support.builders import NOW, PATIENCE, a_count
from tests.support.fakes import FakeHeartbeat, FakeLedger, Rows
from tests.support.wire import Wire

from permille.aws.heartbeat import BEATS_APART, DynamoHeartbeat
from permille.aws.ledger import DynamoLedger
from permille.ports.feedback import Heartbeat, Ledger

Both = tuple[Ledger, Heartbeat]


@pytest.fixture(params=["fake", "dynamodb"])
def both(request: pytest.FixtureRequest) -> Both:
    if request.param == "fake":
        rows = Rows()
        return FakeLedger(rows), FakeHeartbeat(rows)
    make: Callable[[], DynamoLedger] = request.getfixturevalue("ledger_of")
    return make(), DynamoHeartbeat(table="ControlTable")


def test_it_tells_when_feedback_was_last_counted(both: Both) -> None:
    ledger, heartbeat = both
    assert heartbeat.last() is None

    ledger.count([a_count("delivery#a")], NOW, PATIENCE)
    assert heartbeat.last() == NOW

    later = NOW + timedelta(hours=1)
    ledger.count([a_count("delivery#a")], later, PATIENCE)  # also where it was counted before
    assert heartbeat.last() == later


def test_it_is_kept_about_twice_a_minute_however_much_is_counted(
    ledger_of: Callable[[], DynamoLedger], dynamodb: Any
) -> None:
    ledger, wire = ledger_of(), Wire(dynamodb)

    for second in range(61):
        ledger.count([a_count(f"delivery#{second}")], NOW + timedelta(seconds=second), PATIENCE)

    assert wire.calls.count("UpdateItem") == 3
    assert DynamoHeartbeat(table="ControlTable").last() == NOW + 2 * BEATS_APART


def test_one_that_cannot_be_kept_fails_no_counting(ledger_of: Callable[[], DynamoLedger], dynamodb: Any) -> None:
    ledger = ledger_of()
    Wire(dynamodb).refuse("UpdateItem", "ThrottlingException")

    counted = ledger.count([a_count("delivery#a")], NOW, PATIENCE)

    assert counted.new == {"delivery#a"}
    assert DynamoHeartbeat(table="ControlTable").last() is None


def test_what_was_not_counted_keeps_no_heartbeat(ledger_of: Callable[[], DynamoLedger], dynamodb: Any) -> None:
    ledger = ledger_of()
    Wire(dynamodb).refuse("TransactWriteItems", "ThrottlingException")

    ledger.count([a_count("delivery#a")], NOW, timedelta())

    assert DynamoHeartbeat(table="ControlTable").last() is None


def test_ignored_mail_keeps_the_heartbeat(both: Both) -> None:
    ledger, heartbeat = both

    ledger.count([], NOW, PATIENCE)

    assert heartbeat.last() == NOW
