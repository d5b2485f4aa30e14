"""The rows of accounts: written with their entries or not at all, and only on what was read."""

import json
from collections.abc import Callable, Iterator
from dataclasses import MISSING, asdict, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.aws.conftest import Store
from tests.support.builders import (
    ACCOUNT,
    CALLER,
    NOW,
    TODAY,
    a_provider,
    a_provider_request,
    a_reset,
    an_account,
    an_entry,
    stopped_mail,
)
from tests.support.fakes import When
from tests.support.wire import Wire

from permille.aws.account_models import AccountRow
from permille.aws.accounts import DynamoAccounts
from permille.aws.control import DynamoControl
from permille.aws.leases import DynamoLeases
from permille.aws.stored_values import instant
from permille.aws.table_calls import connection_of
from permille.domain.account.account import Account
from permille.domain.account.assessment import Assessment
from permille.domain.account.credential import Credential, DeactivatedKeys, Denial, Renewal
from permille.domain.account.monthly_mail import MonthlyMail
from permille.domain.account.owner_acts import OwnerActs
from permille.domain.account.restrictions import Exemption, Hold, Recheck
from permille.domain.account.route_changes import RouteChanges
from permille.domain.account.second_chance import RequestedDay, Review, ReviewState, Trial, TrialState
from permille.domain.rules.breaker import BreakerState, OpenBreaker, PassBreaker, ReturnPass
from permille.domain.values.errors import Conflict, Unavailable
from permille.domain.values.status import HoldReason, Status
from permille.ports.accounts import LEASED_FOR, Lap, UnreadableAccount
from permille.ports.feedback import Sender

LATER = NOW + timedelta(minutes=5)
ASLEEP = {CALLER: frozenset({"k1", "k2"}), "permille-shop": frozenset[str]()}
ENTRY = an_entry("disabled")
EVERYTHING = an_account(
    owner_email="ann@bakery.example",
    owner_name="Ann",
    owner_mail="bounced",
    identities=("bakery.example", "bread.example"),
    timezone="America/Denver",
    senders=(CALLER, "permille-shop"),
    status=Status.DISABLED,
    epochs=(NOW, LATER),
    strikes=3,
    would_disable=True,
    hold=Hold(HoldReason.BREAKER, LATER, NOW, released=True, needs_staff=True),
    recheck=Recheck(LATER, NOW, passed=False),
    reversed_at=NOW,
    exemption=Exemption(LATER, "A partner", "sam"),
    missing=frozenset({"permille-shop"}),
    risks_accepted={"permille-shop": "Its operator is ours"},
    denial=Denial((CALLER, "permille-shop"), LATER),
    renewal=Renewal(CALLER, ("k1",), ("k0",), "k2", LATER, NOW, ended=True),
    links_valid_since=NOW,
    owner_acts=OwnerActs(TODAY, 3, NOW, LATER, 2, 4, 1),
    provider_request=a_provider_request(),
    monthly_mail=MonthlyMail(stopped=True, last_at=NOW),
    adding_run="4f2a",
    review=Review(
        ReviewState.DECLINED,
        TODAY,
        800,
        "Old list",
        "New list",
        NOW,
        LATER,
        "sam",
        "Not yet",
        TODAY,
        begins_at=NOW,
        ends_at=LATER,
        last_reminder=RequestedDay.NEAR,
    ),
    trial=Trial(
        TrialState.OBSERVING,
        TODAY,
        NOW,
        LATER,
        LATER,
        confirmation_requested=True,
        confirmed=True,
        least_delivered=80,
        most_sent=2400,
        ratio_above=5000,
        denied_by_hand=True,
    ),
    provider=a_provider(connected_at=LATER),
    route_changes=RouteChanges("id-on", "id-off", NOW),
    decided_at=NOW,
    alerted_at=LATER,
    alerted_entry_ids=frozenset({"e-1", "e-2"}),
    bounced_at=LATER,
    bounces_reported_until=NOW,
    switch_generation=5,
    credential=Credential(deactivated=ASLEEP, applied=4, applied_at=LATER, observed=3, lease=2),
    due_at=NOW,
    assessment=Assessment(TODAY, 1000, 2, 7, 3, breaks_rule=True, policy="default-abc", mode="monitor", kept=True),
)


