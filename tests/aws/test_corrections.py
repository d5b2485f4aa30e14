"""A complaint is taken back, or counts again, in the transaction that tells of it: kept by the fake and on DynamoDB."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.aws.conftest import Store
from tests.support.builders import ACCOUNT, NOW, PATIENCE, STAFF, TODAY, a_complaint_entry, an_account, corrected
from tests.usecases.test_suppression import ANN, a_count_by

from permille.aws.counting import SHARDS
from permille.aws.stored_values import CORRECTIONS
from permille.domain.account.account import Account
from permille.domain.account.correction import Correction, Void
from permille.domain.timeline.kinds.complaints import CountedComplaint
from permille.domain.timeline.timeline import Entry, only
from permille.domain.values.errors import Conflict

VOID = Correction("complaint#m-1", TODAY, 1, Void(NOW, STAFF, "A test"))
RESTORE = replace(VOID, void=None)
COMPLAINT = a_complaint_entry()


@pytest.fixture
def account(store: Store) -> Account:
    """With two complaints."""
    account = an_account()
    store.accounts.add(account, [])
    store.ledger.count([a_count_by(ANN, "m-1"), a_count_by(ANN, "m-2")], NOW, PATIENCE)
    return account


def told(minutes: int, kind: str = "complaint_voided") -> Entry:
    return corrected(COMPLAINT, NOW + timedelta(minutes=minutes), kind)


def complaints(store: Store) -> int:
    return sum(tally.complaints for tally in store.tallies.days(ACCOUNT, 1, TODAY).values())


def kinds(store: Store) -> list[str]:
    return [entry.kind for entry in store.timeline.since(ACCOUNT, NOW) if not isinstance(entry.facts, CountedComplaint)]


def test_a_void_takes_one_from_its_tally_and_writes_an_entry(store: Store, account: Account) -> None:
    saved = store.accounts.save(account, replace(account, due_at=NOW), [told(1)], VOID)

    assert (complaints(store), kinds(store), saved.revision) == (1, ["complaint_voided"], 1)
    assert len(only(CountedComplaint, store.timeline.since(ACCOUNT, NOW))) == 2


def test_a_void_can_be_reverted(store: Store, account: Account) -> None:
    saved = store.accounts.save(account, replace(account, due_at=NOW), [told(1)], VOID)

    store.accounts.save(saved, saved, [told(2, "complaint_restored")], RESTORE)

    assert (complaints(store), kinds(store)) == (2, ["complaint_voided", "complaint_restored"])


def test_whether_it_is_taken_back_is_read_from_its_card(store: Store, account: Account) -> None:
    taken_back = [store.accounts.is_voided(ACCOUNT, VOID.identity)]
    saved = store.accounts.save(account, replace(account, due_at=NOW), [told(1)], VOID)
    taken_back.append(store.accounts.is_voided(ACCOUNT, VOID.identity))
    store.accounts.save(saved, saved, [told(2, "complaint_restored")], RESTORE)
    taken_back.append(store.accounts.is_voided(ACCOUNT, VOID.identity))

    assert taken_back == [False, True, False]
    assert not store.accounts.is_voided(ACCOUNT, "complaint#unknown")


def test_taken_back_twice_nothing_is_written_the_second_time(store: Store, account: Account) -> None:
    saved = store.accounts.save(account, replace(account, due_at=NOW), [told(1)], VOID)

    with pytest.raises(Conflict):
        store.accounts.save(saved, replace(saved, due_at=None), [told(2)], VOID)

    assert (complaints(store), kinds(store), store.accounts.get(ACCOUNT)) == (1, ["complaint_voided"], saved)


@pytest.mark.parametrize("wrong", [RESTORE, replace(VOID, identity="complaint#m-9")], ids=["counts", "not there"])
def test_what_does_not_suit_the_card_is_not_written(store: Store, account: Account, wrong: Correction) -> None:
    with pytest.raises(Conflict):
        store.accounts.save(account, replace(account, due_at=NOW), [told(1)], wrong)

    assert (complaints(store), kinds(store)) == (2, [])


def test_on_what_another_read_nothing_is_corrected(store: Store, account: Account) -> None:
    store.ledger.mark_due(ACCOUNT, NOW)

    with pytest.raises(Conflict):
        store.accounts.save(account, replace(account, due_at=None), [told(1)], VOID)

    assert complaints(store) == 2


def test_a_voided_complaint_is_a_duplicate_when_it_comes_again(store: Store, account: Account) -> None:
    store.accounts.save(account, replace(account, due_at=NOW), [told(1)], VOID)

    assert store.ledger.count([a_count_by(ANN, "m-1")], NOW, PATIENCE).duplicates == {"complaint#m-1"}
    assert complaints(store) == 1


# ---------------------------------------------------------------- on DynamoDB


def test_the_card_says_who_took_it_back_when_and_why(store_on_dynamodb: Store, dynamodb: Any) -> None:
    store, account = store_on_dynamodb, an_account()
    store.accounts.add(account, [])
    store.ledger.count([a_count_by(ANN, "m-1")], NOW, PATIENCE)

    store.accounts.save(account, replace(account, due_at=NOW), [told(1)], VOID)

    key = {"account_id": {"S": ACCOUNT}, "identity": {"S": "complaint#m-1"}}
    card = dynamodb.get_item(TableName="ComplaintsTable", Key=key)["Item"]
    assert card["voided"]["S"] == f'{{"at": "2026-03-10T12:00:00.000000+00:00", "by": "{STAFF}", "reason": "A test"}}'
    assert card["facts"]["S"]


def test_corrections_have_a_shard_that_no_writer_counts_in() -> None:
    assert CORRECTIONS >= SHARDS
