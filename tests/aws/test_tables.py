"""Tables as wholes: how they are set up, and how they are set up as the template says. A restored one is made here of
what DynamoDB restores, which is keys and indexes."""

from typing import Any

import pytest
from tests.aws.conftest import Pauses
from tests.support.aws_tables import creations
from tests.support.operator_fakes import FakeTables
from tests.support.wire import Wire

from permille.aws.tables import DynamoTables
from permille.domain.values.errors import PermissionDenied, Unavailable
from permille.ports.operator import Tables
from permille.ports.table_setup import MissingSetup, TableSetup, missing_setup
from permille_cli.stack import retained, template

WANTED = retained.tables(template.load())
RESTORED = {logical: TableSetup(setup.keys, setup.indexes) for logical, setup in WANTED.items()}


@pytest.fixture
def restored(aws: None, pauses: Pauses) -> Any:
    """The adapter, and its client, of a DynamoDB with restored tables."""
    import boto3

    dynamodb = boto3.client("dynamodb")
    for creation in creations(template.load()):
        dynamodb.create_table(**{name: value for name, value in creation.items() if name != "StreamSpecification"})
    return DynamoTables(dynamodb=dynamodb, pause=pauses), dynamodb


@pytest.fixture(params=["fake", "dynamodb"])
def tables(request: pytest.FixtureRequest) -> Tables:
    if request.param == "fake":
        return FakeTables(dict(RESTORED))
    adapter: Tables = request.getfixturevalue("restored")[0]
    return adapter


def test_a_restored_table_has_its_keys_and_indexes_and_nothing_else(tables: Tables) -> None:
    assert {logical: tables.setup(logical) for logical in WANTED} == RESTORED


@pytest.mark.parametrize("logical", WANTED)
def test_what_it_lacks_is_set_once_and_stays_set(tables: Tables, logical: str) -> None:
    for _ in range(2):
        found = tables.setup(logical)
        assert found is not None
        tables.enable(logical, missing_setup(found, WANTED[logical]))

    assert tables.setup(logical) == WANTED[logical]


def test_a_table_that_is_not_there_has_no_setup(tables: Tables) -> None:
    assert tables.setup("nowhere") is None


def test_tables_are_found_by_the_beginning_of_their_names(tables: Tables) -> None:
    assert tables.names_with_prefix("S") == ["SeenTable", "SendersTable"]
    assert tables.names_with_prefix("s") == []


def test_a_table_that_is_still_being_made_is_waited_for_in_bounds(restored: Any, pauses: Pauses) -> None:
    adapter, dynamodb = restored
    Wire(dynamodb).answer("DescribeTable", {"Table": {"TableStatus": "CREATING"}}, times=1000)

    with pytest.raises(Unavailable, match="TimelineTable is still being made or changed; try again in some minutes"):
        adapter.enable("TimelineTable", MissingSetup(stream="NEW_IMAGE"))

    assert sum(pauses.taken) == 118


def test_a_table_that_may_not_be_changed_is_an_error(restored: Any) -> None:
    adapter, dynamodb = restored
    Wire(dynamodb).refuse("UpdateTable", "AccessDeniedException")

    with pytest.raises(PermissionDenied, match="setting up the table TimelineTable: AWS does not allow it"):
        adapter.enable("TimelineTable", MissingSetup(protected=True))
