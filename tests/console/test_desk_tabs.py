"""What every page of the desk shows of what waits: counts on the tabs, and a banner while the breaker is open."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.builders import ACCOUNT, NOW, TODAY, an_account
from tests.support.desk_world import QUEUES, asking
from tests.support.visiting import FakeWeb, Visitor

from permille.domain.account.assessment import Assessment
from permille.domain.account.restrictions import Hold
from permille.domain.rules.breaker import BreakerState
from permille.domain.values.status import HoldReason
from permille.usecases.views.desk_tabs import COUNTED_EVERY, MOST_COUNTED

PAGES = ["/desk", "/desk/accounts", "/desk/held", "/desk/platform", "/desk/system", f"/desk/accounts/{ACCOUNT}"]
HELD = Hold(HoldReason.BREAKER, NOW, needs_staff=True)
OVER = Assessment(TODAY, 1000, 2, 0, 0, breaks_rule=True)


def tabs(body: str) -> dict[str, str]:
    """The count on each tab, by its name; empty where there is none."""
    (nav,) = re.findall(r'<nav aria-label="Support">(.*?)</nav>', body, re.DOTALL)
    found = re.findall(r"<a [^>]*>(\w+)(?: <span[^>]*>([^<]+)</span>)?</a>", nav)
    return dict(found)


@pytest.mark.parametrize("path", PAGES)
def test_each_page_counts_what_waits(anna: Visitor, world: FakeWeb, path: str) -> None:
    world.support.add(asking("asks"), an_account("held", hold=HELD, assessment=OVER))
    world.support.queues.queues = [replace(QUEUES[0]), replace(QUEUES[1], messages=3)]
    world.support.resting.rests = 4

    counts = tabs(anna.get(path).body)

    assert counts == {"Queue": "1", "Accounts": "", "Held": "1", "Platform": "", "System": "7", "Costs": ""}


def test_nothing_that_waits_is_no_number_and_many_are_so_many_or_more(anna: Visitor, world: FakeWeb) -> None:
    assert set(tabs(anna.get("/desk").body).values()) == {""}

    world.support.add(*(asking(f"asks-{number}") for number in range(MOST_COUNTED)))

    assert tabs(anna.get("/desk").body)["Queue"] == f"{MOST_COUNTED}+"


def test_what_staff_decide_is_counted_at_once_and_the_systems_count_is_a_minute_old(
    anna: Visitor, world: FakeWeb
) -> None:
    world.support.add(asking())
    world.support.resting.rests = 2
    assert tabs(anna.get("/desk").body)["System"] == "2"

    world.support.resting.rests = 0
    anna.sends(f"/desk/accounts/{ACCOUNT}/decline", version="1", reason="Because")

    assert (tabs(anna.get("/desk").body)["Queue"], tabs(anna.get("/desk").body)["System"]) == ("", "2")
    world.now = NOW + COUNTED_EVERY
    assert tabs(anna.get("/desk").body)["System"] == ""


@pytest.mark.parametrize("path", PAGES)
def test_while_the_breaker_is_open_each_page_says_so_and_leads_to_where_it_is_closed(
    anna: Visitor, world: FakeWeb, path: str
) -> None:
    assert "The breaker is open" not in anna.get(path).body

    world.rows.breaker = BreakerState(opened_at=NOW - timedelta(hours=1))
    body = anna.get(path).body

    assert "<b>The breaker is open</b> since 10 March 2026" in body
    assert '<a href="/desk/system#breaker">close the breaker</a>' in body
    assert 'id="breaker"' in anna.get("/desk/system").body
    assert (". Then <a" in body, "Decide about those who are held here, then <a" in body) == (
        False,
        path == "/desk/held",
    )


def test_what_closes_the_breaker_is_called_so_while_it_is_open(anna: Visitor, world: FakeWeb) -> None:
    closed = anna.get("/desk/system").body
    world.rows.breaker = BreakerState(opened_at=NOW - timedelta(hours=1))
    opened = anna.get("/desk/system").body

    assert ("Let more pass in this hour" in closed, "Close the breaker" in closed) == (True, False)
    assert opened.count("Close the breaker") == 2  # what opens the form, and its button
    assert "the rules disable nobody until" not in opened  # some pass, which the next sentence says


@pytest.mark.parametrize(
    "what",
    ["account_counts.count_awaiting_support", "account_counts.count_held", "control.breaker", "queues.dead_letters"],
)
def test_a_count_that_cannot_be_read_takes_no_page_away(anna: Visitor, world: FakeWeb, what: str) -> None:
    world.support.add(asking(), an_account("held", hold=HELD, assessment=OVER))
    world.faults.fail(what)

    page = anna.get("/desk/accounts")

    missing = {"account_counts.count_awaiting_support": "Queue", "account_counts.count_held": "Held"}.get(what)
    assert page.status == 200
    assert {name for name in ("Queue", "Held") if not tabs(page.body)[name]} == ({missing} if missing else set())
