"""Redrives dead letters to their source queue, and finds which parts of the timeline's stream a function missed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from permille.ports.operator import DeadLetter, DeadLetters

MAX_DELAY = timedelta(minutes=5)  # from the instant in an entry's id until it is in the stream: one run at most


def redrive_letters(letters: DeadLetters, limit: int | None = None) -> Iterator[DeadLetter]:
    """Redrives the letters that are in the queue at the beginning, so that letters that fail again are not moved in
    circles. Cut off at any point, a letter is in both queues, and the function that reads the queue does each once."""
    for letter in _received(letters, limit):
        letters.redrive(letter)
        yield letter


@dataclass(frozen=True, slots=True)
class MissedPart:
    """A part of the timeline's stream that a function gave up on.

    since: no entry of the part is older
    """

    letter: DeadLetter
    since: datetime


def missed_parts(failures: DeadLetters) -> list[MissedPart]:
    """The parts that Lambda's letters name, in no order. Letters about anything else are left where they are."""
    parts = [(letter, _first_arrival(letter.body)) for letter in _received(failures)]
    return [MissedPart(letter, first - MAX_DELAY) for letter, first in parts if first]


def _received(letters: DeadLetters, limit: int | None = None) -> Iterator[DeadLetter]:
    count = letters.count()
    left = count if limit is None else min(count, limit)
    while left > 0 and (batch := letters.receive(left)):
        yield from batch
        left -= len(batch)


def _first_arrival(body: str) -> datetime | None:
    """When the first record of the part arrived; None for other letters.

    https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html"""
    try:
        first = datetime.fromisoformat(json.loads(body)["DDBStreamBatchInfo"]["approximateArrivalOfFirstRecord"])
    except (ValueError, KeyError, TypeError):
        return None
    return first if first.tzinfo else first.replace(tzinfo=UTC)
