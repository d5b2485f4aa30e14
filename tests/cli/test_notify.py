"""`permille notify redrive`: dead letters, and what has no record of having been handed on, are tried again."""

import json
from datetime import datetime, timedelta

import pytest
from tests.support.builders import ACCOUNT, NOW
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.values.errors import Unavailable
from permille.domain.webhooks.endpoint import WebhookEndpoint

YESTERDAY = "2026-03-09"
REDRIVE = ("notify", "redrive", "--since")


@pytest.fixture(autouse=True)
def _disabled(terminal: Terminal) -> None:
    terminal.text("account", "disable", ACCOUNT, "--reason", "x")


def test_an_event_and_a_mail_that_were_not_handed_on_are_queued(stack: FakeStack, terminal: Terminal) -> None:
    created, disabled = stack.rows.told(ACCOUNT)
    stack.idempotency.done = {f"bus#{ACCOUNT}#{created.id}"}

    said = terminal.text(*REDRIVE, YESTERDAY)

    assert said.splitlines() == [
        "bakery  staff_disabled  bus",
        "bakery  staff_disabled  mail",
        "0 dead letters put back, 2 missed entries queued.",
    ]
    assert stack.retry_queue.jobs == [(ACCOUNT, disabled.id, "bus"), (ACCOUNT, disabled.id, "mail")]


def test_one_is_printed_in_the_singular(stack: FakeStack, terminal: Terminal) -> None:
    created, disabled = stack.rows.told(ACCOUNT)
    stack.idempotency.done = {f"bus#{ACCOUNT}#{created.id}", f"mail#{ACCOUNT}#{disabled.id}"}

    assert "0 dead letters put back, 1 missed entry queued." in terminal.text(*REDRIVE, YESTERDAY)


def test_machines_get_the_entries(stack: FakeStack, terminal: Terminal) -> None:
    created, _ = stack.rows.told(ACCOUNT)

    queued = terminal.answer(*REDRIVE, YESTERDAY)["queued"]

    assert queued[0] == {"account_id": ACCOUNT, "entry_id": created.id, "kind": "created", "channel": "bus"}
    assert [one["channel"] for one in queued] == ["bus", "bus", "mail"]


def test_older_entries_are_not_queued(stack: FakeStack, terminal: Terminal) -> None:
    terminal.stack = stack.at(NOW + timedelta(days=1))

    assert terminal.text(*REDRIVE, "2026-03-11") == "0 dead letters put back, 0 missed entries queued.\n"
    assert stack.retry_queue.jobs == []


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
    assert stack.retry_queue.jobs == []


@pytest.mark.parametrize(
    "call", ["timeline.all_since", "idempotency.was_done", "retry_queue.enqueue", "dead_letters.count"]
)
def test_a_failure_is_reported(stack: FakeStack, terminal: Terminal, call: str) -> None:
    stack.faults.fail(call, error=Unavailable("AWS did not answer"))

    assert terminal.failed(*REDRIVE, YESTERDAY) == "AWS did not answer"


# ---------------------------------------------------------------- what rests in the dead letters


def test_dead_letters_are_tried_again(stack: FakeStack, terminal: Terminal) -> None:
    stack.notify_dead_letters.bodies = ["a", "b"]

    assert terminal.text("notify", "redrive") == "2 dead letters put back, 0 missed entries queued.\n"

    assert (stack.notify_dead_letters.source, stack.notify_dead_letters.count()) == (["a", "b"], 0)
    assert stack.retry_queue.jobs == []


def test_dead_letters_of_the_webhook_are_posted_again(stack: FakeStack, terminal: Terminal) -> None:
    stack.notify_dead_letters.bodies = ["a"]
    stack.webhook_dead_letters.bodies = ["b", "c"]

    assert terminal.answer("notify", "redrive")["dead_letters"] == 3

    assert (stack.webhook_dead_letters.source, stack.webhook_dead_letters.count()) == (["b", "c"], 0)


def test_what_the_webhook_missed_since_it_was_set_is_queued(stack: FakeStack, terminal: Terminal) -> None:
    _, disabled = stack.rows.told(ACCOUNT)
    stack.rows.webhook = WebhookEndpoint("https://x.example", ("staff_disabled",), disabled.at)

    queued = terminal.answer(*REDRIVE, YESTERDAY)["queued"]

    assert [one["entry_id"] for one in queued if one["channel"] == "webhook"] == [disabled.id]


# ---------------------------------------------------------------- what a function gave up on


def a_part(first: datetime) -> str:
    """As Lambda tells of it: without the entries."""
    batch = {"approximateArrivalOfFirstRecord": f"{first:%Y-%m-%dT%H:%M:%SZ}", "batchSize": 1}
    return json.dumps({"version": "1.0", "requestContext": {}, "DDBStreamBatchInfo": batch})


def test_what_was_missed_is_queued_and_the_parts_that_were_given_up_on_are_deleted(
    stack: FakeStack, terminal: Terminal
) -> None:
    _, disabled = stack.rows.told(ACCOUNT)
    stack.stream_failures.bodies = [a_part(NOW), a_part(NOW + timedelta(hours=1))]

    answer = terminal.answer("notify", "redrive")

    assert [(one["entry_id"], one["channel"]) for one in answer["queued"]] == [
        (disabled.id, "bus"),
        (disabled.id, "mail"),
    ]
    assert answer["stream_failures"] == 2
    assert stack.stream_failures.count() == 0


def test_a_failed_batch_before_since_is_left(stack: FakeStack, terminal: Terminal) -> None:
    stack.stream_failures.bodies = [a_part(NOW - timedelta(hours=2)), a_part(NOW)]

    said = terminal.text(*REDRIVE, (NOW - timedelta(hours=1)).isoformat())

    assert said.splitlines()[-2:] == [
        "1 failed batch of the timeline's stream processed.",
        "1 failed batch from before --since left: repeat without it in 15 minutes.",
    ]
    assert stack.stream_failures.count() == 1


@pytest.mark.parametrize("body", ["hello", "{}", "[]", '{"DDBStreamBatchInfo": null}', a_part(NOW).replace("Z", "?")])
def test_a_letter_that_tells_of_no_part_stays(stack: FakeStack, terminal: Terminal, body: str) -> None:
    stack.stream_failures.bodies = [body]

    assert terminal.answer("notify", "redrive")["stream_failures"] == 0
    assert stack.stream_failures.count() == 1


CALLS = [
    "timeline.all_since",
    "idempotency.was_done",
    "retry_queue.enqueue",
    "dead_letters.count",
    "dead_letters.receive",
]


@pytest.mark.parametrize("call", [*CALLS, "dead_letters.delete"])
def test_whatever_fails_the_same_command_does_the_rest(stack: FakeStack, terminal: Terminal, call: str) -> None:
    _, disabled = stack.rows.told(ACCOUNT)
    stack.stream_failures.bodies, stack.notify_dead_letters.bodies = [a_part(NOW)], ["a"]
    stack.faults.fail(call, error=Unavailable("AWS did not answer"))

    assert terminal.failed("notify", "redrive") == "AWS did not answer"
    stack.stream_failures.are_seen_again()
    stack.notify_dead_letters.are_seen_again()
    terminal.text("notify", "redrive")

    assert set(stack.retry_queue.jobs) == {(ACCOUNT, disabled.id, "bus"), (ACCOUNT, disabled.id, "mail")}
    assert set(stack.notify_dead_letters.source) == {"a"}
    assert (stack.stream_failures.count(), stack.notify_dead_letters.count()) == (0, 0)
