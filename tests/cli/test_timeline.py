"""`permille timeline`: an account's history, oldest first, in the words of mails and pages."""

from datetime import timedelta

import pytest
from tests.support.builders import ACCOUNT, NOW, STAFF, an_entry
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.timeline.facts import MAX_OF_TOPIC
from permille.domain.timeline.kinds.provider import ProviderConnected
from permille.domain.timeline.timeline import entry
from permille.domain.values.errors import Unavailable
from permille.domain.words.actors import who


@pytest.fixture(autouse=True)
def _exempt(terminal: Terminal) -> None:
    terminal.text("account", "exempt", ACCOUNT, "--reason", "see :warning: [bold] a:b", "--until", "2026-12-31")


def test_text_has_the_entries_and_marks_those_for_staff(terminal: Terminal) -> None:
    lines = [line.strip() for line in terminal.text("timeline", ACCOUNT).splitlines()]

    assert lines[0].split() == ["When", "(UTC)", "What"]
    assert lines[1] == "2026-03-10 00:00:00  Your APWT SMTP account was set up"
    assert lines[3].startswith("2026-03-10 12:00:00  ")
    assert "see :warning: [bold] a:b" in " ".join(lines)
    assert lines[-1].endswith("(staff only)")


def test_who_decided_is_named_as_at_the_desk(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text("account", "disable", ACCOUNT, "--reason", "The list was bought")
    voided = an_entry("complaint_voided", NOW + timedelta(seconds=2))
    by_nobody = ProviderConnected(host="smtp.example.com", port=587, username="bea", replaces="")
    stack.rows.put(voided, entry(ACCOUNT, NOW + timedelta(seconds=3), by_nobody))

    said = " ".join(terminal.text("timeline", ACCOUNT).split())

    assert f"Support wrote: “The list was bought.” By {who(STAFF)}." in said
    assert f"It does not count any more. By {who(voided.data['by'])}: {voided.data['staff_reason']}" in said
    assert said.count("By ") == 3  # the exemption's sentence has it already, and nobody is named of the provider


def test_machines_get_who_decided(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text("account", "disable", ACCOUNT, "--reason", "The list was bought")

    assert terminal.answer("timeline", ACCOUNT)["entries"][-1]["facts"]["by"] == stack.operator_arn()


def test_a_narrow_terminal_cuts_nothing(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    terminal.text("account", "disable", ACCOUNT, "--reason", "a" * 50)

    said = terminal.text("timeline", ACCOUNT)

    assert "…" not in said
    assert "a" * 50 in "".join(said.split())


@pytest.mark.parametrize(
    ("audience", "kinds"), [((), ["created", "exempted"]), (("owner",), ["created"]), (("staff",), ["exempted"])]
)
def test_machines_get_the_facts_for_an_audience(
    terminal: Terminal, audience: tuple[str, ...], kinds: list[str]
) -> None:
    answer = terminal.answer("timeline", ACCOUNT, *(("--audience", *audience) if audience else ()))

    assert answer["account_id"] == ACCOUNT
    assert [entry["kind"] for entry in answer["entries"]] == kinds


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("nobody",), "there is no account 'nobody'"),
        ((ACCOUNT, "--audience", "press"), "'press'"),
        ((), "name one account, or use --system"),
        ((ACCOUNT, "--system"), "name one account, or use --system"),
    ],
)
def test_invalid_input_is_refused(terminal: Terminal, typed: tuple[str, ...], says: str) -> None:
    assert says in terminal.refused("timeline", *typed)


def test_the_systems_own_is_shown_on_request(terminal: Terminal) -> None:
    terminal.text("sender", "ignore", "platform-mail", "--reason", "our own :fire: [x]")

    assert "our own :fire: [x]" in " ".join(terminal.text("timeline", "--system").split())
    answer = terminal.answer("timeline", "--system")
    assert (answer["account_id"], [one["kind"] for one in answer["entries"]]) == (None, ["sender_ignored"])


def test_the_newest_entries_are_shown_and_those_before_on_request(stack: FakeStack, terminal: Terminal) -> None:
    stack.rows.put(*(an_entry("drift", NOW + timedelta(seconds=1 + number)) for number in range(MAX_OF_TOPIC)))

    answer = terminal.answer("timeline", ACCOUNT)
    words = " ".join(terminal.text("timeline", ACCOUNT).split())
    before = terminal.answer("timeline", ACCOUNT, "--before", answer["before"])

    assert [len(answer["entries"]), answer["before"]] == [MAX_OF_TOPIC, answer["entries"][0]["id"]]
    assert f"Older entries are left out; --before {answer['before']} shows them." in words
    assert ([one["kind"] for one in before["entries"]], before["before"]) == (["created", "exempted"], None)


@pytest.mark.parametrize(
    ("typed", "kinds"),
    [
        (("--since", "2026-03-10T12:00:00Z"), ["exempted"]),
        (("--since", "2026-03-10"), ["created", "exempted"]),
        (("--since", "2026-03-11"), []),
        (("--limit", "1"), ["exempted"]),
    ],
)
def test_the_newest_alone_are_shown_on_request(terminal: Terminal, typed: tuple[str, ...], kinds: list[str]) -> None:
    answer = terminal.answer("timeline", ACCOUNT, *typed)
    said = terminal.text("timeline", ACCOUNT, *typed)

    assert [one["kind"] for one in answer["entries"]] == kinds
    assert bool(answer["before"]) is ("Older entries are left out" in said) is ("--limit" in typed)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("--since", "yesterday"), "--since: takes an ISO 8601 time such as 2026-03-01T09:00:00Z, not 'yesterday'"),
        (("--limit", "0"), "--limit"),
        (("--limit", "1001"), "--limit"),
    ],
)
def test_what_is_no_time_and_no_number_is_refused(terminal: Terminal, typed: tuple[str, ...], says: str) -> None:
    assert says in terminal.refused("timeline", ACCOUNT, *typed)


def test_an_entry_that_is_none_is_refused(terminal: Terminal) -> None:
    assert "the id of an entry" in terminal.refused("timeline", ACCOUNT, "--before", "yesterday")


def test_a_failure_is_reported(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.fail("timeline.latest", error=Unavailable("reading the timeline of bakery: Throttling"))

    assert terminal.failed("timeline", ACCOUNT) == "reading the timeline of bakery: Throttling"
