"""What support decides: with a reason and a name, and never stopped by what brakes the rules."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.support.builders import NOW, STAFF, TODAY, an_account, decided

from permille.domain.account.restrictions import Exemption, Hold
from permille.domain.account.second_chance import Trial, TrialState
from permille.domain.people.commands import Command
from permille.domain.people.staff_commands import Close, Disable, Enable, Exempt, ResetOwnerMail, Unexempt
from permille.domain.rules.outcome import Outcome
from permille.domain.values.errors import DecisionRefused
from permille.domain.values.status import HoldReason, Status

ACTIVE, DISABLED, CLOSED = Status.ACTIVE, Status.DISABLED, Status.CLOSED
HOUR = timedelta(hours=1)
ACTIONS: dict[str, Callable[..., Command]] = {"disable": Disable, "enable": Enable, "close": Close}


def done(action: str, **account: Any) -> Outcome:
    return decided(an_account(**account), ACTIONS[action](reason="They asked us to", by=STAFF))


@pytest.mark.parametrize(
    ("action", "before", "after", "told"),
    [
        ("disable", ACTIVE, DISABLED, "staff_disabled"),
        ("enable", DISABLED, ACTIVE, "staff_enabled"),
        ("disable", Status.TRIAL, DISABLED, "staff_disabled"),
        ("disable", Status.OBSERVING, DISABLED, "staff_disabled"),
        ("enable", Status.TRIAL, ACTIVE, "staff_enabled"),
        ("enable", Status.OBSERVING, ACTIVE, "staff_enabled"),
        ("close", Status.TRIAL, CLOSED, "closed"),
        ("close", ACTIVE, CLOSED, "closed"),
        ("close", DISABLED, CLOSED, "closed"),
    ],
)
def test_support_disables_enables_and_closes(action: str, before: Status, after: Status, told: str) -> None:
    outcome = done(action, status=before)

    assert outcome.account.status is after
    assert (outcome.account.in_sync, outcome.account.due_at) == (False, NOW)  # the switch follows
    (entry,) = outcome.entries
    why = {"reason": "They asked us to", "by": STAFF}
    assert (entry.kind, {**entry.data, **why}) == (told, entry.data)
    assert not outcome.breaker


@pytest.mark.parametrize(
    ("action", "status"), [("disable", DISABLED), ("disable", CLOSED), ("enable", ACTIVE), ("close", CLOSED)]
)
def test_what_is_so_already_is_refused(action: str, status: Status) -> None:
    with pytest.raises(DecisionRefused, match=f"bakery is {status} already"):
        done(action, status=status)


def test_closing_is_final() -> None:
    with pytest.raises(DecisionRefused, match="bakery is closed, and that is final: add an account of another id"):
        done("enable", status=CLOSED)


def test_enabling_begins_a_new_epoch_and_disabling_and_closing_do_not() -> None:
    assert done("enable", status=DISABLED, epochs=(NOW - HOUR,)).account.epochs == (NOW - HOUR, NOW)
    assert done("disable", epochs=(NOW - HOUR,)).account.epochs == (NOW - HOUR,)
    assert done("close", epochs=(NOW - HOUR,)).account.epochs == (NOW - HOUR,)


@pytest.mark.parametrize("action", ["disable", "enable", "close"])
def test_what_support_decides_ends_what_was_agreed_on_before(action: str) -> None:
    day = Trial(TrialState.RUNNING, TODAY, NOW - HOUR, NOW + HOUR, NOW + 2 * HOUR)

    account = done(action, status=Status.TRIAL, trial=day).account

    assert (account.trial, account.review) == (None, None)


def test_only_a_rule_makes_a_strike() -> None:
    assert done("disable", strikes=1).account.strikes == 1


def test_a_hold_and_a_note_of_monitor_mode_end_with_a_decision_of_support() -> None:
    account = done("disable", hold=Hold(HoldReason.BREAKER, NOW), would_disable=True).account

    assert (account.hold_reason, account.would_disable) == (HoldReason.NO, False)


def test_an_exemption_has_an_end_a_reason_and_an_author() -> None:
    outcome = decided(an_account(), Exempt(until=NOW + HOUR, reason="A partner", by=STAFF))

    assert outcome.account.exemption == Exemption(NOW + HOUR, "A partner", STAFF)
    assert outcome.account.due_at == NOW
    assert outcome.entries[0].data == {"reason": "A partner", "by": STAFF, "until": (NOW + HOUR).isoformat()}


def test_an_exemption_that_would_be_over_is_refused() -> None:
    with pytest.raises(DecisionRefused, match="over already"):
        decided(an_account(), Exempt(until=NOW, reason="A partner", by=STAFF))


def test_the_owner_is_written_to_again() -> None:
    outcome = decided(an_account(owner_mail="bounced"), ResetOwnerMail(reason="The address was mended", by=STAFF))

    assert outcome.account.owner_mail == ""
    assert [entry.kind for entry in outcome.entries] == ["owner_mail_reset"]
    with pytest.raises(DecisionRefused, match="are not withheld"):
        decided(outcome.account, ResetOwnerMail(reason="Again", by=STAFF))


def test_an_exemption_is_taken_back() -> None:
    account = an_account(exemption=Exemption(NOW + HOUR, "A partner", STAFF))

    outcome = decided(account, Unexempt(reason="Not any more", by=STAFF))

    assert (outcome.account.exemption, outcome.account.due_at) == (None, NOW)
    for nothing_to_take in (outcome.account, replace(account, exemption=Exemption(NOW, "A partner", STAFF))):
        with pytest.raises(DecisionRefused, match="is not exempt"):
            decided(nothing_to_take, Unexempt(reason="Again", by=STAFF))


@pytest.mark.parametrize("days", [367, 66_000])
def test_an_exemption_of_more_than_a_year_is_refused_with_the_last_day_that_can_be_had(days: int) -> None:
    with pytest.raises(DecisionRefused, match="at most 366 days, so that its last day is 10 March 2027 at the latest"):
        decided(an_account(), Exempt(until=NOW + timedelta(days=days), reason="A partner", by=STAFF))


def test_an_exemption_of_a_year_is_one() -> None:
    assert decided(
        an_account(), Exempt(until=NOW + timedelta(days=366), reason="A partner", by=STAFF)
    ).account.exemption
