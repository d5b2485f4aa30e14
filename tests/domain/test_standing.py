"""How an account stands, in the sentences that its owner reads first."""

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.support.builders import CALLER, NOW, STAFF, TODAY, a_verdict, an_account, an_entry
from tests.support.reports import APPROVED, ASKED

from permille.domain.account.account import Account
from permille.domain.account.credential import Denial
from permille.domain.account.judging import judge_account
from permille.domain.account.restrictions import Exemption, Hold, Recheck
from permille.domain.account.second_chance import Trial, TrialState
from permille.domain.policy.policy import ALLPROWEBTOOLS, DEFAULT
from permille.domain.policy.verdict import Verdict, judge
from permille.domain.timeline.timeline import Entry
from permille.domain.values.status import HoldReason, Status
from permille.domain.values.tally import Tally
from permille.domain.words.wording import rate
from permille.reading.standing import (
    ReportTone,
    broken_line,
    chance_line,
    exemption_line,
    few_line,
    held_line,
    numbers_line,
    status_line,
    tone,
    undecided_line,
)
from permille.reading.staying_off import by_hand_line, stays_off_line

A_DAY = timedelta(days=1)
TRIAL = Trial(TrialState.SCHEDULED, TODAY + 5 * A_DAY, NOW + 5 * A_DAY, NOW + 6 * A_DAY, NOW + 8 * A_DAY)
OFF = an_account(status=Status.DISABLED)
SINCE = an_entry("disabled", NOW - 6 * A_DAY)
DENIED = an_account(denial=Denial((CALLER,), NOW - 3 * A_DAY))
BOUNCED = judge(DEFAULT, {TODAY: Tally(4000, 0, 300)}, TODAY)


@pytest.mark.parametrize(
    ("account", "verdict", "expected", "looks"),
    [
        (an_account(), a_verdict(1000, 0), "It works.", ReportTone.GOOD),
        (an_account(), a_verdict(1000, 1), "It works, and you are close to the limit.", ReportTone.WARN),
        (an_account(), a_verdict(1000, 2), "It works, although you are above the limit.", ReportTone.WARN),
        (an_account(), BOUNCED, "It works, although too many of your e-mails bounced.", ReportTone.WARN),
        (OFF, a_verdict(1000, 2), "It is off since 4 March 2026.", ReportTone.BAD),
        (
            replace(OFF, review=ASKED),
            a_verdict(1000, 2),
            "It is off since 4 March 2026, and your request for a review is with support.",
            ReportTone.BAD,
        ),
        (
            replace(OFF, review=APPROVED, trial=TRIAL),
            a_verdict(1000, 2),
            "It is off since 4 March 2026, and works again on 15 March 2026, for that day.",
            ReportTone.BAD,
        ),
        (
            replace(OFF, status=Status.TRIAL, trial=replace(TRIAL, state=TrialState.RUNNING)),
            a_verdict(800, 0),
            "It works today, and today only.",
            ReportTone.WAIT,
        ),
        (
            replace(OFF, status=Status.OBSERVING, trial=replace(TRIAL, state=TrialState.OBSERVING)),
            a_verdict(800, 0),
            "It is off until we know what the recipients say, on 18 March 2026.",
            ReportTone.WAIT,
        ),
        (
            replace(
                OFF,
                status=Status.OBSERVING,
                trial=replace(TRIAL, state=TrialState.OBSERVING, confirmation_requested=True),
            ),
            a_verdict(800, 0),
            "It is off; your trial went well, and support has the last look.",
            ReportTone.WAIT,
        ),
        (replace(OFF, status=Status.CLOSED), a_verdict(1000, 0), "It has been closed.", ReportTone.BAD),
        (DENIED, a_verdict(1000, 0), "It is off since 7 March 2026.", ReportTone.BAD),
        (replace(DENIED, status=Status.TRIAL), a_verdict(1000, 0), "It is off since 7 March 2026.", ReportTone.BAD),
    ],
)
def test_the_status_is_one_sentence(account: Account, verdict: Verdict, expected: str, looks: ReportTone) -> None:
    assert status_line(account, verdict, SINCE, UTC, "It") == expected
    assert tone(account, verdict) is looks


def test_whoever_was_denied_by_hand_is_told_who_did_it_and_that_nothing_is_left() -> None:
    assert by_hand_line(DENIED, "APWT") == (
        "APWT Support has switched off your APWT SMTP account by hand. No rule did it."
    )
    assert by_hand_line(an_account(), "APWT") == ""
    assert numbers_line(DENIED, a_verdict(4212, 2)).endswith("; the limit is 1 per 1,000")


