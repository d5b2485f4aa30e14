"""Enforce, from the schedule's or the stream's event to keys and rows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from functions.enforce.app import handler
from functions.ingest_complaint.app import handler as ingest
from tests.functions.conftest import DENY_GROUP, Cloud
from tests.support.builders import ACCOUNT, CALLER, LambdaContext, records, ses_event, sqs_record, stream_record
from tests.support.enforcement import FakeEnforcement
from tests.support.measured import Measured

from permille.aws.quarantine import DynamoQuarantine
from permille.domain.account.account import Account
from permille.domain.values.status import Status

NOTHING = {"looked_at": 0, "entries": 0, "failed": 0, "left": 0, "swept": 0}
HANDED = {**NOTHING, "looked_at": 1, "entries": 1}
TICK = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}


def a_tick(at: datetime) -> dict[str, Any]:
    return {**TICK, "time": at.isoformat().replace("+00:00", "Z")}


def account_of(cloud: Cloud) -> Account:
    account = cloud.accounts.get(ACCOUNT)
    assert account is not None
    return account


def complain(times: int) -> None:
    """About so many mails that were delivered."""
    now = datetime.now(UTC)
    batch = [
        sqs_record(ses_event(kind, f"m-{n}", sent_at=now), f"{kind}-{n}")
        for kind in ("Delivery", "Complaint")
        for n in range(times)
    ]
    assert ingest(records(*batch), LambdaContext()) == {"batchItemFailures": []}


def test_the_streams_complaint_takes_the_credential_at_once(cloud: Cloud) -> None:
    cloud.open()
    complain(2)
    told = [stream_record(image) for image in cloud.images("complaint")]

    assert handler(records(*told), LambdaContext()) == HANDED

    account = account_of(cloud)
    assert (account.status, account.in_sync) == (Status.DISABLED, False)  # flipped, and read back later
    assert cloud.status_of(CALLER) == (["Inactive"], [DENY_GROUP])
    assert cloud.kinds() == ["complaint", "complaint", "disabled"]


def test_the_schedule_sees_to_whoever_is_due(cloud: Cloud) -> None:
    key = cloud.open()
    complain(2)

    assert handler(a_tick(datetime.now(UTC)), LambdaContext()) == {**HANDED, "swept": 1}

    assert cloud.status_of(CALLER) == (["Inactive"], [DENY_GROUP])
    assert account_of(cloud).credential.deactivated == {CALLER: frozenset({key})}


def test_the_same_event_again_changes_nothing(cloud: Cloud) -> None:
    cloud.open()
    complain(2)
    told = records(*[stream_record(image) for image in cloud.images("complaint")])
    handler(told, LambdaContext())
    before = account_of(cloud)

    assert handler(told, LambdaContext()) == {**HANDED, "entries": 0}

    after = account_of(cloud)
    assert (after.version, after.strikes) == (before.version, 1)
    assert cloud.kinds().count("disabled") == 1


def test_one_complaint_is_told_and_the_credential_stays(cloud: Cloud) -> None:
    cloud.open()
    complain(1)

    handler(a_tick(datetime.now(UTC)), LambdaContext())

    assert cloud.status_of(CALLER) == (["Active"], [])
    assert cloud.kinds() == ["alert", "complaint"]


def test_in_monitor_mode_the_credential_stays(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENFORCEMENT_MODE", "monitor")
    cloud.open()
    complain(2)

    handler(a_tick(datetime.now(UTC)), LambdaContext())

    assert cloud.status_of(CALLER) == (["Active"], [])
    assert cloud.kinds() == ["complaint", "complaint", "would_disable"]


def test_the_stream_looks_at_the_accounts_of_its_batch_alone() -> None:
    fake = FakeEnforcement()
    fake.breaks_the_rule("bakery", "shop")
    batch = [stream_record({"account_id": {"S": "shop"}, "entry_id": {"S": entry_id}}) for entry_id in ("e-1", "e-2")]

    assert handler(records(*batch), LambdaContext(), fake.enforcement)["looked_at"] == 1


def test_the_schedule_looks_at_all_accounts_that_are_due() -> None:
    fake = FakeEnforcement()
    fake.breaks_the_rule("bakery", "shop")

    assert handler(a_tick(datetime.now(UTC)), LambdaContext(), fake.enforcement)["looked_at"] == 2


def test_a_tick_with_nobody_due_does_nothing(cloud: Cloud) -> None:
    cloud.open()

    assert handler(a_tick(datetime.now(UTC)), LambdaContext()) == {**NOTHING, "swept": 1}
    assert handler(a_tick(datetime.now(UTC)), LambdaContext()) == NOTHING


def test_on_the_hour_it_is_measured_how_long_feedback_has_rested_in_quarantine(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, measured: Measured
) -> None:
    monkeypatch.setenv("REPLAY_CLOCK", "on")
    noon = (datetime.now(UTC) + timedelta(days=1)).replace(hour=12, minute=0)
    DynamoQuarantine(table="QuarantineTable").keep("hello", "not JSON", "", noon - timedelta(days=50))

    handler(a_tick(noon), LambdaContext())

    assert measured.values()["quarantine.oldest_days"] == [50]


@pytest.mark.parametrize(("replay_clock", "follows"), [("on", True), ("off", False)])
def test_only_a_replayed_clock_follows_the_events_time(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, replay_clock: str, follows: bool
) -> None:
    monkeypatch.setenv("REPLAY_CLOCK", replay_clock)
    cloud.open()
    complain(1)
    handler(a_tick(datetime.now(UTC)), LambdaContext())
    tomorrow = datetime.now(UTC) + timedelta(days=2)

    assert bool(handler(a_tick(tomorrow), LambdaContext())["looked_at"]) is follows
    assert ("replay_clock" in {row["name"]["S"] for row in cloud.rows("ControlTable")}) is follows


def test_other_runs_follow_the_latest_replayed_tick(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLAY_CLOCK", "on")
    cloud.open()
    ahead = datetime.now(UTC) + timedelta(days=3)
    handler(a_tick(ahead), LambdaContext())

    complain(1)

    at = datetime.fromisoformat(cloud.images("complaint")[0]["at"]["S"])
    assert timedelta() < at - ahead < timedelta(minutes=1)  # and time goes on from there