@pytest.fixture
def read(store: Store) -> Account:
    """An account as it was added and read."""
    store.accounts.add(an_account(), [])
    return the(store)


def the(store: Store, account_id: str = ACCOUNT) -> Account:
    account = store.accounts.get(account_id)
    assert account is not None
    return account


# ---------------------------------------------------------------- Accounts


def test_everything_has_a_value_for_each_field_that_has_a_default() -> None:
    """So that none is forgotten in the row."""

    def usual(value: Any) -> Iterator[str]:
        for one in fields(value):
            inner = getattr(value, one.name)
            if one.default is not MISSING and inner == one.default:
                yield f"{type(value).__name__}.{one.name}"
            elif is_dataclass(inner):
                yield from usual(inner)

    assert list(usual(EVERYTHING)) == ["Account.version", "Account.revision"]


@pytest.mark.parametrize("account", [EVERYTHING, an_account()], ids=["everything", "defaults"])
def test_an_account_is_read_as_it_was_added(store: Store, account: Account) -> None:
    store.accounts.add(account, [])

    assert store.accounts.get(ACCOUNT) == account


def test_get_returns_none_for_an_unknown_account(store: Store) -> None:
    assert store.accounts.get("nobody") is None


def test_an_account_brings_its_senders_and_its_entry(store: Store) -> None:
    created = an_entry("created")

    store.accounts.add(an_account(), [created])

    assert store.ledger.senders_for([CALLER])[CALLER].account_id == ACCOUNT
    assert store.timeline.since(ACCOUNT, NOW) == [created]


@pytest.mark.parametrize(
    "second", [an_account(senders=("permille-other",)), an_account("florist", senders=("permille-florist", CALLER))]
)
def test_neither_an_account_nor_a_sender_is_added_twice(store: Store, read: Account, second: Account) -> None:
    with pytest.raises(Conflict):
        store.accounts.add(second, [an_entry("created", account_id=second.id)])

    assert the(store) == read
    assert store.ledger.senders_for(["permille-other", "permille-florist"]) == {}
    assert store.timeline.since(second.id, NOW) == []


def test_a_new_sender_is_named_with_the_accounts_epochs_and_one_that_goes_stays_its_own(store: Store) -> None:
    store.accounts.add(an_account(epochs=(NOW,)), [])
    other = "permille-other"

    added = store.accounts.save(the(store), replace(the(store), senders=(CALLER, other)), [])
    store.accounts.save(added, replace(added, senders=(other,)), [])

    assert the(store).senders == (other,)
    assert store.ledger.senders_for([CALLER, other]) == {
        name: Sender(name, ACCOUNT, (NOW,)) for name in (CALLER, other)
    }


def test_one_that_was_the_accounts_before_comes_back_with_the_epochs_of_now(store: Store) -> None:
    store.accounts.add(an_account(senders=(CALLER, "permille-other")), [])
    read = the(store)
    gone = store.accounts.save(read, replace(read, senders=(CALLER,)), [])
    later = store.accounts.save(gone, replace(gone, epochs=(LATER,)), [])

    store.accounts.save(later, replace(later, senders=(CALLER, "permille-other")), [])

    assert store.ledger.senders_for(["permille-other"]) == {
        "permille-other": Sender("permille-other", ACCOUNT, (LATER,))
    }


def test_another_accounts_sender_is_not_taken(store: Store, read: Account) -> None:
    store.accounts.add(an_account("florist", senders=("permille-florist",)), [])

    with pytest.raises(Conflict):
        store.accounts.save(read, replace(read, senders=(CALLER, "permille-florist")), [ENTRY])

    assert the(store) == read
    assert store.ledger.senders_for(["permille-florist"])["permille-florist"].account_id == "florist"