def test_where_nobody_knows_since_when_it_does_not_say() -> None:
    assert status_line(OFF, a_verdict(), None, UTC, "It") == "It is off."


@pytest.mark.parametrize(
    ("status", "delivered", "complaints", "expected"),
    [
        (Status.ACTIVE, 4212, 2, "2 complaints in 4,212 delivered: 0.48 per 1,000; you can have 2 more"),
        (Status.ACTIVE, 0, 0, "0 complaints in 0 delivered; you can have 1 more"),
        (
            Status.ACTIVE,
            20,
            1,
            "1 complaint in 20 delivered: 50.00 per 1,000; one more would disable your SMTP account",
        ),
        (Status.ACTIVE, 1, 1, "1 complaint in 1 delivered; one more would disable your SMTP account"),
        (Status.ACTIVE, 1000, 2, "2 complaints in 1,000 delivered: 2.00 per 1,000; the limit is 1 per 1,000"),
        (Status.DISABLED, 5000, 2, "2 complaints in 5,000 delivered: 0.40 per 1,000; the limit is 1 per 1,000"),
        (
            Status.TRIAL,
            800,
            0,
            "0 complaints in 800 delivered: 0.00 per 1,000; one complaint about your trial day ends it",
        ),
    ],
)
def test_the_numbers_are_one_sentence(status: Status, delivered: int, complaints: int, expected: str) -> None:
    assert numbers_line(an_account(status=status), a_verdict(delivered, complaints)) == expected


ENDS_IT, LIMIT = "one complaint about your trial day ends it", "the limit is 1 per 1,000"


@pytest.mark.parametrize(
    ("status", "state", "ratio_above", "delivered", "left"),
    [
        (Status.TRIAL, TrialState.RUNNING, 0, 800, ENDS_IT),
        (Status.TRIAL, TrialState.RUNNING, 500, 400, "you can have 1 more"),  # more of the batch may come
        (Status.TRIAL, TrialState.RUNNING, 500, 501, "you can have 1 more"),
        (Status.OBSERVING, TrialState.OBSERVING, 0, 800, ENDS_IT),
        (Status.OBSERVING, TrialState.OBSERVING, 500, 500, ENDS_IT),
        (Status.OBSERVING, TrialState.OBSERVING, 500, 501, LIMIT),
    ],
)
def test_what_is_left_in_a_trial_is_what_ends_it(
    status: Status, state: TrialState, ratio_above: int, delivered: int, left: str
) -> None:
    account = an_account(status=status, trial=replace(TRIAL, state=state, ratio_above=ratio_above))
    verdict = judge_account(account, DEFAULT, {TODAY: Tally(delivered)}, TODAY)

    assert numbers_line(account, verdict).endswith(f"; {left}")
    assert verdict.allowance_left == int(left not in (ENDS_IT, LIMIT))


@pytest.mark.parametrize(
    ("complaints", "delivered", "said"),
    [
        (2, 1000, "about 26 would have 2 or more complaints in 1,000 delivered e-mails"),
        (1, 500, "about 39 would have 1 or more complaints in 500 delivered e-mails"),
        (1, 52, "about 5 would have 1 or more complaints in 52 delivered e-mails"),
        (1, 51, ""),  # 4.97 %
        (1, 1000, ""),  # exactly the limit is not above it
        (2, 4212, ""),
        (0, 0, ""),
        (5, 1000, ""),  # 0.4 %: that is no bad luck
        (2, 20, ""),
    ],
)
def test_small_numbers_above_the_limit_can_be_bad_luck(complaints: int, delivered: int, said: str) -> None:
    line = chance_line(a_verdict(delivered, complaints))

    assert said in line
    assert bool(line) == bool(said)


def test_bad_luck_is_no_excuse_for_a_broken_rule() -> None:
    assert "the number counts all the same" in chance_line(a_verdict(1000, 2))
    assert "counts all the same" not in chance_line(a_verdict(500, 1))


@pytest.mark.parametrize(
    ("exemption", "now", "said"),
    [
        (None, NOW, ""),
        (Exemption(NOW + A_DAY, "A test", STAFF), NOW, "until 11 March 2026, 13:00 (UTC+01:00)."),
        (Exemption(NOW + A_DAY, "A test", STAFF), NOW + A_DAY, ""),
    ],
)
def test_an_exemption_is_said_while_it_lasts(exemption: Exemption | None, now: Any, said: str) -> None:
    line = exemption_line(an_account(exemption=exemption), now, ZoneInfo("Europe/Vienna"))

    assert said in line
    assert bool(line) == bool(said)


