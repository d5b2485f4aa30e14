"""Once a month, on a day of its own, the owner of an active account reads how it stands while complaints count."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import ACCOUNT, NOW, STAFF, an_account, days_of
from tests.support.deciding import decide

from permille.domain.account.monthly_mail import MonthlyMail
from permille.domain.account.restrictions import Exemption
from permille.domain.policy.policy import DEFAULT
from permille.domain.rules.evidence import Evidence, Rules
from permille.domain.rules.monthly_mails import A_MONTH, QUIET_AFTER_ALERT, SENT_WITHIN, SPREAD_OVER, own_day
from permille.domain.rules.outcome import Outcome
from permille.domain.timeline.kinds.monthly import MonthlyStanding
from permille.domain.values.status import Mode, Status

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
OWN_DAY = own_day(ACCOUNT, NOW)
ENFORCING, MONITORING = Rules(DEFAULT, Mode.ENFORCE), Rules(DEFAULT, Mode.MONITOR)


def judged(at: datetime, complaints: int = 1, rules: Rules = ENFORCING, **account: Any) -> Outcome:
    """An account with so many complaints in 4,000 e-mails of the day before, judged at this instant."""
    days = days_of(4000, complaints, (at - DAY).date())
    return decide(an_account(**account), Evidence(days), rules, at)


def kinds(outcome: Outcome) -> list[str]:
    return [entry.kind for entry in outcome.entries]


def test_the_mail_says_the_numbers_of_the_verdict_and_changes_nothing_else() -> None:
    outcome = judged(OWN_DAY + DAY / 8)

    (entry,) = outcome.entries
    assert isinstance(entry.facts, MonthlyStanding)
    assert entry.headline("APWT") == "How you stand with APWT: 1 complaint in 4,000 delivered e-mails"
    assert entry.sentence() == (
        "1 complaint in 4,000 delivered e-mails over the last 45 days: 0.25 per 1,000. You can have 3 more; the one "
        "after that would disable your SMTP account."
    )
    without = decide(
        an_account(monthly_mail=MonthlyMail(stopped=True)),
        Evidence(days_of(4000, 1, (OWN_DAY - DAY * 7 / 8).date())),
        ENFORCING,
        OWN_DAY + DAY / 8,
    ).account
    written = replace(without, monthly_mail=MonthlyMail(last_at=OWN_DAY + DAY / 8), decided_at=OWN_DAY + DAY / 8)
    assert outcome.account == written


@pytest.mark.parametrize(
    ("after", "is_written"),
    [
        (-SECOND, False),
        (timedelta(), True),
        (DAY, True),
        (SENT_WITHIN - SECOND, True),
        (SENT_WITHIN, False),
        (7 * DAY, False),
    ],
)
def test_it_is_written_on_the_accounts_own_day_or_the_day_after(after: timedelta, is_written: bool) -> None:
    assert kinds(judged(OWN_DAY + after)) == (["monthly_standing"] if is_written else [])


@pytest.mark.parametrize(
    "account",
    [
        {"monthly_mail": MonthlyMail(stopped=True)},
        {"owner_mail": "bounced"},
        {"owner_mail": "complained"},
        {"monthly_mail": MonthlyMail(last_at=OWN_DAY - A_MONTH + SECOND)},
        {"alerted_at": OWN_DAY - QUIET_AFTER_ALERT + SECOND},
        {"status": Status.DISABLED},
        {"status": Status.CLOSED},
    ],
    ids=lambda account: "-".join(map(str, account)),
)
def test_who_does_not_want_it_cannot_get_it_or_knows_already_gets_none(account: dict[str, Any]) -> None:
    assert "monthly_standing" not in kinds(judged(OWN_DAY, **account))


def test_without_a_complaint_in_the_window_there_is_none() -> None:
    assert kinds(judged(OWN_DAY, complaints=0)) == []


def test_in_monitor_mode_no_owner_is_mailed() -> None:
    assert kinds(judged(OWN_DAY, rules=MONITORING)) == []


def test_whoever_is_disabled_in_that_minute_gets_the_mail_about_that_alone() -> None:
    assert kinds(judged(OWN_DAY, complaints=9)) == ["disabled"]


def test_an_exempt_owner_reads_until_when_no_rule_disables_the_account() -> None:
    exempt = Exemption(OWN_DAY + 9 * DAY, "A partner", STAFF)

    outcome = judged(OWN_DAY, complaints=9, exemption=exempt)

    assert kinds(outcome) == ["would_disable", "monthly_standing"]
    assert "No rule disables your SMTP account until" in outcome.entries[1].sentence()
    assert outcome.account.status is Status.ACTIVE


def test_what_was_above_the_limit_by_time_alone_is_said_and_disables_nobody() -> None:
    before = decide(an_account(), Evidence(days_of(2000, 2, OWN_DAY.date())), ENFORCING, OWN_DAY - DAY).account

    after = decide(before, Evidence(days_of(1000, 2, OWN_DAY.date())), ENFORCING, OWN_DAY)

    assert kinds(after) == ["monthly_standing"]
    assert "That is above the limit, and" in after.entries[0].sentence()
    assert after.account.status is Status.ACTIVE


def test_the_days_of_accounts_are_spread_over_the_month() -> None:
    days = Counter(own_day(f"shop-{number}", NOW).day for number in range(2800))

    assert set(days) == set(range(1, SPREAD_OVER + 1))
    assert max(days.values()) < 2 * 2800 / SPREAD_OVER


@given(st.lists(st.integers(0, 400 * 24 * 60), min_size=1, max_size=80), st.sampled_from(["UTC", "Asia/Tokyo"]))
def test_however_often_it_is_judged_an_account_gets_one_a_month_at_most(minutes: list[int], zone: str) -> None:
    account = an_account(timezone=zone)
    written = list[datetime]()
    for at in (NOW + timedelta(minutes=one) for one in sorted(minutes)):
        outcome = decide(account, Evidence(days_of(4000, 1, (at - DAY).date())), ENFORCING, at)
        account = outcome.account
        written += [entry.at for entry in outcome.entries if entry.kind == "monthly_standing"]

    months = Counter((at.astimezone(UTC).year, at.astimezone(UTC).month) for at in written)
    assert all(number == 1 for number in months.values())
    assert all(later - earlier >= A_MONTH for earlier, later in pairwise(written))