SAVED = {one.name for one in fields(Account)} - {"id", "version", "revision", "credential"}
NOTES = {
    "due_at",
    "assessment",
    "recheck",
    "bounces_reported_until",
}  # when to look again, and what was found, are no decisions


@pytest.mark.parametrize("name", sorted(SAVED))
def test_whatever_differs_is_saved_and_nothing_else(store: Store, read: Account, name: str) -> None:
    changed = replace(read, **{name: getattr(EVERYTHING, name)})

    saved = store.accounts.save(read, changed, [])

    assert the(store) == saved == replace(changed, version=1 if name in NOTES else 2, revision=1)


def test_what_was_there_can_be_taken_away(store: Store) -> None:
    store.accounts.add(EVERYTHING, [])
    read = the(store)

    saved = store.accounts.save(read, replace(read, due_at=None, alerted_at=None, hold=None, recheck=None), [])

    assert the(store) == saved
    assert (saved.due_at, saved.alerted_at, saved.hold, saved.recheck) == (None, None, None, None)
    assert store.accounts.due(LATER, 10) == []


def test_moving_when_to_look_and_what_was_found_take_no_new_version(store: Store, read: Account) -> None:
    look = Assessment(TODAY, 1000, 1, 0, 0)

    store.accounts.save(read, replace(read, due_at=LATER), [])
    store.accounts.save(the(store), replace(the(store), assessment=look), [])

    assert (the(store).version, the(store).due_at, the(store).assessment) == (1, LATER, look)


def test_saving_what_was_read_writes_nothing(store: Store, read: Account) -> None:
    store.ledger.mark_due(ACCOUNT, NOW)

    assert store.accounts.save(read, read, []) == read
    assert the(store).revision == 1


def test_an_entry_makes_a_new_version_and_is_written_with_it(store: Store, read: Account) -> None:
    saved = store.accounts.save(read, read, [ENTRY])

    assert saved.version == the(store).version == 2
    assert store.timeline.since(ACCOUNT, NOW) == [ENTRY]


@pytest.mark.parametrize("by", ["a save", "a nudge", "nobody being there"])
def test_who_was_faster_makes_a_conflict_and_nothing_is_written(store: Store, read: Account, by: str) -> None:
    if by == "a save":
        store.accounts.save(read, replace(read, strikes=1), [])
    elif by == "a nudge":
        store.ledger.mark_due(ACCOUNT, NOW)
    else:
        read = replace(read, id="nobody")
    before = store.accounts.get(read.id)

    for changed in (replace(read, status=Status.DISABLED), replace(read, due_at=LATER)):
        with pytest.raises(Conflict):
            store.accounts.save(read, changed, [replace(ENTRY, account_id=read.id)])

    assert store.accounts.get(read.id) == before
    assert store.timeline.since(read.id, NOW) == []


def test_due_returns_the_longest_due_first_up_to_the_limit(store: Store) -> None:
    due = {"now": NOW, "longest": NOW - 2 * LEASED_FOR, "long": NOW - LEASED_FOR, "later": LATER, "never": None}
    for account_id, due_at in due.items():
        store.accounts.add(an_account(account_id, due_at=due_at), [])

    assert store.accounts.due(NOW, 10) == ["longest", "long", "now"]
    assert store.accounts.due(NOW, 2) == ["longest", "long"]


def test_all_accounts_are_read_in_pages_each_once(store: Store) -> None:
    names = {f"a-{number}" for number in range(7)}
    for name in names:
        store.accounts.add(an_account(name), [])

    seen, after = list[str](), ""
    while page := store.accounts.page(after, 3):
        seen += [account.id for account in page]
        after = seen[-1]

    assert sorted(seen) == sorted(names)


