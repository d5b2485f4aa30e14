"""`permille notify redrive`: what has no record of having been handed on is queued again."""

from datetime import timedelta

import pytest
from tests.builders import ACCOUNT, NOW
from tests.cli.terminal import Terminal
from tests.operator_fakes import FakeStack

from permille.domain.errors import Unavailable

YESTERDAY = "2026-03-09"
REDRIVE = ("notify", "redrive", "--since")


@pytest.fixture(autouse=True)
def _disabled(terminal: Terminal) -> None:
    terminal.text("account", "disable", ACCOUNT, "--reason", "x")


def test_an_event_and_a_mail_that_were_not_handed_on_are_queued(stack: FakeStack, terminal: Terminal) -> None:
    created, disabled = stack.rows.told(ACCOUNT)
    stack.once.done = {f"bus#{ACCOUNT}#{created.id}"}

    said = terminal.text(*REDRIVE, YESTERDAY)

    assert said.splitlines() == [
        "bakery  staff_disabled  bus",
        "bakery  staff_disabled  mail",
        "2 queued to be handed on again.",
    ]
    assert stack.later.jobs == [(ACCOUNT, disabled.id, "bus"), (ACCOUNT, disabled.id, "mail")]


def test_machines_get_the_entries(stack: FakeStack, terminal: Terminal) -> None:
    created, _ = stack.rows.told(ACCOUNT)

    queued = terminal.answer(*REDRIVE, YESTERDAY)["queued"]

    assert queued[0] == {"account_id": ACCOUNT, "entry_id": created.id, "kind": "created", "effect": "bus"}
    assert [one["effect"] for one in queued] == ["bus", "bus", "mail"]


def test_what_is_older_is_left_alone(stack: FakeStack, terminal: Terminal) -> None:
    terminal.stack = stack.at(NOW + timedelta(days=1))

    assert terminal.text(*REDRIVE, "2026-03-11") == "0 queued to be handed on again.\n"
    assert stack.later.jobs == []


@pytest.mark.parametrize(
    ("since", "says"),
    [
        ("2026-03-10T12:00:02Z", "--since: 2026-03-10T12:00:02Z is in the future: it is 2026-03-10T12:00:01Z"),
        ("2027-01-01", "--since: 2027-01-01 is in the future"),
        ("2026-02-01", "--since: 2026-02-01 is more than 30 days ago"),
        ("yesterday", "--since: takes an ISO 8601 time such as 2026-03-01T09:00:00Z, not 'yesterday'"),
    ],
)
def test_another_time_is_refused(stack: FakeStack, terminal: Terminal, since: str, says: str) -> None:
    assert says in terminal.refused(*REDRIVE, since)
    assert stack.later.jobs == []


@pytest.mark.parametrize("call", ["timeline.all_since", "once.is_done", "later.put"])
def test_what_fails_is_said(stack: FakeStack, terminal: Terminal, call: str) -> None:
    stack.faults.fail(call, error=Unavailable("AWS did not answer"))

    assert terminal.failed(*REDRIVE, YESTERDAY) == "AWS did not answer"
