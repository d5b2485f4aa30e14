"""`permille account explain`: why an account is as it is."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.builders import ACCOUNT, NOW, TODAY, an_account, an_entry
from tests.support.desk_world import WENT_WELL
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.account.second_chance import Trial, TrialState
from permille.domain.values.errors import Unavailable
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally

DAY = replace(WENT_WELL, confirmation_requested=False)


def test_an_account_that_may_send_is_explained_by_its_numbers(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.tallies[ACCOUNT, 1, TODAY] = Tally(delivered=3000, complaints=1)

    said = terminal.text("account", "explain", ACCOUNT)

    assert said.startswith("bakery is active.\n")
    assert "3,000" in said


def test_on_trial_the_counts_are_those_since_counting_began_anew(stack: FakeStack, terminal: Terminal) -> None:
    trial = replace(WENT_WELL, state=TrialState.RUNNING)
    began = NOW - timedelta(hours=3)
    stack.rows.accounts[ACCOUNT] = an_account(status=Status.TRIAL, epochs=(began,), trial=trial, strikes=1)
    stack.rows.tallies[ACCOUNT, 1, TODAY] = Tally(delivered=1000, complaints=2)
    stack.rows.tallies[ACCOUNT, 2, TODAY] = Tally(delivered=20)

    explained = terminal.text("account", "explain", ACCOUNT)
    shown = terminal.text("account", "show", ACCOUNT)

    assert (
        "0 complaints in 20 delivered e-mails since 10 March 2026, when counting began anew: 0.00 per 1,000. "
        "One complaint would disable your SMTP account."
    ) in explained
    assert "The e-mails sent on 10 March 2026, by the day of sending (UTC):" in explained
    assert "since 10 March 2026, when counting began anew: 20 delivered, 0 bounced" in shown


def test_a_decision_of_staff_is_told_in_their_words(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text("account", "disable", ACCOUNT, "--reason", "see :warning: [bold] a:secret:b")

    lines = terminal.text("account", "explain", ACCOUNT).splitlines()

    assert lines == [
        "bakery is disabled.",
        "10 March 2026, 12:00 (UTC): Your APWT SMTP account has been disabled by APWT Support.",
        "Support wrote: “see :warning: [bold] a:secret:b.”",
        (
            "No request for a review is open. The owner can make one by the report's form; `permille account enable` "
            "switches it on without one."
        ),
    ]


def asked_for_a_review(terminal: Terminal, *, at: str = "2026-03-12") -> None:
    """A request for 800 e-mails on that day, of an account that staff disabled."""
    terminal.text("account", "disable", ACCOUNT, "--reason", "The list was bought")
    request = ("--day", at, "--batch", "800", "--cause", "A bought list", "--change", "It is deleted")
    terminal.text("review", "request", ACCOUNT, *request)


def test_a_request_that_waits_is_told_with_its_day(terminal: Terminal) -> None:
    asked_for_a_review(terminal)

    assert terminal.text("account", "explain", ACCOUNT).splitlines()[-1] == (
        "A request for a review waits for support since 10 March 2026, 12:00 (UTC), for 800 e-mails on 12 March 2026."
    )


def test_of_a_declined_request_it_is_told_from_when_on_another_is_possible(terminal: Terminal) -> None:
    asked_for_a_review(terminal)
    terminal.text("review", "decline", ACCOUNT, "--reason", "Not yet")

    last = terminal.text("account", "explain", ACCOUNT).splitlines()[-1]

    assert last == "The last request for a review was declined; the owner can ask again from 17 March 2026 on."


def test_an_agreed_trial_is_told_with_its_day_and_what_decides_it(terminal: Terminal) -> None:
    asked_for_a_review(terminal)
    terminal.text("review", "approve", ACCOUNT, "--day", "2026-03-12", "--note", "Send to customers")

    answer = terminal.answer("account", "explain", ACCOUNT)

    assert answer["lines"][-1] == (
        "A trial is agreed on: it may send from 12 March 2026, 00:00 (UTC) to 13 March 2026, 00:00 (UTC). Only the "
        "e-mails sent in that time count for it. At least 80 e-mails must be delivered, and more than 2,400 sent end "
        "the day early; one complaint about them ends it. The verdict is on 15 March 2026, 00:00 (UTC)."
    )
    assert terminal.text("account", "explain", ACCOUNT).splitlines() == answer["lines"]
    assert (answer["trial"]["day"], answer["review"]["state"]) == ("2026-03-12", "approved")
    assert (answer["decided"]["kind"], answer["first_disabled"]) == ("staff_disabled", answer["decided"])


@pytest.mark.parametrize(
    ("trial", "says"),
    [
        (replace(DAY, state=TrialState.RUNNING), "It is on for a trial, until "),
        (DAY, "Its trial was from "),
        (WENT_WELL, "Its trial went well, and support has to confirm it: `permille review confirm`."),
        (
            replace(DAY, state=TrialState.RUNNING, ratio_above=1000),
            "; if more than 1,000 are delivered, the rules decide; else one complaint about them ends it. The verdict",
        ),
    ],
)
def test_how_far_a_trial_is_is_told(stack: FakeStack, terminal: Terminal, trial: Trial, says: str) -> None:
    status = Status.TRIAL if trial.state is TrialState.RUNNING else Status.OBSERVING
    stack.rows.accounts[ACCOUNT] = an_account(status=status, trial=trial)

    assert says in terminal.text("account", "explain", ACCOUNT).splitlines()[-1]


def test_after_a_failed_trial_the_first_disabling_is_told_too(stack: FakeStack, terminal: Terminal) -> None:
    history = ["disabled", "reinstated", "disabled", "trial_began", "trial_ended", "stays_suspended"]
    entries = [an_entry(kind, NOW + timedelta(days=number)) for number, kind in enumerate(history)]
    stack.rows.put(*entries)
    stack.rows.accounts[ACCOUNT] = an_account(status=Status.DISABLED)

    answer = terminal.answer("account", "explain", ACCOUNT)

    told = f"Your APWT SMTP account has been disabled due to poor sending reputation. {entries[2].sentence()}"
    assert f"At first it was disabled on 12 March 2026, 12:00 (UTC): {told}" in answer["lines"]
    assert answer["decided"]["kind"] == "stays_suspended"
    assert (answer["first_disabled"]["kind"], answer["first_disabled"]["at"]) == ("disabled", entries[2].at.isoformat())


def test_of_an_account_that_is_back_no_disabling_is_told(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.put(an_entry("disabled", NOW), an_entry("reinstated", NOW + timedelta(days=9)))

    answer = terminal.answer("account", "explain", ACCOUNT)

    assert (answer["status"], answer["first_disabled"], answer["trial"]) == ("active", None, None)
    assert "At first" not in " ".join(answer["lines"])


def test_machines_get_the_record_and_the_same_words(terminal: Terminal) -> None:
    lines = terminal.text("account", "explain", ACCOUNT).splitlines()

    answer = terminal.answer("account", "explain", ACCOUNT)

    assert answer["lines"] == lines
    assert (answer["account_id"], answer["status"]) == (ACCOUNT, "active")


def test_a_clock_behind_the_last_decision_is_no_hindrance(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text("account", "disable", ACCOUNT, "--reason", "x")
    terminal.text("account", "enable", ACCOUNT, "--reason", "x")
    terminal.stack = stack.at(NOW - timedelta(hours=1))

    assert terminal.text("account", "explain", ACCOUNT).startswith("bakery is active.\n")


def test_where_the_policy_cannot_be_read_it_fails(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.fail("policies.current", error=Unavailable("reading /permille/policy: Throttling"))

    assert terminal.failed("account", "explain", ACCOUNT) == "reading /permille/policy: Throttling"


def test_an_account_that_is_not_there_is_refused(terminal: Terminal) -> None:
    assert "there is no account 'nobody'" in terminal.refused("account", "explain", "nobody")