def test_a_new_epoch_is_written_to_every_sender_in_the_same_transaction(store: Store) -> None:
    store.accounts.add(an_account(senders=(CALLER, "permille-shop")), [])
    read = the(store)

    store.accounts.save(read, replace(read, epochs=(NOW,)), [ENTRY])
    with pytest.raises(Conflict):
        store.accounts.save(read, replace(read, epochs=(NOW, LATER)), [])

    senders = store.ledger.senders_for([CALLER, "permille-shop"])
    assert {sender.epochs for sender in senders.values()} == {(NOW,)}


# ---------------------------------------------------------------- the breaker

HOUR = "2026-03-10T12"
DISABLED: dict[str, Any] = {"status": Status.DISABLED, "switch_generation": 2}


def disable(store: Store, account_id: str, bound: int, hour: str = HOUR) -> None:
    store.accounts.add(an_account(account_id), [])
    read = the(store, account_id)
    store.accounts.save(read, replace(read, **DISABLED), [], PassBreaker(hour, bound))


def test_no_more_disablings_pass_within_an_hour_than_the_bound(store: Store) -> None:
    disable(store, "a", 2)
    disable(store, "b", 2)

    with pytest.raises(Conflict):
        disable(store, "c", 2)
    disable(store, "d", 2, "2026-03-10T13")

    assert the(store, "c").status is Status.ACTIVE
    assert [store.control.breaker(hour).passed for hour in (HOUR, "2026-03-10T13")] == [2, 1]


@pytest.mark.parametrize("change", [PassBreaker(HOUR, 5), ReturnPass(HOUR)])
def test_the_row_of_an_hour_expires_a_week_later(
    store_on_dynamodb: Store, dynamodb: Any, change: PassBreaker | ReturnPass
) -> None:
    store_on_dynamodb.accounts.add(an_account(), [])
    read = the(store_on_dynamodb)
    store_on_dynamodb.accounts.save(read, replace(read, **DISABLED), [], change)

    [row] = dynamodb.scan(TableName="ControlTable")["Items"]
    expires = datetime.fromtimestamp(int(row["expires_at"]["N"]), UTC)
    assert expires == datetime.fromisoformat(f"{HOUR}:00+00:00") + timedelta(days=7)


def test_an_open_breaker_lets_no_disabling_pass(store: Store, read: Account) -> None:
    store.accounts.save(read, replace(read, hold=Hold(HoldReason.BREAKER, NOW)), [ENTRY], OpenBreaker(NOW))

    with pytest.raises(Conflict):
        disable(store, "b", 100)

    assert the(store, "b").status is Status.ACTIVE
    assert store.control.breaker(HOUR) == BreakerState(passed=0, opened_at=NOW)


def test_the_breaker_opens_once(store: Store, read: Account) -> None:
    store.accounts.save(read, replace(read, hold=Hold(HoldReason.BREAKER, NOW)), [ENTRY], OpenBreaker(NOW))
    again = the(store)

    with pytest.raises(Conflict):
        store.accounts.save(again, replace(again, strikes=7), [], OpenBreaker(LATER))

    assert the(store).strikes == 0


def test_decisions_of_staff_bypass_the_breaker(store: Store, read: Account) -> None:
    opened = store.accounts.save(read, replace(read, hold=Hold(HoldReason.BREAKER, NOW)), [ENTRY], OpenBreaker(NOW))

    store.accounts.save(opened, replace(opened, **DISABLED), [])

    assert the(store).status is Status.DISABLED


def test_by_which_entry_the_route_came_to_be_is_written_with_it(store: Store) -> None:
    created, disabled = an_entry("created", account_id="new"), an_entry("disabled", account_id="new")
    added = store.accounts.add(an_account("new", senders=("permille-new",)), [created])
    assert the(store, "new") == added
    assert added.route_changes == RouteChanges(to_ses=created.id)

    saved = store.accounts.save(added, replace(added, **DISABLED), [disabled])
    assert the(store, "new") == saved
    assert saved.route_changes == RouteChanges(to_ses=created.id, from_ses=disabled.id, off_at=disabled.at)


