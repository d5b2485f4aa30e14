"""Reads the values of a JSON document, each with the range that it may have. Raises InvalidInput."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from permille.domain.policy.policy_numbers import abridged
from permille.domain.values.errors import InvalidInput

MOST_CHARACTERS = 100_000
MOST_WEIGHT = 1_000_000
_NUMBER = re.compile(r"0|[1-9][0-9]{0,12}")


class DocumentPart:
    """A JSON object with named values. What it does not name is as in `usual`, which has all names that there are."""

    def __init__(self, name: str, data: Any, usual: Mapping[str, Any]) -> None:
        if not isinstance(data, dict):
            raise InvalidInput(f"{name or 'the document'} is {abridged(data)}; it must be an object, in braces")
        self._name, self._usual, self._data = name, usual, data
        for key in data:
            if key not in usual:
                raise InvalidInput(f"there is no {self._named(key)}; there are {', '.join(usual)}")

    def _named(self, key: str) -> str:
        return f"{self._name}.{key}" if self._name else key

    def _value(self, key: str) -> Any:
        return self._data.get(key, self._usual[key])

    def part(self, key: str) -> "DocumentPart":
        """The object of this name."""
        return DocumentPart(self._named(key), self._value(key), self._usual[key])

    def number(self, key: str, least: float, most: float) -> float:
        """A number in a range."""
        return _number(self._named(key), self._value(key), least, most)

    def whole_numbers(self, key: str, least: int, most: int) -> tuple[int, ...]:
        """A list of whole numbers in a range, at least one."""
        name, listed = self._named(key), self._value(key)
        if not isinstance(listed, list) or not listed:
            raise InvalidInput(f"{name} is {abridged(listed)}; it must be a list, in brackets, that is not empty")
        if any(isinstance(one, bool) or not isinstance(one, int) or not least <= one <= most for one in listed):
            raise InvalidInput(f"{name} is {abridged(listed)}; it takes whole numbers from {least} to {most}")
        return tuple(listed)

    def weights_of_numbers(self, key: str, most: int) -> dict[int, float]:
        """The weight of each of several whole numbers, up to `most`."""
        weights = self.weights(key)
        for name in weights:
            if not _NUMBER.fullmatch(name) or int(name) > most:
                raise InvalidInput(f"{self._named(key)} has {abridged(name)}; it takes whole numbers from 0 to {most}")
        return {int(name): weight for name, weight in weights.items()}

    def weights(self, key: str) -> dict[str, float]:
        """The weight of each of several names. One has to be above 0."""
        name, data = self._named(key), self._value(key)
        if not isinstance(data, dict):
            raise InvalidInput(f"{name} is {abridged(data)}; it must be an object, in braces")
        weights = {one: _number(f"{name}.{one}", weight, 0, MOST_WEIGHT) for one, weight in data.items()}
        if not any(weights.values()):
            raise InvalidInput(f"{name} is {abridged(data)}; it needs a weight above 0")
        return weights


def document(text: str, usual: Mapping[str, Any]) -> DocumentPart:
    """The document as a whole."""
    if len(text) > MOST_CHARACTERS:
        raise InvalidInput(f"it has {len(text):,} characters; at most {MOST_CHARACTERS:,} are read")
    try:
        return DocumentPart("", json.loads(text, object_pairs_hook=_without_repetition), usual)
    except ValueError as error:
        raise InvalidInput(f"it is not JSON: {error}") from error
    except RecursionError as error:
        raise InvalidInput("it is nested too deeply") from error


def _without_repetition(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidInput(f"{abridged(twice)} is there twice; keep one of them")
    return data


def _number(name: str, value: Any, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise InvalidInput(f"{name} is {abridged(value)}; it must be a number from {least:g} to {most:g}")
    return value
