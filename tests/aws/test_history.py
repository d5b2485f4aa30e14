"""What decisions read: the tallies by day, and the timeline in its order."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.aws.conftest import Store
from tests.aws.wire import Wire
from tests.builders import ACCOUNT, NOW, PATIENCE, TODAY, a_count, an_account, an_entry, complaint_entries

from permille.aws.history import DynamoTallies, DynamoTimeline
from permille.aws.models import connection_of
from permille.domain.reputation import Tally
from permille.domain.timeline import Kind
from permille.errors import Unavailable

A_DAY = timedelta(days=1)


def written(store: Store, *entries: Any) -> None:
    store.accounts.add(an_account(), [])
    store.accounts.save(an_account(), an_account(), entries)


@pytest.mark.parametrize("kind", Kind)
def test_an_entry_is_read_as_it_was_written(store: Store, kind: Kind) -> None:
    entry = an_entry(kind)
    written(store, entry)

    assert store.timeline.get(ACCOUNT, entry.id) == entry
    assert store.timeline.since(ACCOUNT, NOW) == [entry]


def test_what_is_not_on_the_timeline_is_none(store: Store) -> None:
    assert store.timeline.get(ACCOUNT, "nothing") is None
    assert store.timeline.since(ACCOUNT, NOW) == []


def test_entries_come_oldest_first_from_an_instant_on(store: Store) -> None:
    entries = complaint_entries(5)
    written(store, *reversed(entries))

    assert store.timeline.since(ACCOUNT, entries[0].at) == entries
    assert store.timeline.since(ACCOUNT, entries[3].at) == entries[3:]
    assert store.timeline.since(ACCOUNT, NOW + A_DAY) == []


def test_an_account_sees_its_own_timeline_alone(store: Store) -> None:
    written(store, an_entry())

    assert store.timeline.since("florist", NOW - A_DAY) == []


def test_tallies_are_read_by_day_and_epoch_from_a_day_on(store: Store) -> None:
    counts = [
        a_count("1", day=TODAY - 2 * A_DAY),
        a_count("2", day=TODAY - A_DAY),
        a_count("3", Tally(complaints=1), day=TODAY),
        a_count("4", Tally(bounces=1), day=TODAY),
        a_count("5", day=TODAY, epoch=2),
    ]
    store.ledger.count(counts, NOW, PATIENCE)

    read = store.tallies.days(ACCOUNT, 1, TODAY - A_DAY)

    assert read == {TODAY - A_DAY: Tally(delivered=1), TODAY: Tally(complaints=1, bounces=1)}
    assert store.tallies.days(ACCOUNT, 2, TODAY - A_DAY) == {TODAY: Tally(delivered=1)}
    assert store.tallies.days(ACCOUNT, 3, TODAY - A_DAY) == {}


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("Query", lambda: (tallies := DynamoTallies(table="TalliesTable"), lambda: tallies.days(ACCOUNT, 1, TODAY))),
        ("Query", lambda: (timeline := DynamoTimeline(table="TimelineTable"), lambda: timeline.since(ACCOUNT, NOW))),
        ("GetItem", lambda: (timeline := DynamoTimeline(table="TimelineTable"), lambda: timeline.get(ACCOUNT, "e"))),
    ],
)
def test_where_dynamodb_does_not_answer_it_is_unavailable(
    dynamodb: Any, operation: str, call: Callable[[], tuple[Any, Callable[[], object]]]
) -> None:
    adapter, read = call()
    Wire(connection_of(adapter._rows).client).cut(operation)

    with pytest.raises(Unavailable):
        read()
