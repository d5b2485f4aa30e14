"""The cards of bounces: written by the ledger, listed by a sparse index."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.aws.conftest import Store
from tests.support.builders import ACCOUNT, NOW, PATIENCE, a_complaint_count, bounce_counts
from tests.support.wire import Wire

from permille.aws.bounces import DynamoBounces
from permille.aws.table_calls import connection_of
from permille.domain.feedback.bounces import BounceRecord
from permille.domain.values.entry_id import id_at
from permille.domain.values.errors import Unavailable

A_SECOND = timedelta(seconds=1)


def bounced(store: Store, number: int, **different: Any) -> list[BounceRecord]:
    """The oldest first, a second apart, the last at NOW."""
    started = NOW - (number - 1) * A_SECOND
    counts = [
        count
        for n in range(number)
        for count in bounce_counts(f"p{n}@example.com", at=started + n * A_SECOND, **different)
    ]
    store.ledger.count(counts, NOW, PATIENCE)
    return [count.record for count in counts if count.record]


def test_a_card_is_read_as_it_was_written(store: Store) -> None:
    cards = bounced(store, 2, subject='Brot & "Käse" 🥐', campaign="spring")
    store.ledger.count([a_complaint_count("m-9"), *bounce_counts(account_id="florist")], NOW, PATIENCE)

    assert store.bounces.page(ACCOUNT, "", 10).items == cards
    assert store.bounces.latest(ACCOUNT, "", 10).items == cards[::-1]


@pytest.mark.parametrize(("limit", "shown", "more"), [(1, 1, True), (2, 2, True), (3, 3, False), (4, 3, False)])
def test_latest_returns_the_newest_first_up_to_the_limit(store: Store, limit: int, shown: int, more: bool) -> None:
    cards = bounced(store, 3)

    found = store.bounces.latest(ACCOUNT, "", limit)

    assert found.items == cards[::-1][:shown]
    assert bool(found.next) is more


def test_the_newest_can_begin_at_an_instant(store: Store) -> None:
    cards = bounced(store, 3)

    assert store.bounces.latest(ACCOUNT, id_at(NOW - A_SECOND), 10).items == cards[:0:-1]


def test_a_span_has_its_beginning_and_not_its_end(store: Store) -> None:
    cards = bounced(store, 3)

    assert store.bounces.page(ACCOUNT, id_at(NOW - A_SECOND), 10, before=id_at(NOW)).items == cards[1:2]


@settings(suppress_health_check=list(HealthCheck), max_examples=10, deadline=None)
@given(number=st.integers(0, 9), limit=st.integers(1, 4))
def test_pages_list_every_record_once(dynamodb: Any, store_on_dynamodb: Store, number: int, limit: int) -> None:
    store, account_id = store_on_dynamodb, f"a-{number}-{limit}"
    cards = bounced(store, number, account_id=account_id)

    page = store.bounces.page(account_id, "", limit)
    found = list(page.items)
    while page.next:
        page = store.bounces.page(account_id, page.next, limit)
        found += page.items

    assert found == cards


@pytest.mark.parametrize("code", ["", "ProvisionedThroughputExceededException"])
def test_where_dynamodb_does_not_answer_it_is_unavailable(dynamodb: Any, code: str) -> None:
    bounces = DynamoBounces(complaints="ComplaintsTable")
    wire = Wire(connection_of(bounces._records).client)
    wire.refuse("Query", code) if code else wire.cut("Query")

    with pytest.raises(Unavailable):
        bounces.latest(ACCOUNT, "", 10)


def test_reading_goes_on_where_an_answer_holds_fewer_than_the_limit(dynamodb: Any, store_on_dynamodb: Store) -> None:
    cards = bounced(store_on_dynamodb, 2)
    bounces = DynamoBounces(complaints="ComplaintsTable")
    first = {name: {"S": value} for name, value in _key(cards[0]).items()}
    Wire(connection_of(bounces._records).client).answer("Query", {"Items": [], "LastEvaluatedKey": first})

    assert bounces.page(ACCOUNT, "", 10).items == cards[1:]


def _key(card: BounceRecord) -> dict[str, str]:
    (count,) = bounce_counts(card.recipient)
    return {"account_id": ACCOUNT, "bounced_since": card.id, "identity": count.identity}