def test_a_disabling_that_is_taken_back_is_counted_no_more(store: Store) -> None:
    disable(store, "a", 2)
    read = the(store, "a")

    store.accounts.save(read, read.to_be_switched(status=Status.ACTIVE), [ENTRY], ReturnPass(HOUR))

    assert store.control.breaker(HOUR).passed == 0


def test_how_far_the_sweep_has_come_is_remembered(store: Store) -> None:
    assert store.control.lap() == Lap()
    half = Lap(instant(LATER), "enforce", "default", after="m", active=7)

    store.control.save_lap(half)
    assert store.control.lap() == half
    assert store.control.breaker(HOUR).active_accounts == 0

    store.control.save_lap(replace(half, done=True))
    assert store.control.breaker(HOUR).active_accounts == 7


# ---------------------------------------------------------------- no write is lost


def nudged(store: Store) -> None:
    store.ledger.mark_due(ACCOUNT, LATER)


def saved_by_another_run(store: Store) -> None:
    store.accounts.save(the(store), replace(the(store), due_at=LATER), [])


def owner_mail_marked(store: Store) -> None:
    store.ledger.mark_owner_mail("owner-mail#m-1", stopped_mail(ACCOUNT, NOW, "bounced", "owner-mail#m-1"), "")


@pytest.mark.parametrize("write", [nudged, saved_by_another_run, owner_mail_marked])
@pytest.mark.parametrize(
    "changed", [{"strikes": 1}, {"due_at": NOW}, {"assessment": Assessment(TODAY, 1, 0, 0, 0)}, {}]
)
def test_a_save_conflicts_with_any_write_since_the_account_was_read(
    store: Store, read: Account, write: Callable[[Store], None], changed: dict[str, Any]
) -> None:
    write(store)
    written = the(store)

    with pytest.raises(Conflict):
        store.accounts.save(read, replace(read, **changed), [ENTRY])

    assert the(store) == written


def test_a_save_that_seems_to_change_nothing_loses_nothing_of_anothers(store: Store, read: Account) -> None:
    """Due when it was read, and due still, though another put it off in between."""
    due = store.accounts.save(read, replace(read, due_at=NOW), [])
    store.accounts.save(due, replace(due, due_at=LATER), [])

    with pytest.raises(Conflict):
        store.accounts.save(due, replace(due, due_at=NOW, assessment=Assessment(TODAY, 1, 0, 0, 0)), [])


def test_a_decision_is_not_taken_for_switched_because_the_one_before_it_was(store: Store, read: Account) -> None:
    """The switch says that it is done with the first just before the second is saved."""
    first = store.accounts.save(read, read.to_be_switched(status=Status.DISABLED), [])
    leased = store.leases.acquire_lease(first, {}, NOW)
    store.leases.release_lease(leased, replace(leased.credential, applied=2, observed=2))

    store.accounts.save(first, first.to_be_switched(status=Status.ACTIVE), [])

    assert (the(store).status, the(store).in_sync) == (Status.ACTIVE, False)


# ---------------------------------------------------------------- Leases


def deactivated(store: Store) -> DeactivatedKeys:
    return the(store).credential.deactivated


def test_a_lease_is_one_runs_alone_and_remembers_the_keys(store: Store, read: Account) -> None:
    leased = store.leases.acquire_lease(read, ASLEEP, NOW)

    assert leased == the(store)
    assert deactivated(store) == ASLEEP
    for again in (read, the(store)):
        with pytest.raises(Conflict):
            store.leases.acquire_lease(again, {}, NOW + LEASED_FOR - timedelta(seconds=1))
    assert deactivated(store) == ASLEEP


def test_a_lease_whose_holder_is_dead_gives_way_and_cannot_be_given_back(store: Store, read: Account) -> None:
    dead = store.leases.acquire_lease(read, ASLEEP, NOW)

    store.leases.acquire_lease(the(store), ASLEEP, NOW + LEASED_FOR)

    with pytest.raises(Conflict):
        store.leases.acquire_lease(the(store), ASLEEP, NOW + LEASED_FOR)
    with pytest.raises(Conflict):
        store.leases.release_lease(dead, dead.credential)


