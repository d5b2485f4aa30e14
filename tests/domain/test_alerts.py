"""When the owner is alerted, and what an alert says of the account's state."""

import json
from datetime import datetime, timedelta

import pytest
from tests.support.builders import NOW, a_complaint_entry, an_account, complaint_entries, evidence
from tests.support.deciding import decide

from permille.aws.account_rows import account_row
from permille.domain.account.account import TICK, Account
from permille.domain.account.restrictions import Exemption
from permille.domain.policy.policy import DEFAULT
from permille.domain.rules.evidence import Rules
from permille.domain.timeline.kinds.alert import Alert
from permille.domain.timeline.kinds.verdicts import Disabled
from permille.domain.timeline.timeline import only
from permille.domain.values.status import Mode
from permille.domain.words.mail_text import MailContext

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ENFORCING = Rules(DEFAULT, Mode.ENFORCE)


def exempt(until: timedelta) -> Exemption:
    return Exemption(NOW + until, "A partner", "arn")


def the_alert(account: Account, complaints: int) -> Alert:
    outcome = decide(account, evidence(100_000, complaints), ENFORCING, NOW)
    (alert,) = only(Alert, outcome.entries)
    return alert.facts


@pytest.mark.parametrize(("until", "told"), [(HOUR, NOW + HOUR), (-HOUR, ""), (timedelta(), "")])
def test_an_alert_names_an_exemption_that_lasts_and_none_that_has_ended(until: timedelta, told: object) -> None:
    account = an_account(due_at=NOW, exemption=exempt(until))

    assert the_alert(account, 2).exempt_until == told


def test_an_account_that_keeps_the_rules_is_not_said_to_stay_on_although_it_breaks_one() -> None:
    assert the_alert(an_account(due_at=NOW), 2).still_on is False


@pytest.mark.parametrize(
    ("began", "over"),
    [
        (NOW - 3 * HOUR, "since 10 March 2026, when counting began anew"),
        (NOW - 50 * DAY, "over the last 45 days"),  # before the window
    ],
)
def test_where_counting_began_anew_in_the_window_an_alert_says_since_when(began: datetime, over: str) -> None:
    account = an_account(due_at=NOW, epochs=(NOW - 60 * DAY, began))

    assert f"2 complaints in 100,000 delivered e-mails {over}: 0.02 per 1,000." in the_alert(account, 2).sentence()


def test_a_disabling_says_since_when_its_e_mails_were_counted() -> None:
    account = an_account(due_at=NOW, epochs=(NOW - 3 * HOUR,))

    (disabled,) = only(Disabled, decide(account, evidence(1000, 2), ENFORCING, NOW).entries)

    assert "Counted: e-mails sent on 10 March 2026." in disabled.facts.mail(MailContext("APWT"))[0].text
    assert disabled.facts.counted_since == account.epochs[-1]


def test_an_ended_exemption_makes_no_account_due() -> None:
    account = an_account(due_at=NOW, exemption=exempt(-HOUR))

    assert decide(account, evidence(1000, 0), ENFORCING, NOW).account.due_at is None


@pytest.mark.parametrize(
    ("ends", "due"),
    [(10 * MINUTE, 10 * MINUTE), (2 * HOUR, 59 * MINUTE)],  # before the next alert may be sent, and after it
)
def test_an_account_is_due_for_its_next_alert_or_for_the_end_of_its_exemption_whichever_is_first(
    ends: timedelta, due: timedelta
) -> None:
    account = an_account(due_at=NOW, alerted_at=NOW - MINUTE, exemption=exempt(ends))

    outcome = decide(account, evidence(100_000, 1, complaint_entries(1)), ENFORCING, NOW)

    assert (outcome.account.due_at, outcome.entries) == (NOW + due, [])


@pytest.mark.parametrize("exemption", [None, exempt(HOUR)])
def test_however_many_complaints_come_at_once_the_account_fits_into_its_row(exemption: Exemption | None) -> None:
    """A row of DynamoDB has 400 KB at most. A replay of the quarantine can count tens of thousands within a minute."""
    flood = [a_complaint_entry(f"m-{number}", NOW - TICK) for number in range(20_000)]

    after = decide(an_account(exemption=exemption), evidence(100_000, 20_000, flood), ENFORCING, NOW).account

    assert after.alerted_at == NOW
    assert len(json.dumps(account_row(after))) < 100_000
