"""`permille quarantine`: feedback that could not be read or attributed."""

from datetime import timedelta
from hashlib import sha256

import pytest
from tests.support.builders import NOW
from tests.support.operator_fakes import FakeStack
from tests.support.terminal import Terminal

from permille.domain.timeline.timeline import SYSTEM
from permille.domain.values.errors import PermissionDenied, Unavailable

BAD, LATE = "the body is not JSON: [x] :fire:", "unattributed: the sender belongs to no account"
FIRST, SECOND, THIRD = "hello", '{"a": 1}', '{"b": "\x1b[31m"}'


def id_of(body: str) -> str:
    return sha256(body.encode()).hexdigest()


@pytest.fixture(autouse=True)
def _kept(stack: FakeStack) -> None:
    stack.quarantine.keep(FIRST, BAD, "", NOW)
    stack.quarantine.keep(SECOND, LATE, "permille-late", NOW + timedelta(hours=1))
    stack.quarantine.keep(THIRD, LATE, "permille-late", NOW + timedelta(hours=2))


def test_people_see_it_by_reason_and_caller_the_most_first(terminal: Terminal) -> None:
    assert terminal.text("quarantine", "list").splitlines() == [
        f"2  {LATE}",
        "   sender permille-late, 10 March 2026, 13:00 (UTC) to 10 March 2026, 14:00 (UTC)",
        f"   ids {id_of(SECOND)[:12]}, {id_of(THIRD)[:12]}",
        f"1  {BAD}",
        "   10 March 2026, 12:00 (UTC) to 10 March 2026, 12:00 (UTC)",
        f"   ids {id_of(FIRST)[:12]}",
    ]


def test_machines_get_every_id(terminal: Terminal) -> None:
    late, bad = terminal.answer("quarantine", "list")["groups"]

    assert (late["reason"], late["sender"], late["count"]) == (LATE, "permille-late", 2)
    assert late["ids"] == [id_of(SECOND), id_of(THIRD)]
    assert (bad["first_at"], bad["last_at"]) == (NOW.isoformat(), NOW.isoformat())


def test_an_empty_quarantine_says_so(stack: FakeStack, terminal: Terminal) -> None:
    stack.quarantine.kept.clear()

    assert terminal.text("quarantine", "list") == "The quarantine is empty.\n"


def test_a_body_is_shown_as_it_came_and_does_nothing_to_a_terminal(terminal: Terminal) -> None:
    said = terminal.text("quarantine", "show", id_of(THIRD)[:8])

    assert said.splitlines() == [
        f"{id_of(THIRD)}  10 March 2026, 14:00 (UTC)",
        f"{LATE} permille-late",
        '{"b": "\N{REPLACEMENT CHARACTER}[31m"}',
    ]
    shown = terminal.answer("quarantine", "show", id_of(THIRD))
    assert (shown["body"], shown["reason"], shown["sender"]) == (THIRD, LATE, "permille-late")


@pytest.mark.parametrize(
    ("typed", "bodies"),
    [
        ((id_of(FIRST)[:8], id_of(SECOND)), [FIRST, SECOND]),
        (("--sender", "permille-late"), [SECOND, THIRD]),
        (("--with-reason", BAD), [FIRST]),
        (("--all",), [FIRST, SECOND, THIRD]),
        (("--sender", "permille-late", "--with-reason", LATE), [SECOND, THIRD]),
    ],
    ids=["ids", "caller", "reason", "all", "both"],
)
def test_what_is_replayed_goes_back_on_the_queue(
    stack: FakeStack, terminal: Terminal, typed: tuple[str, ...], bodies: list[str]
) -> None:
    assert terminal.text("quarantine", "replay", *typed) == f"{len(bodies)} replayed.\n"

    assert stack.feedback_queue.bodies == bodies
    assert set(stack.quarantine.kept) == {FIRST, SECOND, THIRD} - set(bodies)


def test_what_is_dropped_is_gone(stack: FakeStack, terminal: Terminal) -> None:
    answer = terminal.answer("quarantine", "drop", "--sender", "permille-late", "--yes")

    assert answer == {"dropped": 2, "ids": [id_of(SECOND), id_of(THIRD)]}
    assert set(stack.quarantine.kept) == {FIRST}
    assert stack.feedback_queue.bodies == []
    assert terminal.text("quarantine", "drop", "--all", "--yes") == "1 dropped.\n"
    assert terminal.text("quarantine", "drop", "--all") == "0 dropped.\n"


@pytest.mark.parametrize("typed", [("--all",), ("--sender", "permille-late"), (id_of(FIRST),)], ids=str)
@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["text", "json"])
def test_what_would_be_lost_is_confirmed_first(
    stack: FakeStack, terminal: Terminal, typed: tuple[str, ...], as_json: tuple[str, ...]
) -> None:
    said = terminal.refused("quarantine", "drop", *typed, *as_json)

    number = {"--all": "3 messages", "--sender": "2 messages"}.get(typed[0], "1 message")
    assert said.startswith(f"{number} would be deleted, and never counted; nothing was done")
    assert set(stack.quarantine.kept) == {FIRST, SECOND, THIRD}


