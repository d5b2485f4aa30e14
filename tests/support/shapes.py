"""Holds what commands print with --json to docs/cli.schema.json."""

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from permille_cli.shapes.document import ANSWERS, document


def conform(typed: tuple[str, ...], answer: Any) -> None:
    """Raises where the answer of the command that was typed is not as its schema says."""
    line = " ".join(typed)
    words = max((words for words in ANSWERS if f"{line} ".startswith(f"{words} ")), key=len)
    _validator(words).validate(answer)


@cache
def _validator(words: str) -> Draft202012Validator:
    schema = _document()
    return Draft202012Validator({"$defs": schema["$defs"], **schema["properties"][words]})


@cache
def _document() -> dict[str, Any]:
    return document()