def test_a_released_lease_keeps_the_credential_and_can_be_acquired_again(store: Store, read: Account) -> None:
    leased = store.leases.acquire_lease(read, {}, NOW)
    known = replace(leased.credential, deactivated=ASLEEP, applied=7, applied_at=LATER, observed=6)

    assert store.leases.release_lease(leased, known) == the(store) == replace(read, credential=known)
    store.leases.acquire_lease(the(store), ASLEEP, NOW)


def test_releasing_a_lease_returns_the_account_as_it_is_now(store: Store, read: Account) -> None:
    leased = store.leases.acquire_lease(read, {}, NOW)
    decided = store.accounts.save(read, read.to_be_switched(status=Status.DISABLED), [])

    after = store.leases.release_lease(leased, replace(leased.credential, observed=1))

    assert (after.status, after.in_sync) == (Status.DISABLED, False)
    with pytest.raises(Conflict):  # whoever read before the decision
        store.leases.acquire_lease(replace(read, credential=after.credential), {}, NOW)
    store.leases.acquire_lease(replace(decided, credential=after.credential), {}, NOW)


def test_keys_that_another_run_deactivated_are_not_forgotten(store: Store, read: Account) -> None:
    leased = store.leases.acquire_lease(read, ASLEEP, NOW)
    store.leases.release_lease(leased, leased.credential)

    with pytest.raises(Conflict):
        store.leases.acquire_lease(read, {}, NOW)
    assert deactivated(store) == ASLEEP


def test_a_nudge_disturbs_no_lease(store: Store, read: Account) -> None:
    store.ledger.mark_due(ACCOUNT, LATER)
    leased = store.leases.acquire_lease(read, ASLEEP, NOW)
    store.ledger.mark_due(ACCOUNT, LATER)

    store.leases.release_lease(leased, leased.credential)

    assert the(store) == replace(read, credential=leased.credential, due_at=LATER, revision=2)


def test_a_save_leaves_alone_what_the_switch_wrote_and_is_not_disturbed_by_it(store: Store, read: Account) -> None:
    leased = store.leases.acquire_lease(read, ASLEEP, NOW)
    store.leases.release_lease(leased, leased.credential)

    store.accounts.save(read, replace(read, due_at=LATER), [])

    assert the(store) == replace(read, credential=leased.credential, due_at=LATER, revision=1)


# ---------------------------------------------------------------- on DynamoDB

ACCOUNTS: dict[str, Any] = {"accounts": "AccountsTable", "senders": "SendersTable", "timeline": "TimelineTable"}


def test_a_breaker_that_was_reset_lets_pass_what_was_granted_within_that_hour(store_on_dynamodb: Store) -> None:
    store, control = store_on_dynamodb, DynamoControl(table="ControlTable", timeline="TimelineTable")
    disable(store, "a", 1)
    read = the(store, "a")
    store.accounts.save(read, read, [ENTRY], OpenBreaker(NOW))

    control.reset_breaker(HOUR, 4, a_reset(LATER, by="sam"))

    assert control.breaker(HOUR) == BreakerState(passed=1, granted=4)
    assert control.breaker("2026-03-10T13") == BreakerState()
    assert control.last_reset() == {"at": instant(LATER), "by": "sam", "reason": "They really spam"}


def asking_whose(accounts: DynamoAccounts) -> str:
    return accounts.owner_of(CALLER)


CALLS: list[tuple[str, Callable[[DynamoAccounts], Any]]] = [
    ("GetItem", lambda accounts: accounts.get(ACCOUNT)),
    ("GetItem", asking_whose),
    ("Scan", lambda accounts: list(accounts.all())),
    ("Query", lambda accounts: accounts.due(NOW, 10)),
    ("TransactWriteItems", lambda accounts: accounts.save(an_account(), an_account(strikes=1), [])),
    ("TransactWriteItems", lambda accounts: accounts.add(an_account(), [])),
]


