"""A disabling by a rule is judged once more an hour later, and taken back where it came too early."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from tests.support.builders import (
    NOW,
    STAFF,
    TODAY,
    a_backlog,
    a_request,
    an_account,
    complaint_entries,
    days_of,
    decided,
    evidence,
)
from tests.support.deciding import decide

from permille.domain.account.account import TICK, Account
from permille.domain.account.restrictions import Hold, Recheck
from permille.domain.people.staff_commands import ApproveReview, Close, DeclineReview, Enable, Exempt
from permille.domain.policy.policy import DEFAULT, SecondChance
from permille.domain.rules.breaker import ReturnPass, hour_of
from permille.domain.rules.evidence import Evidence, Rules
from permille.domain.rules.needs import days_needed_from
from permille.domain.rules.outcome import Outcome
from permille.domain.rules.recheck import OFF_WITHIN
from permille.domain.values.status import HoldReason, Mode, Status
from permille.domain.values.tally import first_day

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULES = Rules(DEFAULT, Mode.ENFORCE)
ACTIVE, DISABLED = Status.ACTIVE, Status.DISABLED
LATER = NOW + HOUR


def disabled(**different: Any) -> Account:
    """By a rule, with 2 complaints in 1,999 delivered; the credential is off."""
    account = decide(an_account(**different), evidence(1999, 2), RULES, NOW).account
    return replace(account, credential=replace(account.credential, observed=account.switch_generation))


def look(account: Account, found: Evidence, now: datetime = LATER, rules: Rules = RULES) -> Outcome:
    return decide(account, found, rules, now)


def test_it_is_taken_back_by_itself_where_the_mail_sent_before_keeps_the_rule_now() -> None:
    outcome = look(disabled(strikes=1), evidence(4999, 2))

    account = outcome.account
    assert (account.status, account.strikes, account.in_sync, account.due_at) == (ACTIVE, 1, False, LATER)
    assert (account.recheck, account.reversed_at, account.review) == (None, LATER, None)
    assert [entry.kind for entry in outcome.entries] == ["disabling_reversed"]
    assert outcome.breaker == [ReturnPass(hour_of(NOW))]


def test_a_disabling_that_staff_let_happen_was_never_counted_by_the_breaker() -> None:
    let_happen = Hold(HoldReason.BREAKER, NOW - HOUR, needs_staff=True, released=True)

    outcome = look(disabled(hold=let_happen), evidence(4999, 2))

    assert [entry.kind for entry in outcome.entries] == ["disabling_reversed"]
    assert outcome.breaker == []


def test_it_stays_where_the_rule_is_broken_still_and_nobody_looks_again() -> None:
    outcome = look(disabled(), evidence(1999, 2))

    assert (outcome.account.status, outcome.entries) == (DISABLED, [])
    assert (outcome.account.recheck, outcome.account.due_at) == (None, None)


@pytest.mark.parametrize("late", [timedelta(hours=14), timedelta(days=400)])
def test_that_the_complaints_leave_the_window_meanwhile_is_no_reason(late: timedelta) -> None:
    oldest = first_day(TODAY, DEFAULT.window_days)
    found = Evidence(days_of(1999, 2, oldest), complaint_entries(2))
    account = decide(an_account(), found, RULES, NOW).account

    outcome = look(account, found, NOW + late)

    assert outcome.account.status is DISABLED
    assert days_needed_from(account, RULES, NOW + late) == oldest


def test_nobody_looks_before_the_hour_is_over() -> None:
    outcome = look(disabled(), evidence(4999, 2), LATER - timedelta(seconds=1))

    assert (outcome.account.status, outcome.account.due_at) == (DISABLED, LATER)


@pytest.mark.parametrize(("minutes", "recheck"), [(30, Recheck(NOW + HOUR / 2, NOW)), (0, None)])
def test_after_how_long_is_a_number_of_the_policy_and_0_is_never(minutes: int, recheck: Recheck | None) -> None:
    rules = Rules(replace(DEFAULT, recheck_after_minutes=minutes), Mode.ENFORCE)

    assert decide(an_account(), evidence(1999, 2), rules, NOW).account.recheck == recheck


@pytest.mark.parametrize(("ago", "looked_at_again"), [(DAY - timedelta(seconds=1), False), (DAY, True)])
def test_at_most_one_a_day_is_taken_back(ago: timedelta, looked_at_again: bool) -> None:
    account = decide(an_account(reversed_at=NOW - ago), evidence(1999, 2), RULES, NOW).account

    assert (account.recheck is not None) == looked_at_again


def test_while_nobody_can_be_judged_the_look_is_put_off() -> None:
    stalled = replace(evidence(4999, 2), backlog=a_backlog(1, NOW))
    unread = Rules(None, Mode.ENFORCE)

    for outcome in (look(disabled(), stalled), look(disabled(), evidence(4999, 2), rules=unread)):
        assert (outcome.account.status, outcome.account.due_at) == (DISABLED, LATER)
        assert outcome.account.recheck is not None


def asked(account: Account) -> Account:
    return decided(account, a_request()).account


CHANCE = SecondChance()
BY_SUPPORT = {
    "enable": lambda one: decided(one, Enable(reason="Why", by=STAFF)),
    "close": lambda one: decided(one, Close(reason="Why", by=STAFF)),
    "exempt": lambda one: decided(one, Exempt(until=LATER + DAY, reason="Why", by=STAFF)),
    "approve": lambda one: decided(asked(one), ApproveReview(day=TODAY + DAY, by=STAFF)),
    "decline": lambda one: decided(asked(one), DeclineReview(reason="Why", by=STAFF)),
}


@pytest.mark.parametrize("decision", BY_SUPPORT)
def test_nothing_is_taken_back_where_support_has_decided_meanwhile(decision: str) -> None:
    account = BY_SUPPORT[decision](disabled()).account

    outcome = look(account, evidence(4999, 2))

    assert account.recheck is None
    assert "disabling_reversed" not in [entry.kind for entry in outcome.entries]


def test_an_owner_who_has_asked_for_a_review_meanwhile_need_not_wait_for_it() -> None:
    account = look(asked(disabled()), evidence(4999, 2)).account

    assert (account.status, account.review) == (ACTIVE, None)


def test_who_failed_the_trial_is_not_looked_at_again() -> None:
    from tests.domain.test_trial import BEGINS, found, running

    account = look(running(), found(800, 1), BEGINS + HOUR).account

    assert (account.status, account.recheck) == (DISABLED, None)


@pytest.mark.parametrize(("day", "due_at"), [(TODAY + 3 * DAY, LATER), (TODAY + DAY, LATER)])
def test_an_open_request_is_reminded_of_beside_the_second_look(day: date, due_at: datetime) -> None:
    account = decided(disabled(), a_request(day=day)).account

    reminded = look(account, evidence(1999, 2), NOW + timedelta(minutes=1)).account
    assert reminded.due_at == due_at
    over = look(reminded, evidence(1999, 2), LATER)

    begins_at = datetime.combine(day, time(), UTC)
    assert over.account.due_at == (begins_at - DAY if begins_at - DAY > LATER else begins_at + DAY)


def test_who_was_not_read_back_to_be_off_may_have_gone_on_sending_and_is_not_judged_again() -> None:
    sends_on = disabled().to_be_switched()

    outcome = look(sends_on, evidence(20_000, 2))

    assert (outcome.account.status, outcome.account.recheck, outcome.entries) == (DISABLED, None, [])


@pytest.mark.parametrize(("late", "waits"), [(timedelta(0), True), (DAY, False)])
def test_while_feedback_waits_that_was_sent_before_a_broken_rule_is_looked_at_again_for_a_day(
    late: timedelta, waits: bool
) -> None:
    now = LATER + late
    found = replace(evidence(1999, 2), backlog=a_backlog(9, now, oldest_sent_at=NOW - HOUR))

    account = look(disabled(), found, now).account

    assert (account.recheck is not None, account.due_at) == (waits, now if waits else None)


def test_whose_credential_was_read_back_to_be_off_too_late_is_not_judged_again() -> None:
    waits = decide(an_account(), evidence(1999, 2), RULES, NOW).account

    in_time = look(waits, evidence(1999, 2), NOW + OFF_WITHIN - TICK).account
    too_late = look(waits, evidence(1999, 2), NOW + OFF_WITHIN).account

    assert in_time.recheck is not None
    assert (too_late.recheck, too_late.due_at) == (None, NOW + OFF_WITHIN)  # due for the switch
