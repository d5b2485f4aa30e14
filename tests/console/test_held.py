"""The desk's page of held accounts, and one decision about several of them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.builders import ACCOUNT, NOW, TODAY, an_account
from tests.support.desk_world import ANNA, asking
from tests.support.visiting import Answer, FakeWeb, Visitor

from permille.domain.account.account import Account
from permille.domain.account.assessment import Assessment
from permille.domain.account.restrictions import Hold
from permille.domain.values.status import HoldReason

OVER = Assessment(TODAY, 1000, 2, 0, 0, breaks_rule=True)
HOUR = timedelta(hours=1)
LATE = datetime(2026, 3, 10, 22, 30, tzinfo=UTC)


@pytest.fixture
def world() -> FakeWeb:
    world = FakeWeb()
    world.support.rows.accounts.clear()
    for account_id, why in {
        "full": HoldReason.BREAKER,
        "unseen": HoldReason.NO_DELIVERIES,
        "waits": HoldReason.FEEDBACK,
    }.items():
        world.support.add(held(account_id, why))
    world.support.add(an_account("fine", assessment=Assessment(TODAY, 5000, 1, 0, 3)))
    return world


def held(account_id: str, why: HoldReason) -> Account:
    return an_account(
        account_id, hold=Hold(why, NOW - HOUR, needs_staff=why is not HoldReason.FEEDBACK), assessment=OVER
    )


def ticked(answer: Answer) -> list[str]:
    return re.findall(r'name="account:([^"]+)"', answer.body)


def test_held_accounts_are_listed_with_reason_and_counts(anna: Visitor) -> None:
    page = anna.get("/desk/held")

    assert ticked(page) == ["full", "unseen"]
    assert "held: breaker" in page.body
    assert "held: no deliveries" in page.body
    assert page.body.count("<b>2</b> in 1,000") == 2


def test_without_held_accounts_the_page_says_so(anna: Visitor, world: FakeWeb) -> None:
    for account_id in ("full", "unseen"):
        del world.rows.accounts[account_id]

    page = anna.get("/desk/held")

    assert "No disabling waits for you" in page.body
    assert 'name="reason"' not in page.body


def test_ticked_accounts_are_released_with_one_reason(anna: Visitor, world: FakeWeb) -> None:
    fields = {"account:full": "1", "account:unseen": "1", "reason": "Both really spam", "decision": "release"}

    page = anna.sends("/desk/held", **fields)

    assert page.status == 200
    assert page.body.count("Released: if the rule is still broken") == 2
    assert ticked(page) == []
    for account_id in ("full", "unseen"):
        (entry,) = world.rows.told(account_id)
        assert (entry.kind, entry.data) == ("hold_released", {"reason": "Both really spam", "by": ANNA})


def test_ticked_accounts_are_exempted_until_a_day(anna: Visitor, world: FakeWeb) -> None:
    anna.sends(
        "/desk/held", **{"account:full": "1", "reason": "A partner", "until": "2026-04-01", "decision": "exempt"}
    )

    assert [world.rows.accounts[one].exempt_at(NOW) for one in ("full", "unseen")] == [True, False]


def test_a_refusal_for_one_account_does_not_stop_the_others(anna: Visitor, world: FakeWeb) -> None:
    fields = {"account:waits": "1", "account:gone": "1", "account:full": "1", "reason": "Why", "decision": "release"}

    page = anna.sends("/desk/held", **fields)

    assert "waits for feedback, which ends by itself" in page.body
    assert "there is no account" in page.body
    assert [entry.kind for entry in world.rows.told("full")] == ["hold_released"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"reason": "Why", "decision": "release"}, "tick the accounts that it is about"),
        ({"account:full": "1", "reason": " ", "decision": "release"}, "say why; a few words are enough"),
        ({"account:full": "1", "reason": "Why", "decision": "exempt"}, "choose the day"),
        ({"account:full": "1", "reason": "Why", "decision": "close"}, "choose what is to be decided"),
        ({"account:full": "1", "reason": "Why"}, "choose what is to be decided"),
    ],
)
def test_an_invalid_form_decides_nothing(anna: Visitor, world: FakeWeb, fields: dict[str, Any], says: str) -> None:
    page = anna.sends("/desk/held", **fields)

    assert page.status == 422
    assert says in page.body
    assert ("checked" in page.body) == ("account:full" in fields)  # what was ticked is ticked still
    assert world.rows.told("full") == []


def test_many_held_accounts_are_paged_to_fit_a_form(anna: Visitor, world: FakeWeb) -> None:
    for number in range(45):
        world.support.add(held(f"shop-{number:02}", HoldReason.BREAKER))

    seen, address = list[str](), "/desk/held"
    while address:
        page = anna.get(address)
        assert len(ticked(page)) <= 25
        seen += ticked(page)
        following = re.findall(r'rel="next" href="([^"]+)"', page.body)
        address = following[0] if following else ""

    assert seen == ["full", *(f"shop-{number:02}" for number in range(45)), "unseen"]


def test_the_system_page_says_that_deliveries_are_missing(anna: Visitor, world: FakeWeb) -> None:
    assert "For 1 account fewer deliveries than complaints were counted" in anna.get("/desk/system").body

    del world.rows.accounts["unseen"]

    assert "fewer deliveries" not in anna.get("/desk/system").body


def test_a_day_with_few_hours_left_is_approved_once_it_is_ticked(anna: Visitor, world: FakeWeb) -> None:
    world.support.add(asking())
    world.now = LATE
    fields = {"version": "1", "reason": "Today, then", "day": str(TODAY), "from": "queue"}

    asked = anna.sends(f"/desk/accounts/{ACCOUNT}/approve", **fields)
    done = anna.sends(f"/desk/accounts/{ACCOUNT}/approve", **fields, short_day="yes")

    assert (asked.status, done.status) == (409, 303)
    assert "Not done yet, since it is unusual:" in asked.body
    assert "only 1 hour and 30 minutes of 10 March 2026 are left in UTC" in asked.body
    assert 'name="short_day" value="yes"' in asked.body
    assert world.rows.accounts[ACCOUNT].trial is not None


def test_accounts_above_the_limit_by_time_alone_are_marked(anna: Visitor, world: FakeWeb) -> None:
    world.support.add(an_account("calendar", assessment=Assessment(TODAY, 1000, 2, 0, 0, breaks_rule=True, kept=True)))

    page = anna.get("/desk/accounts")

    assert page.body.count("above the limit, and on") == 1
