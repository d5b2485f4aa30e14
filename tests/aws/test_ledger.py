"""Counting exactly once: what every Ledger keeps, and how the one on DynamoDB goes about it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.aws.conftest import Pauses, Store
from tests.support.builders import (
    ACCOUNT,
    CALLER,
    NOW,
    PATIENCE,
    SENT_AT,
    TODAY,
    a_complaint,
    a_complaint_count,
    a_complaint_entry,
    a_count,
    an_account,
    bounce_counts,
    stopped_mail,
)
from tests.support.fakes import When
from tests.support.wire import Wire

from permille.aws.backoff import FIRST_PAUSE, LONGEST_PAUSE
from permille.aws.ledger import ATTEMPTS, DynamoLedger
from permille.aws.stored_entries import entry_of
from permille.domain.feedback.feedback import Rejection
from permille.domain.timeline.kinds.complaints import repeated
from permille.domain.values.errors import PermissionDenied, Unavailable
from permille.domain.values.tally import Tally
from permille.ports.feedback import Count, Sender
from permille.ports.history import BOUNCES_KEPT_FOR

LATER = NOW + timedelta(minutes=5)
YESTERDAY = TODAY - timedelta(days=1)
FIRST, SECOND, THIRD = (a_count(f"delivery#m-{n}") for n in (1, 2, 3))
LedgerOf = Callable[..., DynamoLedger]


def deliveries(count: int, prefix: str = "m") -> list[Count]:
    return [a_count(f"delivery#{prefix}-{n}") for n in range(count)]


def counted(store: Store, epoch: int = 1) -> Tally:
    return sum(store.tallies.days(ACCOUNT, epoch, YESTERDAY).values(), Tally())


# ---------------------------------------------------------------- the contract


def test_each_identity_is_counted(store: Store) -> None:
    outcome = store.ledger.count([FIRST, a_complaint_count("m-1")], NOW, PATIENCE)

    assert outcome.new == {FIRST.identity, "complaint#m-1"}
    assert outcome.duplicates == outcome.failed == frozenset()
    assert store.tallies.days(ACCOUNT, 1, TODAY) == {TODAY: Tally(delivered=1, complaints=1)}


def test_duplicates_are_named_and_the_rest_is_counted(store: Store) -> None:
    store.ledger.count([FIRST, a_complaint_count("m-1")], NOW, PATIENCE)

    outcome = store.ledger.count([FIRST, SECOND, a_complaint_count("m-1", at=LATER)], LATER, PATIENCE)

    assert outcome.new == {SECOND.identity}
    assert outcome.duplicates == {FIRST.identity, "complaint#m-1"}
    assert counted(store) == Tally(delivered=2, complaints=1)


def test_a_complaint_writes_its_entry_once(store: Store) -> None:
    complaint = a_complaint_count("m-1")
    store.ledger.count([complaint], NOW, PATIENCE)
    store.ledger.count([a_complaint_count("m-1", at=LATER)], LATER, PATIENCE)

    assert store.timeline.since(ACCOUNT, NOW) == [complaint.entry]


def a_copy(at: datetime = LATER, **message: Any) -> Count:
    return replace(a_complaint_count("m-1"), entry=a_complaint_entry("m-1", at, sent_at=SENT_AT, **message))


def test_a_later_copy_that_knows_more_completes_card_and_entry(store: Store) -> None:
    store.ledger.count([a_copy(NOW, subject="", campaign="")], NOW, PATIENCE)

    for subject, campaign in (("", "easter"), ("Buns", "other"), ("Cake", "")):
        store.ledger.add_mail_details(a_copy(subject=subject, campaign=campaign))

    assert store.timeline.since(ACCOUNT, NOW) == [a_copy(NOW, subject="Buns", campaign="easter").entry]
    assert counted(store) == Tally(complaints=1)


@pytest.mark.parametrize("later", [{"subject": "", "campaign": ""}, {"subject": "Cake", "campaign": "other"}])
def test_what_a_card_knows_no_later_copy_changes(store: Store, later: dict[str, Any]) -> None:
    first = a_copy(NOW, subject="Buns", campaign="easter")
    store.ledger.count([first], NOW, PATIENCE)

    store.ledger.add_mail_details(a_copy(**later))

    assert store.timeline.since(ACCOUNT, NOW) == [first.entry]


def test_a_card_that_is_not_there_is_not_made(store: Store) -> None:
    store.ledger.add_mail_details(a_copy(subject="Buns"))

    assert store.timeline.since(ACCOUNT, NOW) == []


def test_completing_leaves_a_suppression_as_it_is(dynamodb: Any, ledger_of: LedgerOf) -> None:
    ledger = ledger_of()
    ledger.count([a_copy(NOW, subject="", campaign="")], NOW, PATIENCE)
    [before] = dynamodb.scan(TableName="ComplaintsTable")["Items"]

    ledger.add_mail_details(a_copy(subject="Buns", campaign="easter"))

    [after] = dynamodb.scan(TableName="ComplaintsTable")["Items"]
    assert {name for name in after if after[name] != before[name]} == {"facts"}
    assert "suppressed_since" in after


def test_a_report_that_does_not_count_leaves_its_entry_and_no_tally(store: Store) -> None:
    report = replace(a_complaint_count("m-1"), identity="report#m-1", tally=Tally())

    assert store.ledger.count([report], NOW, PATIENCE).new == {"report#m-1"}
    assert len(store.timeline.since(ACCOUNT, NOW)) == 1
    assert counted(store) == Tally()


def a_repeatable(message_id: str, once: str = "recipient#ann", day: date = TODAY) -> Count:
    """A complaint of which, with others of that marker, one is counted."""
    count = a_complaint_count(message_id)
    told = repeated(ACCOUNT, NOW, a_complaint(message_id), 1, 1)
    return replace(count, day=day, once=once, repeated=told)


@pytest.mark.parametrize("together", [True, False])
def test_of_those_with_one_marker_the_first_is_counted_and_all_have_entries(store: Store, together: bool) -> None:
    several = [a_repeatable("m-1"), a_repeatable("m-2"), a_repeatable("m-3", "recipient#bea"), a_repeatable("m-4")]
    for batch in [several] if together else [[one] for one in several]:
        assert store.ledger.count(batch, NOW, PATIENCE).new == {one.identity for one in batch}

    assert counted(store) == Tally(complaints=2)
    kinds = sorted(entry.kind for entry in store.timeline.since(ACCOUNT, NOW))
    assert kinds == ["complaint", "complaint", "repeated_complaint", "repeated_complaint"]


def test_each_is_a_duplicate_when_it_comes_again_with_a_marker_or_without(store: Store) -> None:
    several = [a_repeatable("m-1"), a_repeatable("m-2")]
    store.ledger.count(several, NOW, PATIENCE)

    outcome = store.ledger.count([*reversed(several), a_repeatable("m-3")], NOW, PATIENCE)

    assert outcome.new == {"complaint#m-3"}
    assert outcome.duplicates == {"complaint#m-1", "complaint#m-2"}
    assert counted(store) == Tally(complaints=1)


def test_one_that_was_counted_before_there_were_markers_takes_nobodys_place(store: Store) -> None:
    store.ledger.count([a_complaint_count("m-1")], NOW, PATIENCE)

    store.ledger.count([a_repeatable("m-1"), a_repeatable("m-2")], NOW, PATIENCE)

    assert counted(store) == Tally(complaints=2)


def test_more_of_them_than_one_transaction_takes(store: Store) -> None:
    several = [a_repeatable(f"m-{n}", day=YESTERDAY if n % 2 else TODAY) for n in range(70)]

    assert len(store.ledger.count(several, NOW, PATIENCE).new) == 70
    assert counted(store) == Tally(complaints=1)


@pytest.mark.parametrize(
    ("different", "days"),
    [
        ({"day": YESTERDAY}, {YESTERDAY: Tally(delivered=1)}),
        ({"epoch": 2}, {}),
        ({"account_id": "florist"}, {}),
        ({"tally": Tally(bounces=1)}, {TODAY: Tally(bounces=1)}),
    ],
)
def test_a_count_belongs_to_an_account_an_epoch_and_a_day(store: Store, different: Any, days: Any) -> None:
    store.ledger.count([a_count(**different)], NOW, PATIENCE)

    assert store.tallies.days(ACCOUNT, 1, YESTERDAY) == days


def test_more_than_one_transaction_takes(store: Store) -> None:
    many = deliveries(150) + [a_complaint_count(f"c-{n}") for n in range(60)]

    outcome = store.ledger.count(many, NOW, PATIENCE)

    assert outcome.new == {count.identity for count in many}
    assert counted(store) == Tally(delivered=150, complaints=60)
    assert len(store.timeline.since(ACCOUNT, NOW)) == 60


def test_bounces_are_counted_once_and_each_leaves_a_record(store: Store) -> None:
    counts = bounce_counts("ann@example.com", "bob@example.com")
    again = bounce_counts("bob@example.com", "cyd@example.com", at=LATER)

    assert store.ledger.count(counts, NOW, PATIENCE).new == {count.identity for count in counts}
    assert store.ledger.count(again, LATER, PATIENCE).duplicates == {counts[1].identity}

    assert counted(store) == Tally(bounces=3)
    cards = store.bounces.page(ACCOUNT, "", 10).items
    assert sorted(card.recipient for card in cards) == ["ann@example.com", "bob@example.com", "cyd@example.com"]
    assert {card.at for card in cards} == {NOW, LATER}


def test_a_nudge_about_bounces_is_remembered_and_another_leaves_that(store: Store) -> None:
    store.accounts.add(an_account(), [])

    store.ledger.mark_due(ACCOUNT, NOW, bounced=True)
    store.ledger.mark_due(ACCOUNT, LATER)

    account = store.accounts.get(ACCOUNT)
    assert account is not None
    assert (account.bounced_at, account.due_at, account.revision) == (NOW, LATER, 2)


def test_nothing_to_count_is_no_trouble(store: Store) -> None:
    assert store.ledger.count([], NOW, PATIENCE).new == frozenset()


def test_whose_mail_a_caller_sends(store: Store) -> None:
    epochs = (NOW - timedelta(days=3), NOW)
    store.accounts.add(an_account(epochs=epochs), [])

    assert store.ledger.senders_for({CALLER, "root", ""}) == {CALLER: Sender(CALLER, ACCOUNT, epochs)}
    assert store.ledger.senders_for(set()) == {}


def test_a_nudge_makes_the_account_due_and_is_seen(store: Store) -> None:
    store.accounts.add(an_account(), [])

    store.ledger.mark_due(ACCOUNT, NOW)
    store.ledger.mark_due(ACCOUNT, LATER)

    account = store.accounts.get(ACCOUNT)
    assert account is not None
    assert (account.revision, account.due_at, account.version) == (2, LATER, 1)
    assert store.accounts.due(LATER, 10) == [ACCOUNT]


def test_a_nudge_that_meets_a_run_writing_the_account_is_tried_again(
    dynamodb: Any, ledger_of: LedgerOf, store_on_dynamodb: Store, pauses: Pauses
) -> None:
    store_on_dynamodb.accounts.add(an_account(), [])
    Wire(dynamodb).refuse("UpdateItem", "TransactionConflictException", times=3)

    ledger_of().mark_due(ACCOUNT, NOW)

    account = store_on_dynamodb.accounts.get(ACCOUNT)
    assert account is not None
    assert (account.revision, len(pauses.taken)) == (1, 3)


def test_a_nudge_that_never_gets_through_is_unavailable(dynamodb: Any, ledger_of: LedgerOf) -> None:
    Wire(dynamodb).refuse("UpdateItem", "TransactionConflictException", times=100)

    with pytest.raises(Unavailable, match="TransactionConflictException"):
        ledger_of().mark_due(ACCOUNT, NOW)


def test_a_nudge_makes_no_account(store: Store) -> None:
    store.ledger.mark_due("nobody", NOW)

    assert store.accounts.get("nobody") is None
    assert store.accounts.due(LATER, 10) == []


# ---------------------------------------------------------------- on DynamoDB


def test_a_delivery_is_marked_for_90_days_and_a_complaint_for_good(dynamodb: Any, ledger_of: LedgerOf) -> None:
    ledger_of().count([FIRST, a_complaint_count("m-1")], NOW, PATIENCE)

    (marker,) = dynamodb.scan(TableName="SeenTable")["Items"]
    (card,) = dynamodb.scan(TableName="ComplaintsTable")["Items"]
    assert int(marker["expires_at"]["N"]) == int((NOW + timedelta(days=90)).timestamp())
    assert (card["identity"]["S"], "expires_at" in card) == ("complaint#m-1", False)


def test_a_complaints_card_tells_what_its_entry_tells(dynamodb: Any, ledger_of: LedgerOf) -> None:
    complaint = a_complaint_count("m-1")
    ledger_of().count([complaint], NOW, PATIENCE)

    (card,) = dynamodb.scan(TableName="ComplaintsTable")["Items"]

    assert entry_of({name: value["S"] for name, value in card.items()}) == complaint.entry


def test_a_bounces_card_takes_its_markers_place_for_thirteen_months(dynamodb: Any, ledger_of: LedgerOf) -> None:
    (count,) = bounce_counts()
    wire = Wire(dynamodb)

    ledger_of().count([count], NOW, PATIENCE)

    ((_, asked), _) = wire.asked
    assert [*map(list, asked["TransactItems"])] == [["Put"], ["Update"]]
    (card,) = dynamodb.scan(TableName="ComplaintsTable")["Items"]
    assert card["identity"]["S"] == count.identity
    assert int(card["expires_at"]["N"]) == int((NOW + BOUNCES_KEPT_FOR).timestamp())
    assert dynamodb.scan(TableName="SeenTable")["Items"] == []


def test_the_longest_of_a_bounces_cards_takes_one_write_unit(dynamodb: Any, ledger_of: LedgerOf) -> None:
    """Of a mail in a Latin script; two for others."""
    said = Rejection("5.1.1", "smtp; 550 " + 500 * "x")
    counts = bounce_counts(f"{64 * 'a'}@{60 * 'b'}.example", rejection=said, subject=300 * "s", campaign=120 * "c")

    ledger_of().count(counts, NOW, PATIENCE)

    (card,) = dynamodb.scan(TableName="ComplaintsTable")["Items"]
    assert sum(len(name) + len(*value.values()) for name, value in card.items()) <= 1024


def test_writers_of_different_shards_add_up(ledger_of: LedgerOf, store_on_dynamodb: Store) -> None:
    for number, writer in enumerate("abcdefghij"):
        ledger_of(writer).count(deliveries(3, prefix=f"w{number}"), NOW, PATIENCE)

    assert counted(store_on_dynamodb) == Tally(delivered=30)


def test_deliveries_take_a_call_for_every_99_of_them(dynamodb: Any, ledger_of: LedgerOf) -> None:
    wire = Wire(dynamodb)

    ledger_of().count(deliveries(198), NOW, PATIENCE)

    assert wire.calls == ["TransactWriteItems"] * 2 + ["UpdateItem"]  # the heartbeat


def test_a_duplicate_costs_one_more_call_and_no_pause(dynamodb: Any, ledger_of: LedgerOf, pauses: Pauses) -> None:
    ledger = ledger_of()
    ledger.count([FIRST], NOW, PATIENCE)
    wire = Wire(dynamodb)

    ledger.count([FIRST, SECOND, THIRD], NOW, PATIENCE)

    assert wire.calls == ["TransactWriteItems"] * 2
    assert pauses.taken == []


PASSING = [
    ("TransactionCanceledException", ["TransactionConflict", "None"]),
    ("TransactionCanceledException", ["None", "ThrottlingError"]),
    ("ProvisionedThroughputExceededException", []),
    ("ThrottlingException", []),
    ("InternalServerError", []),
    ("RequestLimitExceeded", []),
    ("ServiceUnavailable", []),
    ("TransactionInProgressException", []),
]


@pytest.mark.parametrize(("code", "reasons"), PASSING)
def test_a_collision_is_tried_again_after_a_pause(
    dynamodb: Any, ledger_of: LedgerOf, pauses: Pauses, store_on_dynamodb: Store, code: str, reasons: list[str]
) -> None:
    Wire(dynamodb).refuse("TransactWriteItems", code, reasons, times=2)

    assert ledger_of().count([FIRST], NOW, PATIENCE).new == {FIRST.identity}
    assert counted(store_on_dynamodb) == Tally(delivered=1)
    assert len(pauses.taken) == 2


def test_the_pauses_grow_and_no_two_writers_take_the_same(dynamodb: Any, ledger_of: LedgerOf, pauses: Pauses) -> None:
    Wire(dynamodb).refuse("TransactWriteItems", "ThrottlingException", times=10)

    ledger_of().count([FIRST], NOW, timedelta(hours=1))

    longest = [min(FIRST_PAUSE * 2**tried, LONGEST_PAUSE) for tried in range(10)]
    assert all(most / 2 <= pause <= most for pause, most in zip(pauses.taken, longest, strict=True))
    assert len({pause / most for pause, most in zip(pauses.taken, longest, strict=True)}) == 10


def test_a_duplicate_in_a_collision_is_dropped_all_the_same(
    dynamodb: Any, ledger_of: LedgerOf, store_on_dynamodb: Store
) -> None:
    ledger_of().count([FIRST], NOW, PATIENCE)
    reasons = ["ConditionalCheckFailed", "None", "TransactionConflict"]
    Wire(dynamodb).refuse("TransactWriteItems", "TransactionCanceledException", reasons)

    outcome = ledger_of().count([FIRST, SECOND], NOW, PATIENCE)

    assert outcome.duplicates == {FIRST.identity}
    assert outcome.new == {SECOND.identity}
    assert counted(store_on_dynamodb) == Tally(delivered=2)


def test_what_collides_for_too_long_has_failed_and_can_be_tried_again(
    dynamodb: Any, ledger_of: LedgerOf, store_on_dynamodb: Store
) -> None:
    wire = Wire(dynamodb)
    wire.refuse("TransactWriteItems", "TransactionCanceledException", ["TransactionConflict"])

    assert ledger_of().count([FIRST, SECOND], NOW, timedelta(0)).failed == {FIRST.identity, SECOND.identity}
    assert ledger_of().count([FIRST, SECOND], NOW, PATIENCE).failed == frozenset()
    assert counted(store_on_dynamodb) == Tally(delivered=2)


def test_when_the_time_is_over_no_further_transaction_is_begun(dynamodb: Any, ledger_of: LedgerOf) -> None:
    wire = Wire(dynamodb)
    wire.refuse("TransactWriteItems", "ThrottlingException")

    outcome = ledger_of().count(deliveries(150), NOW, timedelta(0))

    assert (len(outcome.failed), len(outcome.new)) == (150, 0)
    assert wire.calls == ["TransactWriteItems"]


@pytest.mark.parametrize("weeks", [1, 4, 12])
def test_a_redrive_from_the_dead_letters_weeks_later_changes_nothing(store: Store, weeks: int) -> None:
    again = [FIRST, a_complaint_count("m-1")]
    store.ledger.count(again, NOW, PATIENCE)

    outcome = store.ledger.count(again, NOW + timedelta(weeks=weeks), PATIENCE)

    assert outcome.new == frozenset()
    assert counted(store) == Tally(delivered=1, complaints=1)


# ---------------------------------------------------------------- marks on the owner's address

ADDRESS_GONE = stopped_mail(ACCOUNT, NOW, "bounced", "owner-mail#m-1")
OWNERS = "owner@bakery.example"


def owner_mail(store: Store) -> str:
    account = store.accounts.get(ACCOUNT)
    assert account is not None
    return account.owner_mail


def test_a_mark_is_made_once_with_its_entry(store: Store) -> None:
    store.accounts.add(an_account(), [])
    assert store.ledger.mark_owner_mail("owner-mail#m-1", ADDRESS_GONE, OWNERS)
    account = store.accounts.get(ACCOUNT)
    assert account is not None
    store.accounts.save(account, replace(account, owner_mail=""), [])  # the address was mended

    assert not store.ledger.mark_owner_mail("owner-mail#m-1", replace(ADDRESS_GONE, id="later"), OWNERS)

    assert owner_mail(store) == ""
    assert store.timeline.since(ACCOUNT, NOW) == [ADDRESS_GONE]


def test_each_mail_that_does_not_arrive_marks_it_anew(store: Store) -> None:
    store.accounts.add(an_account(), [])
    store.ledger.mark_owner_mail("owner-mail#m-1", ADDRESS_GONE, OWNERS)
    complained = stopped_mail(ACCOUNT, LATER, "complained", "owner-mail#m-2")

    store.ledger.mark_owner_mail("owner-mail#m-2", complained, OWNERS)

    assert owner_mail(store) == "complained"
    assert store.timeline.since(ACCOUNT, NOW) == [ADDRESS_GONE, complained]


@pytest.mark.parametrize(("address", "state"), [("before@bakery.example", ""), (OWNERS, "bounced"), ("", "bounced")])
def test_what_becomes_of_mail_to_an_address_of_before_marks_nothing(store: Store, address: str, state: str) -> None:
    store.accounts.add(an_account(owner_email="Owner@Bakery.example"), [])

    assert store.ledger.mark_owner_mail("owner-mail#m-1", ADDRESS_GONE, address) == bool(state)

    assert owner_mail(store) == state
    assert store.timeline.since(ACCOUNT, NOW) == [ADDRESS_GONE] * bool(state)


def test_a_mark_makes_no_account_and_no_entry(store: Store) -> None:
    assert not store.ledger.mark_owner_mail("owner-mail#m-1", ADDRESS_GONE, OWNERS)

    assert store.accounts.get(ACCOUNT) is None
    assert store.timeline.since(ACCOUNT, NOW) == []


@pytest.mark.parametrize("reasons", [["TransactionConflict", "None", "None"], ["None", "ThrottlingError", "None"]])
def test_a_mark_that_collides_is_unavailable_and_can_be_made_again(
    dynamodb: Any, ledger_of: LedgerOf, store_on_dynamodb: Store, reasons: list[str]
) -> None:
    store_on_dynamodb.accounts.add(an_account(), [])
    Wire(dynamodb).refuse("TransactWriteItems", "TransactionCanceledException", reasons)

    with pytest.raises(Unavailable):
        ledger_of().mark_owner_mail("owner-mail#m-1", ADDRESS_GONE, OWNERS)
    ledger_of().mark_owner_mail("owner-mail#m-1", ADDRESS_GONE, OWNERS)

    assert owner_mail(store_on_dynamodb) == "bounced"


@pytest.mark.parametrize("when", When)
def test_a_lost_line_counts_once(dynamodb: Any, ledger_of: LedgerOf, store_on_dynamodb: Store, when: When) -> None:
    Wire(dynamodb).cut("TransactWriteItems", when)

    outcome = ledger_of().count([FIRST, a_complaint_count("m-1")], NOW, PATIENCE)

    assert outcome.new | outcome.duplicates == {FIRST.identity, "complaint#m-1"}
    assert outcome.failed == frozenset()
    assert counted(store_on_dynamodb) == Tally(delivered=1, complaints=1)
    assert len(store_on_dynamodb.timeline.since(ACCOUNT, NOW)) == 1


def test_a_refusal_for_good_flies(dynamodb: Any, ledger_of: LedgerOf) -> None:
    Wire(dynamodb).refuse("TransactWriteItems", "AccessDeniedException")

    with pytest.raises(PermissionDenied, match="counting feedback: AWS does not allow it"):
        ledger_of().count([FIRST], NOW, PATIENCE)


def test_more_senders_are_read_than_one_call_takes(ledger_of: LedgerOf, store_on_dynamodb: Store) -> None:
    for account_id, numbers in (("one", range(45)), ("two", range(45, 90))):
        store_on_dynamodb.accounts.add(an_account(account_id, senders=tuple(f"permille-{n}" for n in numbers)), [])

    found = ledger_of().senders_for([*(f"permille-{n}" for n in range(90)), *(f"root-{n}" for n in range(60))])

    assert len(found) == 90


def test_unprocessed_keys_of_senders_are_read_again(
    dynamodb: Any, ledger_of: LedgerOf, store_on_dynamodb: Store
) -> None:
    store_on_dynamodb.accounts.add(an_account(), [])
    left_over = {"SendersTable": {"Keys": [{"caller_identity": {"S": CALLER}}]}}
    Wire(dynamodb).answer("BatchGetItem", {"Responses": {}, "UnprocessedKeys": left_over})

    assert ledger_of().senders_for([CALLER]).keys() == {CALLER}


def test_senders_that_are_left_over_again_and_again_are_unavailable(
    dynamodb: Any, ledger_of: LedgerOf, pauses: Pauses
) -> None:
    left_over = {"SendersTable": {"Keys": [{"caller_identity": {"S": CALLER}}]}}
    Wire(dynamodb).answer("BatchGetItem", {"Responses": {}, "UnprocessedKeys": left_over}, times=1000)

    with pytest.raises(Unavailable, match="unprocessed"):
        ledger_of().senders_for([CALLER])

    assert len(pauses.taken) == ATTEMPTS


def test_an_epoch_that_was_just_committed_is_seen(dynamodb: Any, ledger_of: LedgerOf) -> None:
    wire = Wire(dynamodb)

    ledger_of().senders_for([CALLER])

    ((_, asked),) = wire.asked
    assert asked["RequestItems"]["SendersTable"]["ConsistentRead"] is True


@pytest.mark.parametrize("operation", ["BatchGetItem", "UpdateItem"])
def test_where_dynamodb_does_not_answer_it_is_unavailable(dynamodb: Any, ledger_of: LedgerOf, operation: str) -> None:
    wire, ledger = Wire(dynamodb), ledger_of()
    wire.cut(operation)
    with pytest.raises(Unavailable):
        _call(ledger, operation)

    wire.refuse(operation, "ProvisionedThroughputExceededException")
    with pytest.raises(Unavailable):
        _call(ledger, operation)


def _call(ledger: DynamoLedger, operation: str) -> None:
    if operation == "BatchGetItem":
        ledger.senders_for([CALLER])
    else:
        ledger.mark_due(ACCOUNT, NOW)
