"""The suppressed addresses: cards of the ledger's, listed by a sparse index."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.aws.conftest import Store
from tests.support.builders import ACCOUNT, NOW, PATIENCE, STAFF, an_entry, bounce_counts
from tests.support.wire import Wire
from tests.usecases.test_suppression import ANN, BOB, a_count_by

from permille.aws.suppressions import DynamoSuppressions
from permille.aws.table_calls import connection_of
from permille.domain.sending.suppression import Addition, Suppression, SuppressionReason, lifted
from permille.domain.timeline.kinds.complaints import CountedComplaint
from permille.domain.timeline.timeline import only
from permille.domain.values.errors import Conflict, Unavailable
from permille.ports.feedback import Count
from permille.ports.history import MAX_RECORDS_AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Callable

OFF = lifted(ACCOUNT, NOW, ANN, "They wrote to us", STAFF)


def counted(store: Store, *counts: Count) -> list[str]:
    store.ledger.count(counts, NOW, PATIENCE)
    return [count.identity for count in counts]


def ids(store: Store) -> list[str]:
    return [card.entry_id for card in store.suppressions.records(ACCOUNT)]


def test_the_cards_come_oldest_first_each_with_its_address_and_entry(store: Store) -> None:
    later, first = a_count_by(BOB, "m-2"), a_count_by("Ann@Example.com", "m-1", NOW - timedelta(hours=1))
    again = a_count_by(ANN, "m-3", NOW + timedelta(hours=1))
    counted(store, later, first, again, a_count_by(ANN, "m-4", account_id="florist"))
    entries = [count.entry for count in (first, later, again) if count.entry]

    found = list(store.suppressions.records(ACCOUNT))

    assert [card.address for card in found] == [ANN, BOB, ANN]
    assert found == [Suppression(card.address, entry.at, entry.id) for card, entry in zip(found, entries, strict=True)]


def test_the_cards_that_name_an_address_are_found_by_it(store: Store) -> None:
    counts = [a_count_by(ANN, "m-1"), a_count_by("Ann@Example.com", "m-2"), a_count_by(BOB, "m-3")]
    counted(store, *counts)

    assert store.suppressions.identities_of(ACCOUNT, ANN) == ["complaint#m-1", "complaint#m-2"]
    assert store.suppressions.identities_of(ACCOUNT, "nobody@example.com") == []
    assert store.suppressions.identities_of("florist", ANN) == []


def test_the_complaints_about_a_message_are_found_by_it_with_when_they_were_reported(store: Store) -> None:
    counts = [a_count_by(ANN, "m-1"), a_count_by(ANN, "m-11"), a_count_by(BOB, "m-2")]
    counted(store, *counts)
    [told] = only(CountedComplaint, [counts[0].entry] if counts[0].entry else [])

    assert store.suppressions.complaints_about(ACCOUNT, "m-1", ANN) == {"complaint#m-1": told.facts.reported_at}
    assert store.suppressions.complaints_about(ACCOUNT, "m-2", ANN) == {}
    assert store.suppressions.complaints_about("florist", "m-1", ANN) == {}


def test_a_lifted_complaint_about_a_message_is_not_found(store: Store) -> None:
    store.suppressions.lift(ACCOUNT, counted(store, a_count_by(ANN, "m-1")), OFF)

    assert store.suppressions.complaints_about(ACCOUNT, "m-1", ANN) == {}


def test_the_ledger_knows_who_is_suppressed_by_what_it_counted(store: Store) -> None:
    counted(store, a_count_by(ANN, "m-1"))

    assert store.ledger.suppressions.identities_of(ACCOUNT, ANN) == ["complaint#m-1"]


def test_cards_are_lifted_with_the_entry_that_says_so(store: Store) -> None:
    first, *_ = counted(store, a_count_by(ANN, "m-1"), a_count_by(ANN, "m-2"), a_count_by(BOB, "m-3"))

    store.suppressions.lift(ACCOUNT, [first], OFF)

    assert store.suppressions.identities_of(ACCOUNT, ANN) == ["complaint#m-2"]
    assert [card.address for card in store.suppressions.records(ACCOUNT)] == [ANN, BOB]
    assert store.timeline.get(ACCOUNT, OFF.id) == OFF


def test_cards_can_be_lifted_without_an_entry(store: Store) -> None:
    told = len(store.timeline.since(ACCOUNT, NOW))
    identities = counted(store, *[a_count_by(ANN, f"m-{n}") for n in range(MAX_RECORDS_AT_ONCE)])

    store.suppressions.lift(ACCOUNT, identities, None)

    assert ids(store) == []
    assert len(store.timeline.since(ACCOUNT, NOW)) == told + MAX_RECORDS_AT_ONCE


def test_as_many_as_may_be_lifted_are_with_the_entry(store: Store) -> None:
    identities = counted(store, *[a_count_by(ANN, f"m-{n}") for n in range(MAX_RECORDS_AT_ONCE)])

    store.suppressions.lift(ACCOUNT, identities, OFF)

    assert (ids(store), store.timeline.get(ACCOUNT, OFF.id)) == ([], OFF)


@pytest.mark.parametrize("gone", ["lifted before", "never there"])
def test_where_one_suppresses_nobody_any_more_nothing_is_written(store: Store, gone: str) -> None:
    identities = counted(store, a_count_by(ANN, "m-1"), a_count_by(ANN, "m-2"))
    if gone == "lifted before":
        store.suppressions.lift(ACCOUNT, identities[:1], None)
    else:
        identities.append("complaint#m-9")
    before = ids(store)

    with pytest.raises(Conflict):
        store.suppressions.lift(ACCOUNT, identities, OFF)

    assert (ids(store), store.timeline.get(ACCOUNT, OFF.id)) == (before, None)


def test_a_lifted_complaint_that_comes_again_suppresses_no_address(store: Store) -> None:
    count = a_count_by(ANN)
    store.suppressions.lift(ACCOUNT, counted(store, count), OFF)

    assert store.ledger.count([count], NOW, PATIENCE).duplicates == {count.identity}
    assert ids(store) == []


def test_a_bounce_suppresses_as_a_complaint_does_and_is_lifted_like_one(store: Store) -> None:
    (bounced,) = counted(store, *bounce_counts(BOB, at=NOW - timedelta(hours=1)))
    counted(store, a_count_by(ANN))

    assert [(one.address, one.reason) for one in store.suppressions.records(ACCOUNT)] == [
        (BOB, SuppressionReason.BOUNCE),
        (ANN, SuppressionReason.COMPLAINT),
    ]
    assert store.suppressions.identities_of(ACCOUNT, BOB) == [bounced]
    store.suppressions.lift(ACCOUNT, [bounced], OFF)

    assert [one.address for one in store.suppressions.records(ACCOUNT)] == [ANN]
    assert [card.recipient for card in store.bounces.page(ACCOUNT, "", 10).items] == [BOB]


def test_a_bounce_without_a_readable_recipient_suppresses_no_address(store: Store) -> None:
    counted(store, *bounce_counts("postmaster"))

    assert ids(store) == []
    assert [card.recipient for card in store.bounces.page(ACCOUNT, "", 10).items] == [""]


ADDED = Addition(ANN, NOW, "She called us", STAFF)
TOLD = an_entry("suppressed")


def test_what_staff_add_suppresses_with_the_entry_that_says_so(store: Store) -> None:
    store.suppressions.add(ACCOUNT, [ADDED, replace(ADDED, address=BOB)], TOLD)

    assert store.suppressions.added(ACCOUNT) == {ANN, BOB}
    assert {(one.address, one.since, one.reason) for one in store.suppressions.records(ACCOUNT)} == {
        (ANN, NOW, SuppressionReason.ADDED),
        (BOB, NOW, SuppressionReason.ADDED),
    }
    assert store.timeline.get(ACCOUNT, TOLD.id) == TOLD


def test_where_one_was_added_before_nothing_is_written(store: Store) -> None:
    store.suppressions.add(ACCOUNT, [ADDED], None)

    with pytest.raises(Conflict):
        store.suppressions.add(ACCOUNT, [replace(ADDED, address=BOB), ADDED], TOLD)

    assert store.suppressions.added(ACCOUNT) == {ANN}
    assert store.timeline.get(ACCOUNT, TOLD.id) is None


def test_who_was_added_and_taken_off_is_not_added_any_more_and_can_be(store: Store) -> None:
    store.suppressions.add(ACCOUNT, [ADDED], None)
    store.suppressions.lift(ACCOUNT, store.suppressions.identities_of(ACCOUNT, ANN), OFF)
    assert store.suppressions.added(ACCOUNT) == frozenset()

    store.suppressions.add(ACCOUNT, [replace(ADDED, at=NOW + timedelta(hours=1))], None)

    assert [one.since for one in store.suppressions.records(ACCOUNT)] == [NOW + timedelta(hours=1)]


def test_as_many_as_may_be_added_are_with_the_entry(store: Store) -> None:
    many = [replace(ADDED, address=f"p{n}@example.com") for n in range(MAX_RECORDS_AT_ONCE)]

    store.suppressions.add(ACCOUNT, many, TOLD)

    assert len(store.suppressions.added(ACCOUNT)) == MAX_RECORDS_AT_ONCE


def test_each_suppressing_record_has_its_reason(store: Store) -> None:
    counted(store, a_count_by(ANN, "m-1"), *bounce_counts(BOB, "postmaster"))
    store.suppressions.add(ACCOUNT, [replace(ADDED, address="cyd@example.com")], None)

    told = {(one.suppression.address, one.why) for one in store.suppressions.detailed(ACCOUNT)}

    assert told == {
        (ANN, "marked it as spam"),
        (BOB, "the address does not exist (5.1.1)"),
        ("cyd@example.com", "She called us"),
    }


# ---------------------------------------------------------------- on DynamoDB


@pytest.mark.parametrize("operation", ["records", "naming", "about", "lift", "detailed", "added", "add"])
@pytest.mark.parametrize("code", ["", "ProvisionedThroughputExceededException"])
def test_where_dynamodb_does_not_answer_it_is_unavailable(dynamodb: Any, operation: str, code: str) -> None:
    suppressions = DynamoSuppressions(complaints="ComplaintsTable", timeline="TimelineTable")
    wire = Wire(connection_of(suppressions._records).client)
    called = "TransactWriteItems" if operation in ("lift", "add") else "Query"
    wire.refuse(called, code) if code else wire.cut(called)

    with pytest.raises(Unavailable) as raised:
        ask(suppressions, operation)

    assert not isinstance(raised.value, Conflict)


def ask(suppressions: DynamoSuppressions, operation: str) -> None:
    asks: dict[str, Callable[[], object]] = {
        "records": lambda: list(suppressions.records(ACCOUNT)),
        "naming": lambda: suppressions.identities_of(ACCOUNT, ANN),
        "about": lambda: suppressions.complaints_about(ACCOUNT, "m-1", ANN),
        "lift": lambda: suppressions.lift(ACCOUNT, ["complaint#m-1"], OFF),
        "detailed": lambda: list(suppressions.detailed(ACCOUNT)),
        "added": lambda: suppressions.added(ACCOUNT),
        "add": lambda: suppressions.add(ACCOUNT, [ADDED], TOLD),
    }
    asks[operation]()


def test_taking_off_reads_what_was_counted_just_now(dynamodb: Any) -> None:
    suppressions = DynamoSuppressions(complaints="ComplaintsTable")
    wire = Wire(connection_of(suppressions._records).client)

    suppressions.identities_of(ACCOUNT, ANN)

    assert [asked["ConsistentRead"] for _, asked in wire.asked] == [True]
