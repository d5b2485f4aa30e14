"""Tables of a former stack are found, held against the template, and set up, before anything is imported."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.support.fakes import Killed, When
from tests.support.operator_fakes import FakeTables

from permille.domain.values.errors import InvalidInput, Unavailable
from permille.ports.table_setup import MissingSetup, TableSetup
from permille.usecases.stack.import_tables import choose_tables, prepare_tables
from permille_cli.stack import retained, template

WANTED = retained.tables(template.load())
LEFT = {logical: f"permille-{logical}-1A2B3C" for logical in WANTED}
TIMELINE, CONTROL = "permille-TimelineTable-1A2B3C", "permille-ControlTable-1A2B3C"


def left_behind() -> FakeTables:
    return FakeTables({LEFT[logical]: setup for logical, setup in WANTED.items()})


def restored(setup: TableSetup) -> TableSetup:
    """As DynamoDB restores it: keys and indexes alone."""
    return TableSetup(setup.keys, setup.indexes)


def take_up(tables: FakeTables, **given: str) -> Mapping[str, MissingSetup]:
    return prepare_tables(tables, choose_tables(tables, "permille", WANTED, given), WANTED)


def test_what_the_stack_left_behind_is_found_and_lacks_nothing() -> None:
    tables = left_behind()

    assert choose_tables(tables, "permille", WANTED, {}) == LEFT
    assert not any(take_up(tables).values())
    assert "tables.enable" not in tables.faults.calls


def test_a_restored_table_gets_what_dynamodb_does_not_restore() -> None:
    tables = left_behind()
    tables.setups["restored"] = restored(WANTED["TimelineTable"])

    lacked = take_up(tables, TimelineTable="restored")

    assert lacked["TimelineTable"].names() == ["stream", "point-in-time recovery", "deletion protection"]
    assert not any(lacking for logical, lacking in lacked.items() if logical != "TimelineTable")
    assert tables.setups["restored"] == WANTED["TimelineTable"]


@pytest.mark.parametrize("logical", WANTED)
def test_whatever_was_restored_is_as_the_template_says_afterwards(logical: str) -> None:
    tables = left_behind()
    tables.setups[LEFT[logical]] = restored(WANTED[logical])

    take_up(tables)

    assert tables.setups == left_behind().setups


def of_the_timeline(**different: Any) -> TableSetup:
    return replace(WANTED["TimelineTable"], **different)


@pytest.mark.parametrize(
    ("setup", "says"),
    [
        (None, "there is no such table"),
        (
            of_the_timeline(keys=("account_id S HASH",)),
            "its keys are account_id S HASH, not account_id S HASH, entry_id",
        ),
        (of_the_timeline(stream="KEYS_ONLY"), "its stream tells KEYS_ONLY, not NEW_IMAGE"),
        (of_the_timeline(expires_by="ttl"), "it expires by ttl, not by anything"),
    ],
)
def test_a_table_that_is_not_the_templates_is_refused_before_any_is_set_up(setup: TableSetup | None, says: str) -> None:
    tables = left_behind()
    tables.setups[CONTROL] = restored(WANTED["ControlTable"])
    if setup:
        tables.setups["other"] = setup

    with pytest.raises(InvalidInput, match=f"other cannot be TimelineTable: {says}"):
        take_up(tables, TimelineTable="other")

    assert tables.setups[CONTROL] == restored(WANTED["ControlTable"])


def test_a_table_without_an_index_of_the_templates_is_refused() -> None:
    """CloudFormation would take it for made, and never make it."""
    tables = left_behind()
    accounts = WANTED["AccountsTable"]
    fewer = {name: index for name, index in accounts.indexes.items() if name != "risk"}
    other = fewer | {"due": ("due S HASH", "KEYS_ONLY")}
    tables.setups["other"] = replace(accounts, indexes=other)

    with pytest.raises(InvalidInput) as refused:
        take_up(tables, AccountsTable="other")

    assert "other cannot be AccountsTable: it has no index risk" in str(refused.value)
    assert "its index due is due S HASH, KEYS_ONLY, not due S HASH, due_at S RANGE, KEYS_ONLY" in str(refused.value)


def test_of_several_tables_one_has_to_be_named() -> None:
    """A first deployment that failed leaves an empty one behind."""
    tables = left_behind()
    tables.setups["permille-ControlTable-0"] = WANTED["ControlTable"]

    with pytest.raises(InvalidInput, match=f"ControlTable=permille-ControlTable-0 or {CONTROL}"):
        take_up(tables)

    assert not any(take_up(tables, ControlTable=CONTROL).values())


def test_a_table_that_is_gone_has_to_be_named() -> None:
    tables = left_behind()
    del tables.setups[TIMELINE]

    with pytest.raises(InvalidInput, match=r"no table is named permille-TimelineTable-\.\.\.: name it"):
        take_up(tables)


def test_a_name_that_the_template_does_not_have_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Timeline: the template has no such table; it has AccountsTable, "):
        take_up(left_behind(), Timeline="restored")


@pytest.mark.parametrize("when", When)
@pytest.mark.parametrize("error", [Unavailable, Killed])
@pytest.mark.parametrize("skip", range(3))
def test_what_was_cut_off_is_finished_by_the_next_try(skip: int, when: When, error: type[BaseException]) -> None:
    tables = left_behind()
    for logical in ("TimelineTable", "AccountsTable", "ControlTable"):
        tables.setups[LEFT[logical]] = restored(WANTED[logical])
    tables.faults.fail("tables.enable", skip=skip, when=when, error=error("injected"))
    with pytest.raises(error):
        take_up(tables)

    take_up(tables)

    assert tables.setups == left_behind().setups
