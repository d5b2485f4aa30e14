"""Compares what a command prints with --json with the fields that its help names."""

from typing import Any

from permille_cli.catalogue import all_commands


def misnamed(command: str, answer: dict[str, Any]) -> list[str]:
    """The fields that the help of `command` names and the answer lacks, or that the answer has and the help lacks."""
    always, sometimes = _fields_of(command)
    lacking = [name for name in always if name not in answer]
    unnamed = [name for name in answer if name not in always and name not in sometimes]
    nested = [
        f"{name} ({inner})"
        for name, inners in always.items()
        for inner in inners
        if name in answer and inner not in _names_in(answer[name])
    ]
    return lacking + unnamed + nested


def _fields_of(command: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The fields that the help names, those in square brackets apart; each with the names in it."""
    always: dict[str, list[str]] = {}
    sometimes: dict[str, list[str]] = {}
    for field in dict(all_commands())[command].page.fields:
        name, _, nested = field.strip("[]").rstrip(")").partition(" (")
        (sometimes if field.startswith("[") else always)[name] = [one for one in nested.split(", ") if one]
    return always, sometimes


def _names_in(value: Any) -> set[str]:
    """The names of an object, or of the first one in a list."""
    match value:
        case {}:
            return set(value)
        case [{}, *_]:
            return set(value[0])
    return set()
