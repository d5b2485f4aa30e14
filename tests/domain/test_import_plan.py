"""What an import does with each line."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.support.builders import an_account

from permille.domain.sending.import_plan import (
    MOST_IDENTITIES,
    AccountLine,
    ImportAction,
    ImportFacts,
    ImportPlan,
    plan_import,
)
from permille.domain.sending.ses_pace import Estimate
from permille.domain.values.status import Status

NEW = AccountLine(2, "shop", "owner@shop.example", ("shop.example",))
THERE = an_account("shop", identities=("shop.example",))
CREATE, ADOPT, COMPLETE, SKIP, REFUSE = ImportAction


def planned(*lines: AccountLine, **facts: Any) -> ImportPlan:
    return plan_import(lines, ImportFacts(**{"accounts": {}, **facts}))


def numbered(count: int, **different: Any) -> list[AccountLine]:
    shops = (f"shop{number}" for number in range(count))
    return [
        replace(NEW, line=line, account_id=shop, identities=(f"{shop}.example",), **different)
        for line, shop in enumerate(shops, start=2)
    ]


@pytest.mark.parametrize(
    ("line", "facts", "action", "why"),
    [
        (NEW, {}, CREATE, ""),
        (replace(NEW, adopts=("permille-old",)), {}, ADOPT, ""),
        (replace(NEW, error="owner_email: it is empty"), {}, REFUSE, "owner_email: it is empty"),
        (NEW, {"obstacles": {2: "it cannot be adopted"}}, REFUSE, "it cannot be adopted"),
        (NEW, {"obstacles": {3: "another line"}}, CREATE, ""),
        (NEW, {"accounts": {"shop": THERE}}, SKIP, "the account is there already"),
        (NEW, {"accounts": {"shop": replace(THERE, adding_run="1a")}}, COMPLETE, "an import of it was cut off"),
        (NEW, {"accounts": {"shop": an_account("shop", status=Status.CLOSED)}}, REFUSE, "the account was closed"),
        (
            NEW,
            {"accounts": {"shop": an_account("shop", status=Status.DISABLED, adding_run="1a")}},
            REFUSE,
            "an import of it was cut off, and it is disabled now",
        ),
        (NEW, {"users": 5000}, REFUSE, "IAM has room for 5,000 users"),
        (replace(NEW, adopts=("permille-old",)), {"users": 5000}, ADOPT, ""),
        (NEW, {"users": 5000, "reusable": frozenset({2})}, CREATE, ""),
        (NEW, {"users": 4999}, CREATE, ""),
        (
            NEW,
            {"identities": frozenset(f"s{number}.example" for number in range(MOST_IDENTITIES))},
            REFUSE,
            "SES has room for 10,000 identities",
        ),
    ],
)
def test_what_is_done_with_a_line(line: AccountLine, facts: dict[str, Any], action: ImportAction, why: str) -> None:
    (one,) = planned(line, **facts).accounts

    assert one.action is action
    assert one.why.startswith(why)
    assert bool(one.why) is bool(why)


def test_an_account_and_a_user_are_on_one_line_alone() -> None:
    adopting = replace(NEW, line=3, account_id="other", adopts=("permille-old",))

    plan = planned(NEW, replace(NEW, line=3), replace(adopting, line=4), replace(adopting, line=5, account_id="third"))

    assert [one.action for one in plan.accounts] == [CREATE, REFUSE, ADOPT, REFUSE]
    assert [one.why for one in plan.refused] == [
        "the account shop is on line 2 already",
        "the IAM user permille-old is on line 4 already",
    ]


def test_lines_beyond_a_quota_are_refused_and_those_before_are_not() -> None:
    plan = planned(*numbered(5), users=4997)

    assert [one.action for one in plan.accounts] == [CREATE, CREATE, CREATE, REFUSE, REFUSE]
    assert (plan.new_users, plan.new_identities) == (3, 3)


def test_identities_that_ses_has_need_no_room() -> None:
    plan = planned(NEW, replace(NEW, line=3, account_id="twin"), identities=frozenset({"shop.example"}))

    assert plan.new_identities == 0
    assert [one.new_identities for one in plan.accounts] == [(), ()]


def test_an_identity_of_two_lines_is_one() -> None:
    plan = planned(NEW, replace(NEW, line=3, account_id="twin"))

    assert plan.new_identities == 1
    assert [one.new_identities for one in plan.accounts] == [("shop.example",), ("shop.example",)]


def test_where_an_account_differs_from_its_line_that_is_noted() -> None:
    other = replace(NEW, owner_email="new@shop.example", identities=("shop.example", "more.example"))

    (one,) = planned(other, accounts={"shop": THERE}).accounts

    assert one.notes == ("its owner_email and identities differ from the line: `permille account change`",)


def test_totals_count_each_action() -> None:
    plan = planned(NEW, replace(NEW, line=3), replace(NEW, line=4, account_id="there"), accounts={"there": THERE})

    assert plan.totals == {CREATE: 1, ADOPT: 0, COMPLETE: 0, SKIP: 1, REFUSE: 1}


def test_three_thousand_accounts_take_hours() -> None:
    assert planned(*numbered(3000)).estimate == Estimate(ses_requests=12_000, seconds=13_200)


def test_users_that_leave_the_group_of_sess_console_take_their_time() -> None:
    lines = numbered(3, adopts=("a",), takes_over=True)
    lines = [replace(line, adopts=(f"permille-{line.line}",)) for line in lines]

    assert planned(*lines).estimate.seconds == round(3 * 4 * 1.1 + 3 * 10)


def test_what_changes_nothing_takes_no_time() -> None:
    assert planned(NEW, accounts={"shop": THERE}).estimate == Estimate(0, 0)


@given(
    ids=some.lists(some.sampled_from("abcd"), max_size=12),
    there=some.sets(some.sampled_from("abcd")),
    room=some.integers(0, 4),
)
def test_no_plan_exceeds_the_room_or_adds_an_account_twice(ids: list[str], there: set[str], room: int) -> None:
    lines = [AccountLine(line, one, "o@s.example", (f"{one}.example",)) for line, one in enumerate(ids, start=2)]

    plan = planned(*lines, accounts={one: an_account(one) for one in there}, users=5000 - room)

    created = [one.asked.account_id for one in plan.changes]
    assert len(created) == len({*created}) == plan.new_users <= room
    assert not {*created} & there
    assert [one.asked for one in plan.accounts] == lines
