"""What an archive holds is read by the parser of production, whatever its wrapping, and counted once, in any order."""

import json
import random
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.archive_lines import BEGINNING, an_event, in_eventbridge, in_sns, text_of

from permille.aws.ses_archive import read_archived
from permille.domain.feedback.feedback import Ignored, Unreadable
from permille.ports.feedback import Sender
from permille_cli.backtest.collection import MOST_NAMED, ArchiveLine, Collection, EachCallerIsAnAccount
from permille_cli.backtest.deliveries import DeliveryLog
from permille_cli.backtest.history import FeedbackHistory, second_of

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def collected(
    lines: Iterable[str | bytes], senders: Mapping[str, Sender] | None = None, in_memory: int = 1000
) -> tuple[Collection, dict[str, FeedbackHistory]]:
    collection = Collection(EachCallerIsAnAccount() if senders is None else senders, DeliveryLog(in_memory))
    with closing(collection):
        for number, line in enumerate(lines, start=1):
            collection.add(ArchiveLine("file", number, line.encode() if isinstance(line, str) else line))
        return collection, {history.account_id: history for history in collection.histories()}


def since(second: int) -> int:
    return second - second_of(BEGINNING)


@pytest.mark.parametrize(
    ("document", "arrives"),
    [
        (an_event(came=5 * SECOND), 5),
        (in_sns(an_event(came=5 * SECOND), 9 * SECOND), 9),
        (in_eventbridge(an_event(came=5 * SECOND), 7 * SECOND), 7),
        (in_sns(in_eventbridge(an_event(came=5 * SECOND), 7 * SECOND), 9 * SECOND), 9),
        (an_event("Complaint", came=HOUR), 3600),
        (an_event("Bounce", came=HOUR), 3600),
        (an_event(sent=3 * SECOND, timestamp=None), 3),
    ],
)
def test_feedback_arrives_when_the_outermost_wrapping_says(document: dict[str, Any], arrives: int) -> None:
    [archived] = read_archived(json.dumps(document))

    assert archived.arrived_at is not None
    assert since(second_of(archived.arrived_at)) == arrives


def test_documents_of_one_line_are_read_one_by_one() -> None:
    """As Firehose writes them."""
    line = json.dumps(an_event()) + json.dumps(an_event(message="m-2")) + "  " + json.dumps(in_sns(an_event(), HOUR))

    assert len({archived.feedback for archived in read_archived(line)}) == 2
    assert len(list(read_archived(line))) == 3


def test_what_cannot_be_read_costs_no_other_document_of_its_line() -> None:
    first, second = read_archived(json.dumps(an_event()) + "{broken")

    assert not isinstance(first.feedback, Unreadable)
    assert isinstance(second.feedback, Unreadable)


@given(st.text(max_size=30) | st.text(alphabet='{}[]"1,: ', max_size=30))
def test_whatever_a_line_holds_reading_it_does_not_fail(line: str) -> None:
    assert all(isinstance(archived.feedback, Unreadable | Ignored) for archived in read_archived(line))


EVENTS = [
    an_event(message=f"m-{number % 4}", to=f"reader-{number % 3}@inbox.example", sent=number * HOUR, came=number * HOUR)
    for number in range(6)
] + [
    an_event("Complaint", message=f"m-{number % 2}", came=(10 + number) * HOUR, feedbackId=f"f-{number % 3}")
    for number in range(6)
]
EVENTS += [an_event("Bounce", message=f"m-{number % 2}", came=(10 + number) * HOUR) for number in range(4)]


@given(st.permutations(range(len(EVENTS))), st.lists(st.integers(0, len(EVENTS) - 1), max_size=8), st.integers(1, 20))
def test_neither_order_nor_copies_of_lines_nor_the_disk_change_a_history(
    order: list[int], copies: list[int], in_memory: int
) -> None:
    lines = [json.dumps(EVENTS[number]) for number in order + copies]

    _, first = collected(json.dumps(event) for event in EVENTS)
    _, other = collected(lines, in_memory=in_memory)

    assert other == first
    assert first["permille-bakery"].deliveries.total == 6


def test_of_two_copies_the_first_that_arrived_counts() -> None:
    copies = [in_sns(an_event(), at) for at in (3 * HOUR, HOUR, 2 * HOUR)]

    _, histories = collected([text_of(copy) for copy in copies])

    assert [since(at) for at in histories["permille-bakery"].deliveries.at] == [3600]


def test_senders_say_whose_mail_it_is_and_whose_counts_for_nobody() -> None:
    senders = {
        "old": Sender("old", "bakery"),
        "new": Sender("new", "bakery"),
        "own": Sender("own", "", ignored="the platform's"),
    }
    lines = [
        text_of(an_event(message=f"by {caller}", caller=caller)) for caller in ("old", "new", "own", "stranger", "")
    ]

    collection, histories = collected(lines, senders)

    assert {name: history.deliveries.total for name, history in histories.items()} == {"bakery": 2}
    assert collection.counts.ignored == {"the platform's own mail": 1}
    assert collection.counts.uncounted == {
        "unattributed: the sender belongs to no account": 1,
        "unattributed: no sender named": 1,
    }


def test_broken_lines_are_counted_by_reason_and_the_first_are_named() -> None:
    ahead = an_event(sent=100 * HOUR, came=HOUR)
    lines: list[str | bytes] = [
        b"\xff",
        "{",
        "",
        "  \n",
        text_of({"eventType": "Odd"}),
        text_of(ahead),
        *["[]"] * MOST_NAMED,
    ]

    collection, histories = collected(lines)

    assert histories == {}
    assert sum(collection.counts.uncounted.values()) == 4 + MOST_NAMED
    assert [(one.line, one.reason) for one in collection.counts.named][:4] == [
        (1, "the line is not UTF-8"),
        (2, "the line is not JSON: Expecting property name enclosed in double quotes"),
        (5, "unknown kind 'Odd'"),
        (6, "sent more than a day ahead"),
    ]
    assert len(collection.counts.named) == MOST_NAMED


@pytest.mark.parametrize("year", ["0001", "1999", "3000", "9999"])
def test_an_arrival_in_a_year_that_cannot_be_is_no_end_of_the_archive(year: str) -> None:
    odd = in_sns(an_event(), HOUR) | {"Timestamp": f"{year}-12-31T23:59:59.000Z"}

    collection, _ = collected([text_of(an_event()), text_of(odd)])

    assert collection.counts.uncounted == {"arrived before 2000 or after 2999": 1}
    assert since(collection.ends_at) == 1


def test_kinds_that_are_never_counted_are_ignored_by_name() -> None:
    collection, _ = collected(
        [text_of({"eventType": "Open"}), text_of({"eventType": "Open"}), "Successfully validated SNS topic"]
    )

    assert collection.counts.ignored == {"Open": 2, "set-up notice": 1}
    assert (collection.counts.counted, collection.counts.events) == (0, 3)


def test_many_deliveries_on_disk_are_those_in_memory() -> None:
    chance = random.Random(1)  # noqa: S311 - no secret
    logs = DeliveryLog(10**6), DeliveryLog(in_memory=7)
    for _ in range(500):
        row = (
            chance.randrange(3),
            f"delivery#{chance.randrange(200):032x}",
            chance.randrange(50),
            chance.randrange(50),
        )
        for log in logs:
            log.add(row[0], row[1], row[2], int(row[1][-2:], 16))

    assert [logs[0].of(account) for account in range(4)] == [logs[1].of(account) for account in range(4)]
    assert sum(logs[0].of(account).total for account in range(3)) > 200
    for log in logs:
        log.close()
