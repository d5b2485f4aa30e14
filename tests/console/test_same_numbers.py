"""Page, mail, CSV, JSON, desk and command agree on the numbers of an account, after each step of its story."""

import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.builders import ACCOUNT, CALLER
from tests.support.surfaces import Platform

from permille.domain.rules.backlog import COUNTED_WITHIN
from permille.domain.values.status import Mode, Status
from permille.domain.values.tally import Tally
from permille.ports.desk import SesFigures

A_DAY = timedelta(days=1)
REQUEST = ("--batch", "800", "--cause", "An old list", "--change", "Took it off")
INSTANT = re.compile(r"(\d{1,2} [A-Z][a-z]{3,} \d{4}, \d\d:\d\d)(?: \(UTC([+-]\d\d:\d\d)?\)| UTC)")


@pytest.fixture
def platform(capsys: pytest.CaptureFixture[str]) -> Platform:
    return Platform(capsys)


def everybody_agrees(platform: Platform, status: Status, **expected: Any) -> None:
    """Whatever facts two surfaces both tell are the same, and those that are expected."""
    told: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for surface, facts in platform.said():
        for name, value in facts.items():
            told[name][str(value)].append(surface)
    contradictions = {name: dict(values) for name, values in told.items() if len(values) > 1}
    assert contradictions == {}
    wanted = {"status": status, "may_send": platform.account.may_send, **expected}
    assert {name: next(iter(told[name])) for name in wanted} == {name: str(value) for name, value in wanted.items()}
    instants_are_shown_one_way(platform)


def instants_are_shown_one_way(platform: Platform) -> None:
    """Those of a trial: to everybody as the account's own zone has them."""
    trial = platform.account.trial
    wanted = {trial.begins_at, trial.ends_at, trial.verdict_at} if trial else set()
    shown = defaultdict[datetime, set[str]](set)
    for _, text in platform.texts_for_people():
        for found in INSTANT.finditer(text):
            at = datetime.strptime(f"{found[1]} {found[2] or '+00:00'}", "%d %B %Y, %H:%M %z").astimezone(UTC)
            shown[at].add(found[0])
    twice = {at: sorted(texts) for at, texts in shown.items() if at in wanted and len(texts) > 1}
    assert twice == {}


def is_disabled(platform: Platform) -> None:
    platform.mail_goes_out(1000, complaints=2)


def is_on_trial(platform: Platform) -> None:
    is_disabled(platform)
    platform.types("review", "request", ACCOUNT, "--day", "2026-03-10", *REQUEST)
    platform.types("review", "approve", ACCOUNT, "--day", "2026-03-10")


def test_before_anything_was_sent(platform: Platform) -> None:
    everybody_agrees(platform, Status.ACTIVE, delivered=0, complaints=0, per_1000="", allowance_left=1, epoch=1)


def test_from_the_first_complaint_to_the_disabling(platform: Platform) -> None:
    platform.mail_goes_out(3000)
    everybody_agrees(platform, Status.ACTIVE, delivered=3000, complaints=0, per_1000="0.00", allowance_left=3)

    platform.mail_goes_out(1, complaints=1)
    everybody_agrees(platform, Status.ACTIVE, delivered=3001, complaints=1, per_1000="0.34", allowance_left=2)

    platform.mail_goes_out(2, complaints=2)
    everybody_agrees(platform, Status.ACTIVE, delivered=3003, complaints=3, per_1000="1.00", allowance_left=0)

    platform.mail_goes_out(1, complaints=1)
    everybody_agrees(platform, Status.DISABLED, delivered=3004, complaints=4, per_1000="1.34", allowance_left=0)
    assert "4 complaints in 3,004 delivered e-mails over the last 45 days: 1.34 per 1,000." in " ".join(
        platform.mails_to_the_owner()[-1].text.split()
    )


@pytest.mark.parametrize(("delivered", "complaints", "per_1000"), [(1, 1, ""), (3, 1, "333.34"), (1995, 1, "0.51")])
def test_small_numbers(platform: Platform, delivered: int, complaints: int, per_1000: str) -> None:
    platform.mail_goes_out(delivered, complaints)

    everybody_agrees(platform, Status.ACTIVE, delivered=delivered, per_1000=per_1000)


def test_whoever_is_off_at_exactly_the_limit_is_told_why_by_everybody(platform: Platform) -> None:
    platform.mail_goes_out(1950, complaints=2)
    platform.mail_goes_out(50)

    everybody_agrees(platform, Status.DISABLED, delivered=2000, complaints=2, per_1000="1.00", allowance_left=0)
    said = "By now the numbers are exactly at the limit, which keeps the rules. That alone does not switch it on again."
    texts = dict(platform.texts_for_people())
    assert [name for name in ("owner's page", "desk", "command") if said not in texts[name]] == []


