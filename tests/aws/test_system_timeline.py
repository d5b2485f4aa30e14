"""The timeline of the whole stack, and that no timeline is ever written over."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.aws.conftest import Store
from tests.support.builders import ACCOUNT, NOW, STAFF, a_complaint_count, a_reset, an_account, an_entry
from tests.support.fakes import FakeLinkRegister, Rows
from tests.support.operator_fakes import FakeAllAccounts, FakeAllTimelines, FakeOperatorControl

from permille.aws.accounts import DynamoAccounts
from permille.aws.control import DynamoControl
from permille.aws.link_register import DynamoLinkRegister
from permille.aws.timeline import DynamoTimeline
from permille.domain.login.links import LinkRole
from permille.domain.login.revocation import Register
from permille.domain.rules.breaker import hour_of
from permille.domain.timeline.facts import Facts
from permille.domain.timeline.kinds.access import AccessRevoked
from permille.domain.timeline.kinds.system import ModeEntered, SenderIgnored, SenderUnignored
from permille.domain.timeline.timeline import BEGINNING, SYSTEM, TimelineEntry, system_entry
from permille.domain.values.errors import Conflict
from permille.domain.values.status import Mode
from permille.ports.login import LinkRegister
from permille.ports.operator import AllAccounts, AllTimelines, OperatorControl

LATER = NOW + timedelta(minutes=5)
ENTERED = ModeEntered(mode=Mode.ENFORCE, before=Mode.MONITOR)
IGNORED = SenderIgnored(sender="platform-news", reason="The platform's own", by=STAFF)
UNIGNORED = SenderUnignored(sender="platform-news", reason="It was a mistake", by=STAFF)
REVOKED = AccessRevoked(audience=LinkRole.STAFF, reason="A laptop was lost", by=STAFF)


class Operators:
    """What operators write, on fakes or on DynamoDB."""

    def __init__(
        self, accounts: AllAccounts, control: OperatorControl, timeline: AllTimelines, links: LinkRegister
    ) -> None:
        self.accounts, self.control, self.timeline, self.links = accounts, control, timeline, links

    def told(self) -> list[str]:
        return [one.kind for one in self.timeline.since(SYSTEM, BEGINNING)]


@pytest.fixture(params=["fake", "dynamodb"])
def operators(request: pytest.FixtureRequest) -> Operators:
    if request.param == "fake":
        rows = Rows()
        return Operators(
            FakeAllAccounts(rows), FakeOperatorControl(rows), FakeAllTimelines(rows), FakeLinkRegister(rows)
        )
    request.getfixturevalue("dynamodb")
    accounts = DynamoAccounts(accounts="AccountsTable", senders="SendersTable", timeline="TimelineTable")
    control = DynamoControl(table="ControlTable", timeline="TimelineTable")
    links = DynamoLinkRegister(table="ControlTable", timeline="TimelineTable")
    return Operators(accounts, control, DynamoTimeline(table="TimelineTable"), links)


def at(facts: Any, minutes: int = 0) -> TimelineEntry[Any]:
    return system_entry(NOW + timedelta(minutes=minutes), facts)


def test_what_is_done_to_the_stack_is_on_its_timeline_in_the_order_in_which_it_was_done(operators: Operators) -> None:
    operators.control.enter_mode(at(ENTERED))
    operators.accounts.ignore_sender(at(IGNORED, 1))
    operators.control.reset_breaker(hour_of(NOW), 4, a_reset(NOW + timedelta(minutes=2)))
    operators.links.save(LinkRole.STAFF, "", Register(), Register(of_all=NOW), at(REVOKED, 3))
    operators.accounts.unignore_sender(at(UNIGNORED, 4))
    operators.timeline.append(an_entry("policy_set", NOW + timedelta(minutes=5), SYSTEM))

    assert operators.told() == [
        "mode_entered",
        "sender_ignored",
        "breaker_reset",
        "access_revoked",
        "sender_unignored",
        "policy_set",
    ]


def test_a_mode_is_entered_once_however_many_runs_notice(operators: Operators) -> None:
    back = replace(ENTERED, mode=Mode.MONITOR, before=Mode.ENFORCE)

    for minutes, facts in enumerate([ENTERED, ENTERED, back, ENTERED]):
        operators.control.enter_mode(at(facts, minutes))

    assert [one.data["mode"] for one in operators.timeline.since(SYSTEM, BEGINNING)] == [
        "enforce",
        "monitor",
        "enforce",
    ]


def test_who_is_ignored_is_listed_with_the_reason_until_they_are_ignored_no_more(operators: Operators) -> None:
    operators.accounts.ignore_sender(at(IGNORED))
    assert [(one.name, one.ignored) for one in operators.accounts.ignored()] == [
        ("platform-news", "The platform's own")
    ]

    operators.accounts.unignore_sender(at(UNIGNORED, 1))

    assert list(operators.accounts.ignored()) == []
    with pytest.raises(Conflict):
        operators.accounts.unignore_sender(at(UNIGNORED, 2))
    assert operators.told() == ["sender_ignored", "sender_unignored"]


def test_a_sender_of_an_account_is_neither_ignored_nor_taken_from_it(operators: Operators) -> None:
    operators.accounts.add(an_account(), [])

    with pytest.raises(Conflict):
        operators.accounts.ignore_sender(at(replace(IGNORED, sender="permille-bakery")))
    with pytest.raises(Conflict):
        operators.accounts.unignore_sender(at(replace(UNIGNORED, sender="permille-bakery")))

    assert operators.accounts.owner_of("permille-bakery") == ACCOUNT
    assert operators.told() == []


Write = Callable[[Operators, TimelineEntry[Any]], object]
WRITES: dict[str, tuple[Facts, Write]] = {
    "append": (REVOKED, lambda one, told: one.timeline.append(told)),
    "enter_mode": (ENTERED, lambda one, told: one.control.enter_mode(told)),
    "revoke": (REVOKED, lambda one, told: one.links.save(LinkRole.STAFF, "", Register(), Register(of_all=NOW), told)),
    "reset_breaker": (a_reset().facts, lambda one, told: one.control.reset_breaker(hour_of(NOW), 4, told)),
    "ignore_sender": (IGNORED, lambda one, told: one.accounts.ignore_sender(told)),
}


@pytest.mark.parametrize("write", [name for name in WRITES if name != "enter_mode"])
def test_no_write_changes_an_entry_that_is_there(operators: Operators, write: str) -> None:
    facts, action = WRITES[write]
    told = at(facts)
    operators.timeline.append(replace(told, facts=an_entry("mode_entered").facts))

    with pytest.raises(Conflict):
        action(operators, told)

    assert operators.told() == ["mode_entered"]
    assert operators.links.get(LinkRole.STAFF, "") == Register()
    assert operators.control.last_reset() is None
    assert list(operators.accounts.ignored()) == []


# ---------------------------------------------------------------- an account's


def test_a_decision_does_not_write_over_an_entry_and_is_not_written_itself(store: Store) -> None:
    store.accounts.add(an_account(), [an_entry("created")])
    read = store.accounts.get(ACCOUNT)
    assert read is not None
    over = replace(an_entry("disabled"), id=an_entry("created").id)

    with pytest.raises(Conflict):
        store.accounts.save(read, replace(read, strikes=7), [over])

    stored = store.accounts.get(ACCOUNT)
    assert stored is not None
    assert stored.strikes == 0
    assert [one.kind for one in store.timeline.since(ACCOUNT, BEGINNING)] == ["created"]


def test_counting_does_not_write_over_an_entry(store: Store) -> None:
    count = a_complaint_count()
    assert count.entry is not None
    store.accounts.add(an_account(), [replace(count.entry, facts=an_entry("created").facts)])

    counted = store.ledger.count([count], NOW, timedelta())

    assert not counted.new
    assert counted.failed == {count.identity}
    assert [one.kind for one in store.timeline.since(ACCOUNT, BEGINNING)] == ["created"]
