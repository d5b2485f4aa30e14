"""Time alone disables nobody: after a look that kept the account, a disabling needs a newly counted complaint or
bounce, or a person's act."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from tests.support.builders import (
    NOW,
    STAFF,
    TODAY,
    a_complaint_entry,
    an_account,
    complaint_entries,
    days_of,
    evidence,
)
from tests.support.deciding import decide

from permille.domain.account.account import Account
from permille.domain.account.restrictions import Exemption
from permille.domain.policy.policy import DEFAULT
from permille.domain.policy.verdict import Rule, judge
from permille.domain.rules.breaker import BreakerPosition
from permille.domain.rules.evidence import Evidence, Rules
from permille.domain.rules.needs import days_needed_from
from permille.domain.values.status import Mode, Status
from permille.domain.values.tally import Tally, first_day
from permille.reading.standing import still_on_line

ACTIVE, DISABLED = Status.ACTIVE, Status.DISABLED
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ENFORCING, OBSERVING = Rules(DEFAULT, Mode.ENFORCE), Rules(DEFAULT, Mode.MONITOR)
OLDEST = first_day(TODAY, DEFAULT.window_days)
LEAVES = {**days_of(1000, 0, OLDEST), **days_of(1000, 2)}  # tomorrow the clean mail is out of the window
TOMORROW = NOW + DAY


def kept(rules: Rules = ENFORCING, **different: Any) -> Account:
    """An account whose look today found 2 complaints in 2,000, and kept it."""
    account = decide(an_account(**different), Evidence(LEAVES, complaint_entries(2)), rules, NOW).account
    assert (account.status, account.would_disable) == (ACTIVE, False)
    return account


@pytest.mark.parametrize(
    ("more", "after"),
    [
        ({}, ACTIVE),  # nobody sent, and nobody complained
        ({TODAY: Tally(1000, 3)}, DISABLED),
        ({TODAY: Tally(1000, 2, 1)}, DISABLED),  # a bounce
        ({OLDEST: Tally(1000, 1)}, DISABLED),  # about mail that has left the window: it is newly counted all the same
        ({OLDEST - DAY: Tally(0, 1)}, ACTIVE),  # about mail that had left it before
        ({TODAY: Tally(1500, 2)}, ACTIVE),  # deliveries are no complaints
        ({TODAY + DAY: Tally(1000, 0)}, ACTIVE),  # by these the rule is kept again
    ],
)
def test_what_disables_an_account_whose_clean_mail_has_left_the_window(more: dict[date, Tally], after: Status) -> None:
    found = Evidence({**LEAVES, **more}, complaint_entries(2))

    assert decide(kept(), found, ENFORCING, TOMORROW).account.status is after


def test_the_last_look_says_from_when_the_tallies_are_needed() -> None:
    assert days_needed_from(kept(), ENFORCING, NOW + 9 * DAY) == OLDEST
    assert days_needed_from(an_account(), ENFORCING, NOW + 9 * DAY) == OLDEST + 9 * DAY


def test_who_is_above_the_limit_by_time_alone_stays_on_and_falls_to_the_next_complaint() -> None:
    account, told = kept(), list[str]()
    for day in range(1, 20):
        outcome = decide(account, Evidence(LEAVES, complaint_entries(2)), ENFORCING, NOW + day * DAY)
        account, told = outcome.account, told + [str(entry.kind) for entry in outcome.entries]
    assert (account.status, told) == (ACTIVE, [])
    assert account.assessment is not None
    assert (account.assessment.breaks_rule, account.assessment.kept) == (True, True)

    worse = {**LEAVES, TODAY + 20 * DAY: Tally(10, 1)}
    after = decide(account, Evidence(worse, complaint_entries(3)), ENFORCING, NOW + 20 * DAY)

    assert after.account.status is DISABLED
    assert [day.day for day in after.entries[0].facts.days] == [TODAY, TODAY + 20 * DAY]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("before", "rules"),
    [
        (kept(), Rules(replace(DEFAULT, id="default-2"), Mode.ENFORCE)),  # a person set another policy
        (kept(OBSERVING), ENFORCING),  # or another mode
        (replace(kept(), assessment=None), ENFORCING),  # or it was never looked at
    ],
)
def test_a_persons_act_calls_for_a_verdict_of_its_own(before: Account, rules: Rules) -> None:
    assert decide(before, Evidence(LEAVES, complaint_entries(2)), rules, TOMORROW).account.status is DISABLED


def test_when_an_exemption_ends_what_it_spared_is_acted_on() -> None:
    exempt = an_account(exemption=Exemption(NOW + HOUR, "A partner", STAFF))
    spared = decide(exempt, evidence(1000, 2), ENFORCING, NOW).account

    assert decide(spared, evidence(1000, 2), ENFORCING, NOW + HOUR).account.status is DISABLED


@pytest.mark.parametrize("spared", [{}, {"exemption": Exemption(NOW + 30 * DAY, "A partner", STAFF)}])
def test_by_time_alone_nobody_would_be_disabled_either(spared: dict[str, Any]) -> None:
    rules = ENFORCING if spared else OBSERVING
    account = kept(rules, **spared)

    tomorrow = decide(account, Evidence(LEAVES, complaint_entries(2)), rules, TOMORROW)
    worse = {**LEAVES, TODAY: Tally(1000, 3)}
    then = decide(tomorrow.account, Evidence(worse, complaint_entries(3)), rules, TOMORROW + HOUR)

    assert (tomorrow.account.would_disable, tomorrow.entries) == (False, [])
    assert (then.account.would_disable, then.entries[0].kind) == (True, "would_disable")


def test_a_hold_that_a_complaint_began_goes_on_without_another_one() -> None:
    full = replace(evidence(1000, 2), breaker_position=BreakerPosition.OPEN)
    held = decide(an_account(due_at=NOW), full, ENFORCING, NOW).account

    assert held.hold is not None
    assert decide(held, evidence(1000, 2), ENFORCING, NOW + DAY).account.status is DISABLED


def test_above_the_limit_and_still_on_has_words_on_page_and_in_the_mail() -> None:
    old = a_complaint_entry("m-old", TOMORROW, sent_at=NOW - 60 * DAY)
    found = Evidence({**LEAVES, (NOW - 60 * DAY).date(): Tally(0, 1)}, [*complaint_entries(2), old])

    outcome = decide(kept(), found, ENFORCING, TOMORROW)

    (alert,) = outcome.entries
    verdict = judge(DEFAULT, found.days, TOMORROW.date())
    assert alert.data["still_on"]
    assert "That is above the limit, and your SMTP account stays on: only older e-mails have left" in alert.sentence()
    assert still_on_line(outcome.account, verdict, TOMORROW).startswith(
        "Your SMTP account stays on: only older e-mails"
    )


def test_nobody_is_told_to_be_still_on_where_a_complaint_has_just_come() -> None:
    worse = judge(DEFAULT, {**LEAVES, TODAY: Tally(1000, 3)}, TOMORROW.date())
    over = decide(kept(), Evidence(LEAVES, complaint_entries(2)), ENFORCING, TOMORROW).account

    assert still_on_line(over, judge(DEFAULT, LEAVES, TOMORROW.date()), TOMORROW)
    assert still_on_line(over, worse, TOMORROW) == ""


def test_a_bounce_burst_looks_back_three_days() -> None:
    burst = {TODAY: Tally(1000, 0, 300)}

    broken = {ahead: judge(DEFAULT, burst, TODAY + ahead * DAY).rule for ahead in range(5)}

    assert broken == {0: Rule.BOUNCE_BURST, 1: Rule.BOUNCE_BURST, 2: Rule.BOUNCE_BURST, 3: None, 4: None}
