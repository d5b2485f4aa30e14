"""`permille doctor`."""

import json
import re

import pytest
from tests.support.broken_stacks import a_healthy_stack, identity, subscribed
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.ports.feedback import Sender
from permille.usecases.doctor.examinations import EXAMINATIONS
from permille_cli.answers.checkup_answer import MOST_FINDINGS
from permille_cli.main import status_of


@pytest.fixture
def stack() -> FakeStack:
    return a_healthy_stack()


def test_a_healthy_stack_is_one_line(terminal: Terminal) -> None:
    assert terminal.text("doctor") == f"OK: {len(EXAMINATIONS)} checks\n"


def test_every_check_is_named_if_that_is_wanted(terminal: Terminal) -> None:
    said = terminal.text("doctor", "--verbose")

    assert re.findall(r"^  ([a-z-]+): ", said, re.M) == [one.check.id for one in EXAMINATIONS]


def test_what_is_broken_is_told_last_with_why_and_what_mends_it(
    terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    subscribed(terminal.stack)
    identity(terminal.stack, verified=False)

    assert status_of(["doctor"], stack=terminal.stack) == 1

    said = capsys.readouterr()
    ok, warnings, broken = re.split(r"^(?=Warnings|Broken)", said.out, flags=re.M)
    assert ok == f"OK: {len(EXAMINATIONS) - 2} checks\n"
    assert warnings.startswith("Warnings: 1\n  identity-verified: ")
    assert "subscription: The feedback queue is not subscribed to the feedback topic." in broken
    assert "    No delivery, bounce or complaint is counted" in broken
    assert "    mend: aws sns subscribe --topic-arn" in broken
    assert said.err == ""


def test_of_many_findings_of_a_check_the_first_are_shown_and_the_reason_once(
    terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(MOST_FINDINGS + 4):
        terminal.stack.rows.senders[f"stray-{number:02}"] = Sender(f"stray-{number:02}", "nobody")

    assert status_of(["doctor", "--check", "senders-without-account"], stack=terminal.stack) == 1

    said = capsys.readouterr().out
    assert said.count("  senders-without-account: ") == said.count("    mend: ") == MOST_FINDINGS
    assert f"Broken: {MOST_FINDINGS + 4}\n" in said
    assert said.endswith("  and 4 more of senders-without-account; --json lists all\n")
    assert len(said.splitlines()) == 2 + 2 * MOST_FINDINGS + 1 + 1


def test_a_warning_is_no_failure(terminal: Terminal) -> None:
    identity(terminal.stack, verified=False)

    assert "Warnings: 1" in terminal.text("doctor")


def test_what_could_not_be_checked_is_a_failure_and_said_so(
    terminal: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal.stack.faults.fail("safeguards.alarms")

    assert status_of(["doctor"], stack=terminal.stack) == 1

    assert "Could not be checked: 1\n  alarms: This could not be checked: safeguards.alarms" in capsys.readouterr().out


def test_machines_get_each_check_with_its_findings(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    subscribed(terminal.stack)

    assert status_of(["doctor", "--json", "--check", "subscription", "--check", "mode"], stack=terminal.stack) == 1

    answer = json.loads(capsys.readouterr().out)
    assert answer.keys() == {"healthy", "checked_at", "code", "checks"}
    subscription, mode = answer["checks"]
    assert (answer["healthy"], subscription["state"], mode["state"]) == (False, "found", "ok")
    assert subscription.keys() == {"check", "title", "why", "state", "note", "findings"}
    (finding,) = subscription["findings"]
    assert finding.keys() == {"severity", "what", "mend", "about"}
    assert (finding["severity"], mode["findings"], mode["note"]) == ("broken", [], None)


def test_the_list_of_checks_asks_nothing(terminal: Terminal) -> None:
    said = terminal.text("doctor", "--list")

    assert [line.partition(":")[0] for line in said.splitlines()] == [one.check.id for one in EXAMINATIONS]
    assert terminal.stack.faults.calls == []


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (["--check", "subscriptions"], "--check: there is no check subscriptions; --list has all"),
        (["--list", "--check", "mode"], "use --list or --check, not both"),
    ],
)
def test_invalid_input_is_refused(terminal: Terminal, typed: list[str], says: str) -> None:
    assert terminal.refused("doctor", *typed) == says