def test_a_trial_that_goes_well(platform: Platform) -> None:
    is_on_trial(platform)
    everybody_agrees(platform, Status.TRIAL, delivered=0, complaints=0, allowance_left=0, epoch=2)

    platform.mail_goes_out(800)
    everybody_agrees(platform, Status.TRIAL, delivered=800, complaints=0, per_1000="0.00", allowance_left=0)

    trial = platform.account.trial
    assert trial is not None
    platform.it_becomes(trial.ends_at)
    everybody_agrees(platform, Status.OBSERVING, delivered=800, allowance_left=0, trial_ends_at=trial.ends_at)

    platform.it_becomes(trial.verdict_at)
    everybody_agrees(platform, Status.OBSERVING, delivered=800, allowance_left=0, verdict_at=trial.verdict_at)

    platform.now = trial.verdict_at + COUNTED_WITHIN
    platform.ticks(1)
    everybody_agrees(platform, Status.ACTIVE, delivered=800, complaints=0, allowance_left=1, epoch=2)

    platform.ticks()
    everybody_agrees(platform, Status.ACTIVE, delivered=800, complaints=0, allowance_left=1, epoch=2)


def test_a_trial_with_a_late_complaint(platform: Platform) -> None:
    is_on_trial(platform)
    platform.mail_goes_out(800)
    trial = platform.account.trial
    assert trial is not None
    platform.it_becomes(trial.ends_at + timedelta(hours=1))

    platform.recipients_complain()

    everybody_agrees(platform, Status.DISABLED, delivered=800, complaints=1, per_1000="1.25", allowance_left=0, epoch=2)


def test_a_trial_that_is_agreed_on_for_another_day(platform: Platform) -> None:
    is_disabled(platform)
    platform.types("review", "request", ACCOUNT, "--day", "2026-03-12", *REQUEST)
    everybody_agrees(platform, Status.DISABLED, allowance_left=0, trial_ends_at=None)

    platform.types("review", "approve", ACCOUNT, "--day", "2026-03-12")

    ends_at = datetime(2026, 3, 12, 23, 0, tzinfo=UTC)  # midnight in Vienna
    everybody_agrees(platform, Status.DISABLED, allowance_left=0, epoch=1, trial_ends_at=ends_at)


def test_an_exemption_spares_the_account_and_changes_no_number(platform: Platform) -> None:
    platform.types("account", "exempt", ACCOUNT, "--until", "2026-03-20T00:00:00Z", "--reason", "A partner")

    platform.mail_goes_out(1000, complaints=2)

    everybody_agrees(platform, Status.ACTIVE, delivered=1000, per_1000="2.00", allowance_left=0, would_disable=True)


def test_in_monitor_mode(capsys: pytest.CaptureFixture[str]) -> None:
    platform = Platform(capsys, mode=Mode.MONITOR)

    platform.mail_goes_out(1000, complaints=2)

    everybody_agrees(platform, Status.ACTIVE, delivered=1000, per_1000="2.00", allowance_left=0, would_disable=True)


def test_while_a_broken_rule_waits_for_feedback(platform: Platform) -> None:
    platform.feed.messages = 50_000

    platform.mail_goes_out(1000, complaints=2)

    everybody_agrees(platform, Status.ACTIVE, delivered=1000, complaints=2, allowance_left=0, hold_reason="feedback")


def test_what_somebody_does_by_hand(platform: Platform) -> None:
    platform.mail_goes_out(3000, complaints=1)
    platform.stack.switch.users[CALLER].denied = True
    platform.it_becomes(platform.now + timedelta(hours=1))
    assert not platform.account.may_send
    everybody_agrees(platform, Status.ACTIVE, delivered=3000, per_1000="0.34", allowance_left=0, epoch=1)
    texts = dict(platform.texts_for_people())
    for name in ("owner's page", "desk", "command"):
        assert "APWT Support has switched off your APWT SMTP account by hand. No rule did it" in texts[name], name

    platform.types("account", "enable", ACCOUNT, "--reason", "It is safe again")
    everybody_agrees(platform, Status.ACTIVE, delivered=3000, per_1000="0.34", allowance_left=2, epoch=1)
    for name in ("owner's timeline", "desk", "timeline of the JSON API"):
        assert "Whatever was counted before still counts." in dict(platform.texts_for_people())[name], name


def test_what_support_does(platform: Platform) -> None:
    platform.mail_goes_out(3000, complaints=1)
    platform.types("account", "disable", ACCOUNT, "--reason", "They asked")
    everybody_agrees(platform, Status.DISABLED, delivered=3000, per_1000="0.34", allowance_left=0, epoch=1)

    platform.types("account", "enable", ACCOUNT, "--reason", "They asked")
    everybody_agrees(platform, Status.ACTIVE, delivered=0, complaints=0, per_1000="", allowance_left=1, epoch=2)

    platform.types("account", "close", ACCOUNT, "--reason", "They left", "--yes")
    everybody_agrees(platform, Status.CLOSED, delivered=0, allowance_left=0, epoch=2)


def test_the_part_that_an_account_has_in_all_complaints(platform: Platform) -> None:
    platform.stack.ses.told = SesFigures(None, None, Tally(30_000, 3))

    platform.mail_goes_out(3000, complaints=1)

    everybody_agrees(platform, Status.ACTIVE, delivered=3000, complaints=1, per_1000="0.34", share="33.3")
