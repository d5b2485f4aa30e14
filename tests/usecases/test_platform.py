"""The whole platform: SES's figures, and who contributes the most complaints."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.support.builders import NOW, TODAY, an_account
from tests.support.desk_world import FakeDesk

from permille.domain.account.account import Account
from permille.domain.account.assessment import Assessment
from permille.domain.policy.policy import DEFAULT
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally, first_day
from permille.ports.desk import SesFigures, SesRate
from permille.usecases.views import platform as of

FIRST = first_day(TODAY, DEFAULT.window_days)


@pytest.fixture
def world() -> FakeDesk:
    return FakeDesk()


def sent(world: FakeDesk, account_id: str, counts: Tally, day: date = TODAY, **different: Any) -> Account:
    """An account with what it sent today, as it was judged on `day`."""
    look = Assessment(day, counts.delivered, counts.complaints, counts.bounces, 0)
    account = an_account(account_id, assessment=look, **different)
    world.add(account)
    world.rows.tallies[account_id, account.epoch, day] = counts
    return account


def shown(world: FakeDesk) -> list[tuple[str, int]]:
    found = of.platform(world.desk, NOW).complaints
    assert found is not None
    return [(one.account.id, found.number(one)) for one in found.contributors]


def test_whoever_has_the_most_complaints_comes_first_whether_above_the_limit_or_off(world: FakeDesk) -> None:
    sent(world, "big", Tally(1_000_000, 800))
    sent(world, "tiny", Tally(100, 1))
    sent(world, "spammer", Tally(1000, 40), status=Status.DISABLED)
    sent(world, "fine", Tally(5000, 0))

    assert shown(world) == [("big", 800), ("spammer", 40), ("tiny", 1)]


def test_the_counts_are_those_of_now_and_not_of_the_last_look(world: FakeDesk) -> None:
    sent(world, "a", Tally(1000, 2))
    sent(world, "b", Tally(1000, 3), status=Status.DISABLED)
    world.rows.tallies["a", 1, TODAY] = Tally(1500, 5)

    assert shown(world) == [("a", 5), ("b", 3)]


def test_whose_complaints_have_left_the_window_is_not_shown(world: FakeDesk) -> None:
    sent(world, "first-day", Tally(1000, 2), FIRST)
    sent(world, "before", Tally(1000, 90), FIRST - timedelta(days=1), status=Status.DISABLED)
    aged = sent(world, "aged", Tally(1000, 3))
    world.rows.tallies[aged.id, 1, FIRST - timedelta(days=1)] = world.rows.tallies.pop((aged.id, 1, TODAY))

    assert shown(world) == [("first-day", 2)]


def test_a_few_are_shown_and_no_more_are_read(world: FakeDesk) -> None:
    for number in range(of.SHOWN + 30):
        sent(world, f"a-{number:02}", Tally(100_000, 1 + number))

    assert shown(world) == [(f"a-{number:02}", 1 + number) for number in range(39, 29, -1)]


def test_who_was_judged_too_long_ago_crowds_nobody_out(world: FakeDesk) -> None:
    for number in range(of.LOOKED_AT - of.SHOWN):
        sent(world, f"old-{number}", Tally(1000, 900), FIRST - timedelta(days=1))
    for number in range(of.SHOWN):
        sent(world, f"new-{number}", Tally(1000, 9 - number + 1))

    assert [account_id for account_id, _ in shown(world)] == [f"new-{number}" for number in range(of.SHOWN)]


@pytest.mark.parametrize(
    ("counted", "shares"),
    [
        (80, [Decimal("50.0"), Decimal("12.5")]),
        (50, [Decimal("80.0"), Decimal("20.0")]),
        (49, [None, None]),  # SES tells of fewer than these two have: there is nothing to compare
        (0, [None, None]),
    ],
)
def test_the_part_of_each_is_of_all_complaints_that_ses_has_counted(
    world: FakeDesk, counted: int, shares: list[Decimal | None]
) -> None:
    sent(world, "a", Tally(1_000_000, 40))
    sent(world, "b", Tally(1_000_000, 10))
    world.ses.told = SesFigures(None, None, Tally(3_000_000, counted))

    found = of.platform(world.desk, NOW).complaints

    assert found is not None
    assert [found.share(one) for one in found.contributors] == shares


def test_whoever_has_the_most_bounces_has_a_list_too(world: FakeDesk) -> None:
    sent(world, "old-list", Tally(800, 0, 200))
    sent(world, "complaints", Tally(1000, 9))
    sent(world, "both", Tally(1000, 1, 50))
    world.ses.told = SesFigures(None, None, Tally(3000, 10, 1000))

    found = of.platform(world.desk, NOW).bounces

    assert found is not None
    ranked = [(one.account.id, found.number(one), found.share(one)) for one in found.contributors]
    assert ranked == [("old-list", 200, Decimal("20.0")), ("both", 50, Decimal("5.0"))]


def test_sess_figures_are_those_of_the_window(world: FakeDesk) -> None:
    told = SesFigures(SesRate(Decimal("0.00083"), NOW), None, Tally(1000, 1))
    world.ses.told = told

    found = of.platform(world.desk, NOW)

    assert (found.days, found.figures, world.ses.asked) == (45, told, [FIRST])


@pytest.mark.parametrize(
    ("broken", "unknown"),
    [
        ("ses.figures", {"figures"}),
        ("account_index.with_most.complaints", {"complaints"}),
        ("account_index.with_most.bounces", {"bounces"}),
        ("tallies.days", {"complaints"}),
        ("policies.current", set()),
    ],
)
def test_what_cannot_be_known_does_not_keep_the_rest_from_being_shown(
    world: FakeDesk, broken: str, unknown: set[str]
) -> None:
    sent(world, "a", Tally(1000, 1))
    world.faults.fail(broken)

    found = of.platform(world.desk, NOW)

    assert {name for name in ("figures", "complaints", "bounces") if getattr(found, name) is None} == unknown


def test_without_a_policy_nobody_is_judged_and_sess_figures_are_those_of_the_default_window(world: FakeDesk) -> None:
    sent(world, "a", Tally(1000, 1))
    world.faults.fail("policies.current", times=2)

    found = of.platform(world.desk, NOW)

    assert (found.days, found.complaints, world.ses.asked) == (45, None, [FIRST])
