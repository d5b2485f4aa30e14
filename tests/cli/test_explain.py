"""`permille account explain`: why an account is as it is."""

from dataclasses import replace
from datetime import timedelta

from tests.support.builders import ACCOUNT, NOW, TODAY, an_account
from tests.support.desk_world import WENT_WELL
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.account.second_chance import TrialState
from permille.domain.values.errors import Unavailable
from permille.domain.values.status import Status
from permille.domain.values.tally import Tally


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
    ]


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