def test_who_confirms_at_a_terminal_loses_what_was_counted(stack: FakeStack, terminal: Terminal) -> None:
    terminal.typing = "y\n"

    assert terminal.text("quarantine", "drop", "--all").endswith("3 dropped.\n")
    assert not stack.quarantine.kept


def test_a_long_body_is_not_broken_into_lines(stack: FakeStack, terminal: Terminal) -> None:
    body = f'{{"subject": "{"so many words " * 20}"}}'
    stack.quarantine.keep(body, BAD, "", NOW)

    assert terminal.text("quarantine", "show", id_of(body)).splitlines()[2:] == [body]


@pytest.mark.parametrize("command", ["replay", "drop"])
@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ((), "name ids, or use --with-reason, --sender or --all; see `permille quarantine list`"),
        ((id_of(FIRST), "--all"), "give ids, or --all: not both"),
        ((id_of(FIRST), "--with-reason", BAD, "--sender", "x"), "give ids, or --with-reason and --sender: not both"),
        (("--with-reason", "none"), "nothing in quarantine matches --with-reason; see `permille quarantine list`"),
        (
            ("--sender", "permille-late", "--with-reason", BAD),
            "nothing in quarantine matches --with-reason and --sender;",
        ),
        (("--sender", ""), "name ids, or use"),
        (("ffff-none",), "no ids begin with ffff-none; see `permille quarantine list`"),
        (("",), "3 ids begin with"),
    ],
)
def test_a_filter_without_matches_is_refused(
    stack: FakeStack, terminal: Terminal, command: str, typed: tuple[str, ...], says: str
) -> None:
    assert says in terminal.refused("quarantine", command, *typed)

    assert len(stack.quarantine.kept) == 3


def test_a_body_that_is_not_there_is_not_shown(terminal: Terminal) -> None:
    assert "no ids begin with ffff-none" in terminal.refused("quarantine", "show", "ffff-none")


def test_a_message_that_could_not_be_queued_stays(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.fail("feedback_queue.put", skip=1, error=Unavailable("putting feedback on its queue: Throttling"))

    assert terminal.failed("quarantine", "replay", "--all") == "putting feedback on its queue: Throttling"
    assert set(stack.quarantine.kept) == {SECOND, THIRD}


def test_a_body_is_read_when_it_is_replayed_and_no_other_before(stack: FakeStack, terminal: Terminal) -> None:
    terminal.text("quarantine", "replay", "--all")

    each = ["quarantine.body", "feedback_queue.put", "quarantine.drop"]
    assert [call for call in stack.faults.calls if call in each] == each * 3


def test_of_many_the_first_hundred_ids_are_listed_and_all_are_counted(stack: FakeStack, terminal: Terminal) -> None:
    for number in range(150):
        stack.quarantine.keep(f"body {number}", BAD, "permille-new", NOW)

    [group] = [group for group in terminal.answer("quarantine", "list")["groups"] if group["count"] > 2]
    replayed = terminal.answer("quarantine", "replay", "--sender", "permille-new")

    assert (group["count"], len(group["ids"])) == (150, 100)
    assert (replayed["replayed"], replayed["ids"]) == (150, group["ids"])
    [told] = stack.rows.told(SYSTEM, "quarantine_replayed")
    assert (told.data["count"], told.data["bodies"]) == (150, group["ids"])


def test_a_message_that_was_removed_concurrently_is_reported(stack: FakeStack, terminal: Terminal) -> None:
    stack.faults.meanwhile("quarantine.body", stack.quarantine.kept.clear)

    assert "was dropped or replayed just now" in terminal.refused("quarantine", "show", id_of(THIRD))


@pytest.mark.parametrize(
    ("call", "typed"),
    [
        ("quarantine.all", ("list",)),
        ("quarantine.drop", ("drop", "--all", "--yes")),
        ("quarantine.drop", ("replay", "--all")),
    ],
)
def test_an_aws_permission_error_is_reported(
    stack: FakeStack, terminal: Terminal, call: str, typed: tuple[str, ...]
) -> None:
    stack.faults.fail(call, error=PermissionDenied("AWS does not allow it"))

    assert terminal.failed("quarantine", *typed) == "AWS does not allow it"
    assert len(stack.quarantine.kept) == 3


@pytest.mark.parametrize("words", [("replay",), ("drop", "--yes")], ids=["replay", "drop"])
def test_without_the_operators_identity_nothing_is_done(
    stack: FakeStack, terminal: Terminal, words: tuple[str, ...]
) -> None:
    stack.faults.fail("stack.operator_arn", error=PermissionDenied("AWS does not allow it"))

    assert terminal.failed("quarantine", *words, "--all") == "AWS does not allow it"

    assert len(stack.quarantine.kept) == 3
    assert stack.feedback_queue.bodies == []