@pytest.fixture
def accounts(dynamodb: Any) -> DynamoAccounts:
    return DynamoAccounts(**ACCOUNTS)


@pytest.fixture
def wire(accounts: DynamoAccounts) -> Wire:
    return Wire(connection_of(accounts._accounts).client)


@pytest.mark.parametrize(("operation", "call"), CALLS)
@pytest.mark.parametrize("code", ["", "ProvisionedThroughputExceededException"])
def test_where_dynamodb_does_not_answer_it_is_unavailable(
    accounts: DynamoAccounts, operation: str, call: Callable[[DynamoAccounts], Any], code: str
) -> None:
    rows = accounts._senders if call is asking_whose else accounts._accounts
    wire = Wire(connection_of(rows).client)
    if code:
        wire.refuse(operation, code)
    else:
        wire.cut(operation)

    with pytest.raises(Unavailable) as raised:
        call(accounts)
    assert not isinstance(raised.value, Conflict)


@pytest.mark.parametrize(("reason", "conflict"), [("TransactionConflict", True), ("ThrottlingError", False)])
def test_another_transaction_at_the_account_is_a_conflict(
    accounts: DynamoAccounts, wire: Wire, reason: str, conflict: bool
) -> None:
    accounts.add(an_account(), [])
    wire.refuse("TransactWriteItems", "TransactionCanceledException", [reason, "None"])

    with pytest.raises(Unavailable) as raised:
        accounts.save(an_account(), an_account(strikes=1), [ENTRY])

    assert isinstance(raised.value, Conflict) is conflict


def test_a_save_whose_answer_was_lost_is_found_when_reading_again(accounts: DynamoAccounts, wire: Wire) -> None:
    accounts.add(an_account(), [])
    wire.cut("TransactWriteItems", When.AFTER)

    with pytest.raises(Unavailable):
        accounts.save(an_account(), an_account(strikes=1), [ENTRY])

    assert accounts.get(ACCOUNT) == an_account(strikes=1, version=2, revision=1)


@pytest.fixture
def leases(dynamodb: Any) -> DynamoLeases:
    return DynamoLeases(accounts="AccountsTable", pause=lambda _: None)


LEASE_CALLS: list[tuple[str, Callable[[DynamoLeases], Any]]] = [
    ("TransactWriteItems", lambda leases: leases.acquire_lease(an_account(), {}, NOW)),
    ("UpdateItem", lambda leases: leases.release_lease(an_account(), Credential())),
]


@pytest.mark.parametrize(("operation", "call"), LEASE_CALLS)
@pytest.mark.parametrize("code", ["", "ProvisionedThroughputExceededException"])
def test_a_lease_is_unavailable_where_dynamodb_does_not_answer(
    leases: DynamoLeases, operation: str, call: Callable[[DynamoLeases], Any], code: str
) -> None:
    wire = Wire(connection_of(leases._accounts).client)
    if code:
        wire.refuse(operation, code)
    else:
        wire.cut(operation)

    with pytest.raises(Unavailable) as raised:
        call(leases)
    assert not isinstance(raised.value, Conflict)


def test_a_release_that_meets_another_transaction_is_repeated(accounts: DynamoAccounts, leases: DynamoLeases) -> None:
    accounts.add(an_account(), [])
    leased = leases.acquire_lease(an_account(), {}, NOW)
    wire = Wire(connection_of(leases._accounts).client)
    wire.refuse("UpdateItem", "TransactionConflictException")

    assert leases.release_lease(leased, leased.credential) == accounts.get(ACCOUNT)
    assert wire.calls.count("UpdateItem") == 2