@pytest.mark.parametrize(
    ("account", "delivered", "since", "said"),
    [
        (
            OFF,
            2000,
            SINCE,
            (
                "By now the numbers are exactly at the limit, which keeps the rules. That alone does not switch it "
                "on again. The time in which the e-mails sent before are judged once more is over; the way back is a "
                "review."
            ),
        ),
        (
            replace(OFF, recheck=Recheck(NOW + A_DAY, NOW)),
            2001,
            SINCE,
            (
                "By now the numbers keep the rules. That alone does not switch it on again. On 11 March 2026, "
                "13:00 (UTC+01:00) the e-mails sent before are judged once more, and if they keep the rules, it is "
                "switched on."
            ),
        ),
        (OFF, 1999, SINCE, ""),
        (OFF, 2000, an_entry("staff_disabled"), ""),
        (OFF, 2000, None, ""),
        (an_account(), 2000, an_entry("created"), ""),
    ],
)
def test_whoever_is_off_though_the_numbers_keep_the_rules_by_now_is_told_why(
    account: Account, delivered: int, since: Entry | None, said: str
) -> None:
    line = stays_off_line(account, a_verdict(delivered, 2), since, ZoneInfo("Europe/Vienna"))

    assert line == said


def test_another_rule_than_the_ratio_says_its_own_numbers() -> None:
    burst = judge(ALLPROWEBTOOLS, {TODAY: Tally(1_000_000, 4)}, TODAY)

    assert "300 bounced for good" in broken_line(an_account(), BOUNCED)
    assert "4 complaints about the e-mails of the last 7 days" in broken_line(an_account(), burst)
    assert broken_line(an_account(), a_verdict(1000, 2)) == ""
    assert broken_line(an_account(), a_verdict(1000, 0)) == ""


def test_a_rate_that_says_nothing_is_not_said() -> None:
    assert rate(Tally(1, 1)) == rate(Tally(0, 0)) == rate(Tally(2, 3)) == ""
    assert rate(Tally(3000, 1)) == "0.34"


@pytest.mark.parametrize(
    ("account", "said"),
    [
        (an_account(hold=Hold(HoldReason.FEEDBACK, NOW)), "not all of your e-mails have been counted"),
        (an_account(hold=Hold(HoldReason.BREAKER, NOW, needs_staff=True)), "support looks at it first"),
        (an_account(), ""),
        (an_account(status=Status.DISABLED), ""),
    ],
)
def test_who_breaks_a_rule_and_is_held_reads_that_it_is_not_decided(account: Account, said: str) -> None:
    line = held_line(account)

    assert said in line
    assert bool(line) == bool(said)


@pytest.mark.parametrize(
    ("account", "delivered", "complaints", "said"),
    [
        (an_account(), 700, 1, "So few complaints disable nobody, although they are above the limit."),
        (an_account(), 0, 1, "So few complaints disable nobody, although they are above the limit."),
        (an_account(), 1000, 1, ""),  # exactly the limit is not above it
        (an_account(), 700, 0, ""),
        (an_account(), 700, 2, ""),  # which breaks the rule
        (OFF, 700, 1, ""),
    ],
)
def test_who_is_above_the_limit_by_too_few_complaints_reads_that_they_disable_nobody(
    account: Account, delivered: int, complaints: int, said: str
) -> None:
    assert few_line(account, a_verdict(delivered, complaints)) == said


@pytest.mark.parametrize(
    ("account", "complaints", "said"),
    [
        (an_account(), 2, "That is new: whether your SMTP account stays on is decided within minutes."),
        (an_account(would_disable=True), 2, "Nothing is switched off for it: at the moment the rules only watch."),
        (an_account(), 1, ""),
        (an_account(hold=Hold(HoldReason.FEEDBACK, NOW)), 2, ""),  # which held_line() tells
        (an_account(exemption=Exemption(NOW + A_DAY, "A test", STAFF)), 2, ""),
        (OFF, 2, ""),
    ],
)
def test_who_breaks_a_rule_and_is_on_always_reads_why(account: Account, complaints: int, said: str) -> None:
    assert undecided_line(account, a_verdict(1000, complaints), NOW) == said
