"""Answers for people, by Rich, and for machines, as one JSON document on stdout."""

import json
from collections.abc import Iterable
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import track

T = TypeVar("T")

# Without emoji: people's words and ARNs have :words: between colons too.
out = Console(highlight=False, emoji=False)
err = Console(stderr=True, highlight=False, emoji=False)

AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


def emit_json(answer: Any) -> None:
    print(json.dumps(answer, indent=2, ensure_ascii=False))  # noqa: T201 - stdout is for the answer


def progress(items: Iterable[T], doing: str) -> Iterable[T]:
    """The items, with a bar on stderr while they are taken, gone at the end; none where stderr is no terminal."""
    return track(items, description=doing, console=err, transient=True, disable=not err.is_terminal)
