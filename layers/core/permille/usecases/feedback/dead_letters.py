"""Dead letters go back to the queue that they came from, when the cause is gone; so does what a function missed of the
timeline's stream."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from permille.ports.operator import DeadLetter, DeadLetters

WRITTEN_LATE = timedelta(minutes=5)  # an entry reaches the stream a run later than the instant in its id, at most


def redrive_letters(letters: DeadLetters, limit: int | None = None) -> Iterator[DeadLetter]:
    """Puts back as many as rest at the beginning, so that what fails once more meanwhile is not moved in circles.
    Cut off at any point, a letter is there twice rather than nowhere: whoever works on the queue does each once."""
    for letter in _taken(letters, limit):
        letters.redrive(letter)
        yield letter


@dataclass(frozen=True, slots=True)
class Missed:
    """A part of the timeline's stream that a function gave up on: no entry of it is older than `since`."""

    letter: DeadLetter
    since: datetime


def missed(failures: DeadLetters) -> list[Missed]:
    """The parts that Lambda names in its letters, in no order; a letter of anything else is left where it is."""
    parts = [(letter, _first_of(letter.body)) for letter in _taken(failures)]
    return [Missed(letter, first - WRITTEN_LATE) for letter, first in parts if first]


def _taken(letters: DeadLetters, limit: int | None = None) -> Iterator[DeadLetter]:
    resting = letters.count()
    left = resting if limit is None else min(resting, limit)
    while left > 0 and (taken := letters.receive(left)):
        yield from taken
        left -= len(taken)


def _first_of(body: str) -> datetime | None:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html"""
    try:
        first = datetime.fromisoformat(json.loads(body)["DDBStreamBatchInfo"]["approximateArrivalOfFirstRecord"])
    except (ValueError, KeyError, TypeError):
        return None
    return first if first.tzinfo else first.replace(tzinfo=UTC)
