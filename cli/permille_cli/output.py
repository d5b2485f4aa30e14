"""Answers for people, by Rich, and for machines, as one JSON document on stdout."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console

out = Console(highlight=False, emoji=False)
err = Console(stderr=True, highlight=False, emoji=False)

AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


def emit_json(answer: Any) -> None:
    print(json.dumps(answer, indent=2, ensure_ascii=False))  # noqa: T201 - stdout is for the answer
