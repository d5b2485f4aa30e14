"""Holds what commands print with --json to docs/cli.schema.json."""

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from permille_cli.shapes.document import ANSWERS, UNSUCCESSFUL, document


def conform(typed: tuple[str, ...], answer: Any, status: int = 0) -> None:
    """Raises where the answer of the command that was typed, and its exit status, are not as its schema says."""
    line = " ".join(typed)
    words = max((words for words in ANSWERS if f"{line} ".startswith(f"{words} ")), key=len, default="")
    is_error = status != 0 and ("error" in answer or words not in UNSUCCESSFUL)
    _validator("" if is_error else words).validate(answer)


@cache
def _validator(words: str) -> Draft202012Validator:
    """Of the command's answer; without words of an error."""
    schema = _document()
    described = schema["properties"][words] if words else schema["$defs"]["Error"]
    return Draft202012Validator({"$defs": schema["$defs"], **described})


@cache
def _document() -> dict[str, Any]:
    return document()
