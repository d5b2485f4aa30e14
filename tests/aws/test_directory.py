"""The accounts as support finds them: by index, page after page, each once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Protocol

import pytest
from tests.support.builders import ACCOUNT, NOW, TODAY, an_account
from tests.support.desk_fakes import FakeAccountIndex
from tests.support.fakes import FakeAccounts, Rows
from tests.support.wire import Wire

from permille.aws import account_index
from permille.aws.account_index import DynamoAccountIndex
from permille.aws.account_models import LISTED, SEARCHED
from permille.aws.accounts import DynamoAccounts
from permille.aws.table_calls import connection_of
from permille.domain.account.account import Account
from permille.domain.account.account_search import WEEK, AccountFilter, AccountSearch, folded, whole_line
from permille.domain.account.assessment import Assessment
from permille.domain.account.credential import Denial
from permille.domain.account.listed_account import ListedAccount
from permille.domain.account.restrictions import Exemption, Hold
from permille.domain.account.route_changes import RouteChanges
from permille.domain.account.second_chance import Review, ReviewState, Trial, TrialState
from permille.domain.policy.ses_review import Harm
from permille.domain.timeline.kinds.staff import StaffDisabled
from permille.domain.timeline.timeline import entry
from permille.domain.values.account_id import ACCOUNT_ID
from permille.domain.values.errors import MalformedRequest, Unavailable
from permille.domain.values.status import HoldReason, Status
from permille.ports.accounts import AccountList, Accounts
from permille.ports.desk import AccountCounts, AccountIndex
from permille_cli.stack.template import load

HOUR = timedelta(hours=1)
WAITS = Trial(TrialState.OBSERVING, TODAY, NOW - 3 * HOUR, NOW - 2 * HOUR, NOW - HOUR, confirmation_requested=True)
EVERYWHERE = ["fake", "dynamodb"]


class Directory(AccountIndex, AccountCounts, AccountList, Protocol):
    """What one adapter implements."""


@dataclass(frozen=True, slots=True)
class Found:
    accounts: Accounts
    directory: Directory

    def add(self, *accounts: Account) -> None:
        for account in accounts:
            self.accounts.add(account, [])


@pytest.fixture(params=EVERYWHERE)
def desk(request: pytest.FixtureRequest) -> Found:
    if request.param == "fake":
        rows = Rows()
        return Found(FakeAccounts(rows), FakeAccountIndex(rows))
    request.getfixturevalue("dynamodb")
    accounts = DynamoAccounts(accounts="AccountsTable", senders="SendersTable", timeline="TimelineTable")
    return Found(accounts, DynamoAccountIndex(accounts="AccountsTable"))


def asking(account_id: str, since: int, **different: Any) -> Account:
    """Asks for so many hours."""
    review = Review(ReviewState.OPEN, TODAY, 800, "Old list", "New list", NOW - since * HOUR)
    return an_account(account_id, **{"status": Status.DISABLED, "review": review, **different})


def risky(account_id: str, complaints: int, **different: Any) -> Account:
    return an_account(account_id, assessment=Assessment(TODAY, 10_000, complaints, 0, 0), **different)


def pages(ask: Callable[[int, str], Any], size: int) -> list[list[str]]:
    """The ids on each page, until the end."""
    found, after = list[list[str]](), ""
    while True:
        page = ask(size, after)
        found.append([one.id for one in page.items])
        if not page.next:
            return found
        after = page.next


# ---------------------------------------------------------------- who asks


def test_accounts_awaiting_support_are_listed_the_longest_waiting_first(desk: Found) -> None:
    desk.add(asking("short", 2), asking("long", 30), an_account("nobody"))
    desk.add(an_account("trial", status=Status.OBSERVING, epochs=(NOW - 3 * HOUR,), trial=WAITS))

    assert pages(desk.directory.awaiting_support, 10) == [["long", "short", "trial"]]
    assert pages(desk.directory.awaiting_support, 2) == [["long", "short"], ["trial"]]


def test_an_answered_account_awaits_support_no_more(desk: Found) -> None:
    asks = asking("asks", 2)
    desk.add(asks)
    assert asks.review is not None

    desk.accounts.save(asks, replace(asks, review=replace(asks.review, state=ReviewState.DECLINED)), [])

    assert pages(desk.directory.awaiting_support, 10) == [[]]


# ---------------------------------------------------------------- all by risk


def test_the_worst_is_listed_first_and_who_is_off_apart(desk: Found) -> None:
    desk.add(risky("bad", 9), risky("good", 0), an_account("unseen"), risky("worse", 12), risky("off", 20))
    off = desk.accounts.get("off")
    assert off is not None
    desk.accounts.save(off, replace(off, status=Status.DISABLED), [])

    sending = pages(lambda size, after: desk.directory.by_risk(size, after, sending=True), 10)
    assert sending == [["worse", "bad", "good", "unseen"]]
    assert pages(lambda size, after: desk.directory.by_risk(size, after, sending=False), 10) == [["off"]]


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.TRIAL])
def test_an_account_denied_by_hand_is_listed_as_off_until_the_deny_is_lifted(desk: Found, status: Status) -> None:
    desk.add(risky("denied", 1, status=status))
    read = desk.accounts.get("denied")
    assert read is not None

    denied = desk.accounts.save(read, replace(read, denial=Denial(read.senders, NOW)), [])
    (listed,) = desk.directory.by_risk(5, sending=False).items
    assert listed == ListedAccount.of(denied)
    assert listed.denied_by_hand
    assert desk.directory.by_risk(5, sending=True).items == []

    lifted = desk.accounts.save(denied, replace(denied, denial=None), [])
    assert list(desk.directory.by_risk(5, sending=True).items) == [ListedAccount.of(lifted)]


def test_what_was_found_at_the_last_look_moves_the_account(desk: Found) -> None:
    desk.add(risky("a", 1), risky("b", 2))
    read = desk.accounts.get("a")
    assert read is not None

    desk.accounts.save(read, replace(read, assessment=Assessment(TODAY, 10_000, 3, 0, 0)), [])

    assert pages(lambda size, after: desk.directory.by_risk(size, after, sending=True), 10) == [["a", "b"]]


def test_the_list_knows_of_each_account_what_it_shows(desk: Found) -> None:
    account = asking(
        "everything",
        1,
        owner_name="Ann",
        in_sync=False,
        hold=Hold(HoldReason.BREAKER, NOW),
        would_disable=True,
        exemption=Exemption(NOW, "A partner", "sam"),
        strikes=3,
        assessment=Assessment(TODAY, 1000, 2, 7, 0, breaks_rule=True),
    )
    desk.add(account)

    assert list(desk.directory.by_risk(5, sending=False).items) == [ListedAccount.of(account)]
    assert list(desk.directory.find(AccountSearch("every"), 5, NOW).items) == [ListedAccount.of(account)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_the_pages_list_every_account_exactly_once(desk: Found, size: int) -> None:
    ids = sorted(["a", "a-", "a-0", "a0", "aa", "ab", "b"])
    for number, account_id in enumerate(ids):
        desk.add(risky(account_id, number // 3))

    lists: list[Callable[[int, str], Any]] = [
        lambda size, after: desk.directory.by_risk(size, after, sending=True),
        lambda size, after: desk.directory.find(AccountSearch("\na"), size, NOW, after),
    ]
    for ask, expected in zip(lists, (ids, [one for one in ids if one != "b"]), strict=True):
        found = pages(ask, size)
        assert sorted(account_id for page in found for account_id in page) == expected
        assert all(len(page) == size for page in found[:-1])
        assert found[-1]


# ---------------------------------------------------------------- most complaints

MONTH = timedelta(days=31)


def judged(account_id: str, complaints: int, day: date = TODAY, bounces: int = 0, **different: Any) -> Account:
    return an_account(account_id, assessment=Assessment(day, 1_000_000, complaints, bounces, 0), **different)


def with_most(desk: Found, limit: int = 10, first: date = TODAY - MONTH, harm: Harm = Harm.COMPLAINTS) -> list[str]:
    return [one.id for one in desk.directory.with_most(harm, limit, first, TODAY)]


def test_who_has_the_most_complaints_is_first_however_much_was_delivered(desk: Found) -> None:
    """A big account below the limit contributes more than a tiny one far above it."""
    desk.add(judged("big", 800), risky("tiny", 9), judged("b", 2), judged("a", 2), an_account("unseen"))
    desk.add(judged("fine", 0), judged("off", 70, status=Status.DISABLED))

    assert with_most(desk) == ["big", "off", "tiny", "a", "b"]
    assert with_most(desk, 2) == ["big", "off"]


def test_who_was_last_judged_in_a_month_before_is_left_out(desk: Found) -> None:
    desk.add(judged("this", 1), judged("last", 2, TODAY - MONTH), judged("earlier", 900, TODAY - 3 * MONTH))

    assert with_most(desk) == ["last", "this"]
    assert with_most(desk, first=TODAY) == ["this"]
    assert with_most(desk, first=TODAY - 365 * timedelta(days=1)) == ["earlier", "last", "this"]


def test_the_number_and_the_month_are_those_of_the_last_look(desk: Found) -> None:
    desk.add(judged("a", 1), judged("b", 2), judged("c", 3), judged("d", 4, TODAY - 3 * MONTH))
    for account_id, look in (("a", Assessment(TODAY, 9, 5, 0, 0)), ("b", None), ("c", Assessment(TODAY, 9, 0, 0, 0))):
        read = desk.accounts.get(account_id)
        assert read is not None
        desk.accounts.save(read, replace(read, assessment=look), [])

    assert with_most(desk) == ["a"]
    later = desk.accounts.get("d")
    assert later is not None
    desk.accounts.save(later, replace(later, assessment=Assessment(TODAY, 1_000_000, 4, 0, 0)), [])
    assert with_most(desk) == ["a", "d"]


def test_who_has_the_most_bounces_is_another_list(desk: Found) -> None:
    desk.add(judged("both", 2, bounces=5), judged("complaints", 3), judged("bounces", 0, bounces=70))

    assert with_most(desk) == ["complaints", "both"]
    assert with_most(desk, harm=Harm.BOUNCES) == ["bounces", "both"]


def test_they_are_found_as_they_are_now(desk: Found) -> None:
    account = judged("a", 1, strikes=3)
    desk.add(account)

    assert list(desk.directory.with_most(Harm.COMPLAINTS, 1, TODAY, TODAY)) == [account]


# ---------------------------------------------------------------- search


KNOWN = an_account(
    "florist",
    owner_email="Ann <Ann@Florist.example>",
    owner_name="Ann Ölmüller  GmbH",
    identities=("news.flowers.example",),
    senders=("permille-florist", "Marketing@Crm"),
)


@pytest.mark.parametrize(
    "text",
    [
        "lori",
        "ANN@florist",
        "florist.example>",
        "ölmüller gmbh",
        "ÖLMÜLLER",
        "flowers",
        "permille-flo",
        "marketing@crm",
        "\uff21nn",
    ],
)
def test_an_account_is_found_by_any_part_of_what_people_know_of_it(desk: Found, text: str) -> None:
    desk.add(KNOWN, an_account("bakery", owner_email="b@b.example"), an_account("shop", identities=("shop.example",)))

    assert pages(lambda size, after: desk.directory.find(AccountSearch(folded(text)), size, NOW, after), 10) == [
        ["florist"]
    ]


@pytest.mark.parametrize("text", ["zzz", "bak ery", "bak'ery", "~", "é", "a" * 200, "permille-shop"])
def test_what_is_no_part_of_it_finds_no_account(desk: Found, text: str) -> None:
    desk.add(KNOWN, an_account("shop-2"))

    found = desk.directory.find(AccountSearch(text), 10, NOW)

    assert [account.id for account in found.items] == (["shop-2"] if text == "permille-shop" else [])


def test_a_sender_is_found_as_a_whole_where_its_key_was_searched_for(desk: Found) -> None:
    desk.add(an_account("shop", senders=("permille-shop",)), an_account("shop-2", senders=("permille-shop-2",)))

    found = desk.directory.find(AccountSearch(whole_line("permille-shop")), 10, NOW)

    assert [account.id for account in found.items] == ["shop"]


HELD = Hold(HoldReason.BREAKER, NOW, needs_staff=True)
TRIAL_AHEAD = Trial(TrialState.SCHEDULED, TODAY, NOW + HOUR, NOW + 2 * HOUR, NOW + 3 * HOUR)
APPROVED = Review(ReviewState.APPROVED, TODAY, 800, "Old list", "New list", NOW - HOUR)
STATES: list[tuple[AccountFilter, bool, dict[str, Any]]] = [
    (AccountFilter.HELD, True, {"hold": HELD}),
    (AccountFilter.HELD, False, {"hold": replace(HELD, released=True)}),
    (AccountFilter.HELD, False, {"hold": Hold(HoldReason.FEEDBACK, NOW)}),
    (AccountFilter.REVIEW, True, {"status": Status.DISABLED, "review": replace(APPROVED, state=ReviewState.OPEN)}),
    (AccountFilter.REVIEW, True, {"status": Status.OBSERVING, "trial": WAITS}),
    (AccountFilter.REVIEW, False, {"status": Status.DISABLED, "review": APPROVED}),
    (AccountFilter.TRIAL, True, {"status": Status.DISABLED, "review": APPROVED, "trial": TRIAL_AHEAD}),
    (AccountFilter.TRIAL, True, {"status": Status.OBSERVING, "trial": WAITS}),
    (AccountFilter.TRIAL, False, {"status": Status.DISABLED}),
    (AccountFilter.EXEMPT, True, {"exemption": Exemption(NOW + HOUR, "A partner", "sam")}),
    (AccountFilter.EXEMPT, False, {"exemption": Exemption(NOW, "A partner", "sam")}),
    (AccountFilter.OFF_THIS_WEEK, True, {"status": Status.DISABLED, "route_changes": RouteChanges(off_at=NOW - HOUR)}),
    (AccountFilter.OFF_THIS_WEEK, False, {"status": Status.DISABLED, "route_changes": RouteChanges(off_at=NOW - WEEK)}),
    (AccountFilter.OFF_THIS_WEEK, False, {"route_changes": RouteChanges(off_at=NOW - HOUR)}),
    (AccountFilter.OFF_THIS_WEEK, False, {"status": Status.DISABLED}),
    (AccountFilter.NEAR_LIMIT, True, {"assessment": Assessment(TODAY, 1000, 1, 0, 0)}),
    (AccountFilter.NEAR_LIMIT, False, {"assessment": Assessment(TODAY, 1000, 0, 0, 0)}),
    (AccountFilter.NEAR_LIMIT, False, {"assessment": Assessment(TODAY, 5000, 1, 0, 3)}),
    (AccountFilter.NEAR_LIMIT, False, {"assessment": Assessment(TODAY, 1000, 1, 0, 0), "status": Status.DISABLED}),
]


@pytest.mark.parametrize(("only", "matches", "state"), STATES)
def test_a_filter_lists_the_accounts_in_its_state_and_no_others(
    desk: Found, only: AccountFilter, matches: bool, state: dict[str, Any]
) -> None:
    desk.add(an_account("florist", **state), an_account("shop"))

    for text, expected in (("", ["florist"]), ("flor", ["florist"]), ("shop", [])):
        found = desk.directory.find(AccountSearch(text, only), 10, NOW)
        assert [account.id for account in found.items] == (expected if matches else [])


def test_a_filter_follows_what_is_decided(desk: Found) -> None:
    desk.add(an_account("florist"))
    read = desk.accounts.get("florist")
    assert read is not None
    disabled = entry("florist", NOW, StaffDisabled(reason="Because", by="sam"))

    saved = desk.accounts.save(read, replace(read, status=Status.DISABLED), [disabled])

    week = AccountSearch("", AccountFilter.OFF_THIS_WEEK)
    assert [one.version for one in desk.directory.find(week, 10, NOW + HOUR).items] == [saved.version]
    assert desk.directory.find(week, 10, NOW + WEEK).items == []


def test_the_counts_of_the_tabs_stop_at_their_limit(desk: Found) -> None:
    over = Assessment(TODAY, 1000, 2, 0, 0, breaks_rule=True)
    for number in range(3):
        desk.add(asking(f"asks-{number}", number), an_account(f"held-{number}", hold=HELD, assessment=over))
    desk.add(an_account("waits", hold=Hold(HoldReason.FEEDBACK, NOW), assessment=over), an_account("fine"))

    for limit, expected in ((10, 3), (3, 3), (2, 2)):
        assert desk.directory.count_awaiting_support(limit) == expected
        assert desk.directory.count_held(limit) == expected


WRONG = ["x", "#", "0000000#", "0000000#Bakery", "0000000#a\n", "2026-03-10#a", "999", '{"a":1}', "a" * 3000, "é", "-a"]


@pytest.mark.parametrize("after", WRONG)
def test_a_page_begins_only_where_one_has_ended(desk: Found, after: str) -> None:
    desk.add(an_account())

    with pytest.raises(MalformedRequest):
        desk.directory.awaiting_support(5, after)
    with pytest.raises(MalformedRequest):
        desk.directory.by_risk(5, after, sending=True)
    if not ACCOUNT_ID.fullmatch(after):  # else there may be an account of that id
        with pytest.raises(MalformedRequest):
            desk.directory.find(AccountSearch("bak"), 5, NOW, after)
        with pytest.raises(MalformedRequest):
            desk.directory.by_id(5, after)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_all_accounts_are_listed_once_in_the_order_of_their_ids(desk: Found, size: int) -> None:
    ids = ["a", "a-", "a-0", "a0", "aa", "ab", "b"]
    desk.add(*map(an_account, reversed(ids)))

    found = pages(desk.directory.by_id, size)

    assert [account_id for page in found for account_id in page] == ids
    assert all(len(page) == size for page in found[:-1])


@pytest.mark.parametrize("status", Status)
def test_accounts_are_listed_by_their_status(desk: Found, status: Status) -> None:
    desk.add(*(an_account(f"{one}-{n}", status=one) for one in Status for n in range(3)))

    found = pages(lambda size, after: desk.directory.by_id(size, after, status), 2)

    assert [account_id for page in found for account_id in page] == [f"{status}-{n}" for n in range(3)]


def test_a_list_by_status_follows_what_is_decided(desk: Found) -> None:
    desk.add(an_account("florist"))
    read = desk.accounts.get("florist")
    assert read is not None

    saved = desk.accounts.save(read, replace(read, status=Status.DISABLED), [])

    assert desk.directory.by_id(5, "", Status.ACTIVE).items == []
    assert list(desk.directory.by_id(5, "", Status.DISABLED).items) == [saved]


# ---------------------------------------------------------------- on DynamoDB


@pytest.fixture
def directory(dynamodb: Any) -> DynamoAccountIndex:
    return DynamoAccountIndex(accounts="AccountsTable")


@pytest.mark.parametrize("operation", ["Query", "BatchGetItem"])
def test_where_dynamodb_does_not_answer_it_is_unavailable(
    directory: DynamoAccountIndex, operation: str, dynamodb: Any
) -> None:
    DynamoAccounts(accounts="AccountsTable", senders="SendersTable", timeline="TimelineTable").add(asking("a", 1), [])
    wire = Wire(connection_of(directory._accounts).client)
    wire.refuse(operation, "ProvisionedThroughputExceededException")

    with pytest.raises(Unavailable):
        directory.awaiting_support(5)


@pytest.mark.parametrize(("name", "projected"), [("risk", LISTED), ("search", SEARCHED)])
def test_the_template_projects_what_a_list_shows_or_filters(name: str, projected: tuple[str, ...]) -> None:
    indexes = load()["Resources"]["AccountsTable"]["Properties"]["GlobalSecondaryIndexes"]
    (index,) = [index for index in indexes if index["IndexName"] == name]

    assert sorted(index["Projection"]["NonKeyAttributes"]) == sorted(projected)


def test_a_search_reads_a_bounded_part_and_the_next_page_goes_on_behind_it(
    directory: DynamoAccountIndex, dynamodb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_index, "READ_AT_ONCE", 2)
    monkeypatch.setattr(account_index, "MOST_QUERIES", 2)
    accounts = DynamoAccounts(accounts="AccountsTable", senders="SendersTable", timeline="TimelineTable")
    for name in ("a", "b", "c", "d", "wanted", "wanted-2"):
        accounts.add(an_account(name, senders=(name,)), [])
    wire = Wire(connection_of(directory._accounts).client)

    first = directory.find(AccountSearch("wanted"), 5, NOW)
    second = directory.find(AccountSearch("wanted"), 5, NOW, first.next)

    assert (first.items, first.next) == ([], "d")
    assert [account.id for account in second.items] == ["wanted", "wanted-2"]
    assert second.next == ""
    assert wire.calls == ["Query", "Query", "Query", "BatchGetItem"]


def test_a_page_of_all_accounts_reads_no_more_of_the_index_than_it_lists(
    directory: DynamoAccountIndex, dynamodb: Any
) -> None:
    accounts = DynamoAccounts(accounts="AccountsTable", senders="SendersTable", timeline="TimelineTable")
    for name in ("a", "b", "c", "d", "e"):
        accounts.add(an_account(name), [])
    wire = Wire(connection_of(directory._accounts).client)

    page = directory.by_id(2)

    assert [account.id for account in page.items] == ["a", "b"]
    assert [params["Limit"] for name, params in wire.asked if name == "Query"] == [3]
    assert wire.calls == ["Query", "BatchGetItem"]


def test_who_has_changed_since_the_index_was_written_is_left_out(directory: DynamoAccountIndex, dynamodb: Any) -> None:
    accounts = DynamoAccounts(accounts="AccountsTable", senders="SendersTable", timeline="TimelineTable")
    accounts.add(asking("asks", 1), [])
    client = connection_of(directory._accounts).client
    client.update_item(  # the index, as it would lag: what it filters by says that the account asks still
        TableName="AccountsTable", Key={"account_id": {"S": "asks"}}, UpdateExpression="REMOVE review"
    )

    assert directory.find(AccountSearch("", AccountFilter.REVIEW), 5, NOW).items == []


def test_no_list_is_made_by_a_scan(directory: DynamoAccountIndex, dynamodb: Any) -> None:
    wire = Wire(connection_of(directory._accounts).client)

    directory.awaiting_support(5)
    directory.by_risk(5, sending=True)
    directory.find(AccountSearch("a", AccountFilter.HELD), 5, NOW)
    directory.by_id(5, "", Status.ACTIVE)
    directory.count_held(5)
    directory.with_most(Harm.COMPLAINTS, 5, TODAY, TODAY)
    directory.with_most(Harm.BOUNCES, 5, TODAY, TODAY)

    assert wire.calls == ["Query"] * 7


def test_who_has_the_most_complaints_takes_a_query_for_each_month(directory: DynamoAccountIndex, dynamodb: Any) -> None:
    wire = Wire(connection_of(directory._accounts).client)

    directory.with_most(Harm.COMPLAINTS, 5, date(2025, 12, 31), date(2026, 3, 1))

    assert [params["ExpressionAttributeValues"][":0"]["S"] for _, params in wire.asked] == [
        "2025-12",
        "2026-01",
        "2026-02",
        "2026-03",
    ]
    assert {params["Limit"] for _, params in wire.asked} == {5}


def test_whom_the_index_still_has_after_they_were_answered_is_left_out(
    directory: DynamoAccountIndex, dynamodb: Any
) -> None:
    answered = an_account(status=Status.DISABLED)
    DynamoAccounts(accounts="AccountsTable", senders="SendersTable", timeline="TimelineTable").add(answered, [])
    stale = {
        "account_id": ACCOUNT,
        "asks": "support",
        "waiting_for_support_since": f"2026-03-10T07:00:00.000000+00:00#{ACCOUNT}",
    }
    rows = [{name: {"S": value} for name, value in stale.items()}]
    wire = Wire(connection_of(directory._accounts).client)
    wire.answer("Query", {"Items": rows, "Count": 1, "ScannedCount": 1})

    assert directory.awaiting_support(5).items == []