def test_a_release_whose_answer_was_lost_can_be_repeated(accounts: DynamoAccounts, leases: DynamoLeases) -> None:
    accounts.add(an_account(), [])
    leased = leases.acquire_lease(an_account(), {}, NOW)
    wire = Wire(connection_of(leases._accounts).client)
    wire.cut("UpdateItem", When.AFTER)

    with pytest.raises(Unavailable):
        leases.release_lease(leased, leased.credential)

    assert leases.release_lease(leased, leased.credential) == accounts.get(ACCOUNT)


def test_what_a_newer_version_wrote_can_be_read(accounts: DynamoAccounts, dynamodb: Any) -> None:
    accounts.add(EVERYTHING, [])
    parts = ("assessment", "review", "trial", "provider", "recheck", "exemption", "denial")
    row = dynamodb.get_item(TableName="AccountsTable", Key={"account_id": {"S": ACCOUNT}})["Item"]
    for part in parts:
        row[part] = {"S": json.dumps(json.loads(row[part]["S"]) | {"of_a_newer_version": 1})}
    dynamodb.put_item(TableName="AccountsTable", Item=row | {"of_a_newer_version": {"S": "x"}})

    assert accounts.get(ACCOUNT) == EVERYTHING


def test_an_account_of_which_no_deny_was_kept_is_read(accounts: DynamoAccounts, dynamodb: Any) -> None:
    accounts.add(EVERYTHING, [])
    row = dynamodb.get_item(TableName="AccountsTable", Key={"account_id": {"S": ACCOUNT}})["Item"]
    trial = json.loads(row["trial"]["S"])
    del row["denial"], trial["denied_by_hand"]
    dynamodb.put_item(TableName="AccountsTable", Item=row | {"trial": {"S": json.dumps(trial)}})

    assert EVERYTHING.trial is not None
    assert accounts.get(ACCOUNT) == replace(
        EVERYTHING, denial=None, trial=replace(EVERYTHING.trial, denied_by_hand=False)
    )


def test_how_far_a_newer_version_has_swept_can_be_read(dynamodb: Any) -> None:
    lap = json.dumps(asdict(Lap("h")) | {"of_a_newer_version": 1})
    dynamodb.put_item(TableName="ControlTable", Item={"name": {"S": "sweep"}, "lap": {"S": lap}})

    assert DynamoControl(table="ControlTable").lap() == Lap("h")


def test_a_request_of_which_no_instants_were_kept_is_read(accounts: DynamoAccounts) -> None:
    accounts.add(EVERYTHING, [])
    row = accounts._accounts.get(ACCOUNT)
    later = ("begins_at", "ends_at", "last_reminder")
    row.update(
        actions=[AccountRow.review.set({name: value for name, value in row.review.items() if name not in later})]
    )

    account = accounts.get(ACCOUNT)

    assert account is not None
    assert account.review is not None
    assert EVERYTHING.review is not None
    assert account.review == replace(EVERYTHING.review, begins_at=None, ends_at=None, last_reminder=RequestedDay.AHEAD)


@pytest.mark.parametrize("broken", [{"owner_email": None}, {"strikes": {"S": "many"}}, {"review": {"S": "no JSON"}}])
def test_a_row_that_was_broken_by_hand_hides_no_other(
    accounts: DynamoAccounts, dynamodb: Any, broken: dict[str, Any]
) -> None:
    for name in ("baker", "florist", "smith"):
        accounts.add(an_account(name, senders=(f"permille-{name}",)), [])
    row = dynamodb.get_item(TableName="AccountsTable", Key={"account_id": {"S": "florist"}})["Item"] | broken
    row = {name: value for name, value in row.items() if value}
    dynamodb.put_item(TableName="AccountsTable", Item=row)

    seen = list[Account | UnreadableAccount]()
    while page := accounts.page(seen[-1].id if seen else "", 2):
        seen += page

    assert {one.id for one in seen} == {"baker", "florist", "smith"}
    assert [one.id for one in seen if isinstance(one, UnreadableAccount)] == ["florist"]
