"""What decisions read: the tallies by day, and the timeline in its order."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.aws.conftest import Store
from tests.support.builders import (
    ACCOUNT,
    NOW,
    PATIENCE,
    TODAY,
    a_complaint_count,
    a_count,
    an_account,
    an_entry,
    complaint_entries,
    corrected,
)
from tests.support.wire import Wire

from permille.aws import timeline
from permille.aws.ledger import DynamoLedger
from permille.aws.table_calls import connection_of
from permille.aws.tallies import DynamoTallies
from permille.aws.timeline import DynamoTimeline
from permille.domain.timeline.facts import Audience, Topic
from permille.domain.timeline.kinds.registry import KINDS
from permille.domain.values.errors import Unavailable
from permille.domain.values.tally import Tally
from permille.ports.history import EntrySelection
from permille.ports.paging import Page

A_DAY = timedelta(days=1)
REPORTS = Topic.REPORTS
OWNERS = EntrySelection(audience=Audience.OWNER)


def written(store: Store, *entries: Any) -> None:
    store.accounts.add(an_account(), [])
    store.accounts.save(an_account(), an_account(), entries)


@pytest.mark.parametrize("kind", KINDS)
def test_an_entry_is_read_as_it_was_written(store: Store, kind: str) -> None:
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


@pytest.mark.parametrize(
    ("after", "limit", "audience", "expected", "more"),
    [
        (None, 10, None, range(4), False),
        (None, 2, None, [0, 1], True),
        (1, 2, None, [2, 3], False),
        (3, 2, None, [], False),
        (None, 10, Audience.OWNER, [0, 2], False),
        (None, 1, Audience.STAFF, [1], True),
        (0, 1, Audience.OWNER, [2], False),
    ],
)
def test_entries_are_read_a_page_at_a_time(
    store: Store, after: int | None, limit: int, audience: Audience | None, expected: Sequence[int], more: bool
) -> None:
    kinds = ("alert", "drift", "disabled", "held")
    entries = [an_entry(kind, NOW + n * A_DAY) for n, kind in enumerate(kinds)]
    written(store, *entries)

    page = store.timeline.page(
        ACCOUNT, "" if after is None else entries[after].id, limit, EntrySelection(audience=audience)
    )

    assert page.items == [entries[n] for n in expected]
    assert page.next == (page.items[-1].id if more else "")


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("audience", [None, Audience.OWNER])
@pytest.mark.parametrize("since", [None, NOW, NOW + A_DAY, NOW + A_DAY + timedelta(seconds=1), NOW + 9 * A_DAY])
@pytest.mark.parametrize("limit", [1, 2, 9])
def test_the_pages_of_a_selection_have_its_entries_once_and_in_its_order(
    store: Store, limit: int, since: datetime | None, audience: Audience | None, newest_first: bool
) -> None:
    kinds = ("alert", "drift", "disabled", "held", "drift")
    entries = [an_entry(kind, NOW + n * A_DAY) for n, kind in enumerate(kinds)]
    written(store, *entries)
    selection = EntrySelection(audience, since, newest_first=newest_first)

    found, after = list[Any](), ""
    while True:
        page = store.timeline.page(ACCOUNT, after, limit, selection)
        assert len(page.items) <= limit
        found += page.items
        if not page.next:
            break
        after = page.next

    wanted = [one for one in entries if audience in (None, one.audience) and (since is None or one.at >= since)]
    assert found == (wanted[::-1] if newest_first else wanted)


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


def test_the_tallies_of_all_epochs_are_read_at_once(store: Store) -> None:
    counts = [
        a_count("1", day=TODAY - 2 * A_DAY),
        a_count("2", day=TODAY - A_DAY),
        a_count("3", Tally(complaints=1), day=TODAY),
        a_count("4", Tally(bounces=1), day=TODAY, epoch=2),
    ]
    store.ledger.count(counts, NOW, PATIENCE)

    assert store.tallies.by_epoch(ACCOUNT, TODAY - A_DAY) == {
        1: {TODAY - A_DAY: Tally(delivered=1), TODAY: Tally(complaints=1)},
        2: {TODAY: Tally(bounces=1)},
    }
    assert store.tallies.by_epoch("florist", TODAY - A_DAY) == {}


def test_the_tallies_of_several_writers_are_one_and_of_several_answers_too(
    ledger_of: Callable[..., DynamoLedger], store_on_dynamodb: Store
) -> None:
    for writer in ("a", "b"):
        ledger_of(writer).count([a_count(writer)], NOW, PATIENCE)
    tallies = DynamoTallies(table="TalliesTable")
    in_pages(connection_of(tallies._rows).client, 1)

    assert tallies.by_epoch(ACCOUNT, TODAY) == {1: {TODAY: Tally(delivered=2)}}


def in_pages(client: Any, of: int) -> None:
    """DynamoDB answers with no more than so many rows at once, as it does where they are long."""
    client.meta.events.register("provide-client-params.dynamodb.Query", lambda params, **_: {"Limit": of, **params})


def test_the_newest_entries_come_first_and_the_earlier_ones_by_the_id_of_the_last(store: Store) -> None:
    entries = complaint_entries(5)
    written(store, *entries)
    newest = entries[::-1]

    first = store.timeline.latest(ACCOUNT, 2)
    rest = store.timeline.latest(ACCOUNT, 5, before=newest[1].id)

    assert first == Page(newest[:2], newest[1].id)
    assert rest == Page(newest[2:])
    assert store.timeline.latest("florist", 5) == Page([])


def test_what_is_about_a_topic_is_found_among_all_else(store: Store) -> None:
    complaints, standing = (
        complaint_entries(3),
        [an_entry("disabled", NOW), an_entry("provider_connected", NOW - A_DAY)],
    )
    void = corrected(complaints[0], NOW + A_DAY)
    written(store, *complaints, *standing, void, *(an_entry("drift", NOW + n * A_DAY) for n in range(20)))

    assert store.timeline.about(ACCOUNT, Topic.REPORTS, 9) == Page([void, *complaints[::-1]])
    assert store.timeline.about(ACCOUNT, Topic.REPORTS, 2) == Page([void, complaints[2]], complaints[2].id)
    assert store.timeline.about(ACCOUNT, Topic.STANDING, 2) == Page(standing)
    assert store.timeline.about("florist", Topic.STANDING, 9) == Page([])


def test_a_complaint_that_was_counted_is_found_by_its_topic(store: Store) -> None:
    counted = a_complaint_count()
    store.ledger.count([counted], NOW, PATIENCE)

    assert store.timeline.about(ACCOUNT, Topic.REPORTS, 9).items == [counted.entry]


def test_a_page_for_an_audience_reads_so_many_entries_and_no_more(
    store_on_dynamodb: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "READ_FOR_A_PAGE", 3)
    entries = [an_entry("disabled" if n == 4 else "drift", NOW + n * A_DAY) for n in range(6)]
    written(store_on_dynamodb, *entries)
    read = store_on_dynamodb.timeline

    first = read.page(ACCOUNT, "", 2, OWNERS)
    second = read.page(ACCOUNT, first.next, 2, OWNERS)

    assert first == Page([], entries[2].id)
    assert second == Page([entries[4]], entries[5].id)
    assert read.page(ACCOUNT, second.next, 2, OWNERS) == Page([])


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("Query", lambda: (tallies := DynamoTallies(table="TalliesTable"), lambda: tallies.days(ACCOUNT, 1, TODAY))),
        ("Query", lambda: (timeline := DynamoTimeline(table="TimelineTable"), lambda: timeline.since(ACCOUNT, NOW))),
        ("Query", lambda: (timeline := DynamoTimeline(table="TimelineTable"), lambda: timeline.latest(ACCOUNT, 9))),
        (
            "Query",
            lambda: (timeline := DynamoTimeline(table="TimelineTable"), lambda: timeline.about(ACCOUNT, REPORTS, 9)),
        ),
        ("GetItem", lambda: (timeline := DynamoTimeline(table="TimelineTable"), lambda: timeline.get(ACCOUNT, "e"))),
        ("Query", lambda: (timeline := DynamoTimeline(table="TimelineTable"), lambda: timeline.page(ACCOUNT, "e", 9))),
    ],
)
def test_where_dynamodb_does_not_answer_it_is_unavailable(
    dynamodb: Any, operation: str, call: Callable[[], tuple[Any, Callable[[], object]]]
) -> None:
    adapter, read = call()
    Wire(connection_of(adapter._rows).client).cut(operation)

    with pytest.raises(Unavailable):
        read()
