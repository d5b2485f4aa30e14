"""Each port twice: kept by the fake, and by the adapter on moto's AWS."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from moto.core.models import MockAWS
from tests.support.aws_tables import create_in_moto
from tests.support.fakes import (
    FakeAccounts,
    FakeBounces,
    FakeControl,
    FakeLedger,
    FakeSuppressions,
    FakeTallies,
    FakeTimeline,
    Rows,
)

from permille.aws.accounts import DynamoAccounts
from permille.aws.bounces import DynamoBounces
from permille.aws.control import DynamoControl
from permille.aws.leases import DynamoLeases
from permille.aws.ledger import DynamoLedger
from permille.aws.ledger_items import LedgerTables
from permille.aws.suppressions import DynamoSuppressions
from permille.aws.tallies import DynamoTallies
from permille.aws.timeline import DynamoTimeline
from permille.ports.accounts import Accounts, Control, Leases
from permille.ports.feedback import Ledger
from permille.ports.history import Bounces, Tallies, Timeline
from permille.ports.operator import AllSuppressions

TABLES = LedgerTables(
    senders="SendersTable",
    accounts="AccountsTable",
    tallies="TalliesTable",
    seen="SeenTable",
    complaints="ComplaintsTable",
    timeline="TimelineTable",
    control="ControlTable",
)


@pytest.fixture
def dynamodb(aws: None) -> Any:
    """A client of a DynamoDB that has all of the template's tables."""
    client = boto3.client("dynamodb")
    create_in_moto()
    return client


@dataclass(slots=True)
class Pauses:
    """Instead of sleeping, how long it would have been."""

    taken: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def ledger_of(dynamodb: Any, pauses: Pauses) -> Callable[..., DynamoLedger]:
    """Makes ledgers of the same tables, each with a writer of its own."""

    def make(writer: str = "a") -> DynamoLedger:
        return DynamoLedger(tables=TABLES, writer=writer, dynamodb=dynamodb, pause=pauses)

    return make


@dataclass(frozen=True, slots=True)
class Store:
    """All the ports of what is stored, over the same rows."""

    ledger: Ledger
    accounts: Accounts
    leases: Leases
    control: Control
    tallies: Tallies
    timeline: Timeline
    suppressions: AllSuppressions
    bounces: Bounces


def _kept_in_memory() -> Store:
    rows = Rows()
    accounts = FakeAccounts(rows)
    return Store(
        ledger=FakeLedger(rows),
        accounts=accounts,
        leases=accounts,
        control=FakeControl(rows),
        tallies=FakeTallies(rows),
        timeline=FakeTimeline(rows),
        suppressions=FakeSuppressions(rows),
        bounces=FakeBounces(rows),
    )


@dataclass(frozen=True, slots=True)
class Adapters:
    """Those that keep nothing in mind but their connections."""

    accounts: DynamoAccounts
    leases: DynamoLeases
    control: DynamoControl
    tallies: DynamoTallies
    timeline: DynamoTimeline
    suppressions: DynamoSuppressions
    bounces: DynamoBounces


@pytest.fixture(scope="module")
def adapters(moto: MockAWS) -> Adapters:
    """Made once, as in a function: each has connections of its own."""
    return Adapters(
        accounts=DynamoAccounts(
            accounts="AccountsTable",
            senders="SendersTable",
            timeline="TimelineTable",
            control="ControlTable",
            tallies="TalliesTable",
            complaints="ComplaintsTable",
        ),
        leases=DynamoLeases(accounts="AccountsTable"),
        control=DynamoControl(table="ControlTable", timeline="TimelineTable"),
        tallies=DynamoTallies(table="TalliesTable"),
        timeline=DynamoTimeline(table="TimelineTable"),
        suppressions=DynamoSuppressions(complaints="ComplaintsTable", timeline="TimelineTable"),
        bounces=DynamoBounces(complaints="ComplaintsTable"),
    )


@pytest.fixture
def store_on_dynamodb(ledger_of: Callable[..., DynamoLedger], adapters: Adapters) -> Store:
    return Store(
        ledger=ledger_of(),
        accounts=adapters.accounts,
        leases=adapters.leases,
        control=adapters.control,
        tallies=adapters.tallies,
        timeline=adapters.timeline,
        suppressions=adapters.suppressions,
        bounces=adapters.bounces,
    )


@pytest.fixture(params=["fake", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        return _kept_in_memory()
    stored: Store = request.getfixturevalue("store_on_dynamodb")
    return stored
