"""IngestComplaint, from Lambda's event to stored rows."""

import json
from typing import Any

import pytest
from functions.ingest_complaint.app import NotCounted, handler
from tests.functions.conftest import Cloud
from tests.support.builders import (
    ACCOUNT,
    CALLER,
    OWNER_MAIL_SENDER,
    Body,
    LambdaContext,
    a_sender,
    records,
    ses_event,
    ses_notification,
    sns_envelope,
    sns_record,
    sqs_record,
)
from tests.support.fakes import FakeLedger, FakePolicies, FakeQuarantine, Faults, Rows

from permille.bootstrap.ingest import ingest_services
from permille.domain.account.account import Account
from permille.domain.values.errors import MissingSettings
from permille.usecases.feedback.ingest import IngestServices


def receive(*of: Body) -> dict[str, Any]:
    answer: dict[str, Any] = handler(records(*of), LambdaContext())
    return answer


def account_of(cloud: Cloud) -> Account:
    account = cloud.accounts.get(ACCOUNT)
    assert account is not None
    return account


def test_a_batch_is_counted_and_acknowledged(cloud: Cloud) -> None:
    cloud.open()

    answer = receive(
        sqs_record(ses_event("Delivery", recipients=["a@x.org", "b@x.org"]), "r-1"),
        sqs_record(ses_event("Complaint", "m-2"), "r-2"),
        sqs_record(ses_event("Bounce", "m-3"), "r-3"),
    )

    assert answer == {"batchItemFailures": []}
    (tally,) = cloud.rows("TalliesTable")
    assert {name: tally[name]["N"] for name in ("delivered", "complaints", "bounces")} == {
        "delivered": "2",
        "complaints": "1",
        "bounces": "1",
    }
    assert (cloud.kinds(), len(cloud.rows("SeenTable")), len(cloud.rows("ComplaintsTable"))) == (["complaint"], 2, 2)


def test_an_account_with_a_complaint_is_due_at_once(cloud: Cloud) -> None:
    cloud.open()

    receive(sqs_record(ses_event("Complaint")))

    assert account_of(cloud).revision == 1
    assert account_of(cloud).due_at is not None


def test_a_redelivered_batch_counts_once(cloud: Cloud) -> None:
    cloud.open()
    batch = [sqs_record(ses_event("Complaint")), sqs_record(ses_notification("Complaint"), "r-2")]

    for _ in range(2):
        assert receive(*batch) == {"batchItemFailures": []}

    assert [row["complaints"]["N"] for row in cloud.rows("TalliesTable")] == ["1"]
    assert cloud.kinds() == ["complaint"]


def test_what_cannot_be_read_or_attributed_goes_to_quarantine(cloud: Cloud) -> None:
    cloud.open()

    answer = receive(
        sqs_record("nonsense", "r-1"),
        sqs_record(ses_event("Complaint", caller="root"), "r-2"),
        sqs_record(ses_event("Complaint", caller=OWNER_MAIL_SENDER), "r-3"),
        sqs_record(json.dumps(sns_envelope(json.dumps(ses_event("Complaint")))), "r-4"),
    )

    assert answer == {"batchItemFailures": []}
    assert sorted(row["caller"]["S"] for row in cloud.rows("QuarantineTable")) == ["", "root"]
    assert cloud.kinds() == ["complaint"]


def test_sns_may_hand_it_over_itself(cloud: Cloud) -> None:
    cloud.open()

    assert receive(sns_record(ses_event("Complaint"))) == {"batchItemFailures": []}
    assert cloud.kinds() == ["complaint"]


def with_fakes(faults: Faults) -> IngestServices:
    """For what moto never does."""
    rows = Rows(faults=faults)
    rows.senders[CALLER] = a_sender()
    return IngestServices(FakeLedger(rows), FakeQuarantine(faults), FakePolicies().current, OWNER_MAIL_SENDER)


def test_only_the_records_that_failed_are_delivered_again() -> None:
    faults = Faults()
    faults.fail("ledger.count", skip=1)
    batch = records(*[sqs_record(ses_event("Delivery", f"m-{n}"), f"r-{n}") for n in range(3)])

    answer = handler(batch, LambdaContext(), with_fakes(faults))

    assert answer == {"batchItemFailures": [{"itemIdentifier": "r-1"}]}


def test_sns_is_told_by_raising_that_it_has_to_deliver_again() -> None:
    faults = Faults()
    faults.fail("ledger.count")
    services = with_fakes(faults)
    event = records(sns_record(ses_event("Complaint")))

    with pytest.raises(NotCounted):
        handler(event, LambdaContext(), services)
    assert handler(event, LambdaContext(), services) == {"batchItemFailures": []}


def test_every_missing_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SEEN_TABLE", "QUARANTINE_TABLE"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(MissingSettings, match=r"SEEN_TABLE.*QUARANTINE_TABLE"):
        ingest_services()
