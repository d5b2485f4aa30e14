"""Answers on stdout: text for people, by Rich, or one JSON document."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape

from permille.domain.account.account import Account
from permille.domain.words.wording import local, plain
from permille.zones import shown_zone_of

T = TypeVar("T")

# Without emoji: ARNs and people's texts contain :words: between colons.
out = Console(highlight=False, emoji=False)
err = Console(stderr=True, highlight=False, emoji=False)

_CONTROLS = re.compile("[\x7f-\x9f\u2028\u2029]")
LONGEST = 4096  # characters of a foreign text

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def literal(text: object) -> str:
    """Escapes foreign text for `out`: one line, no markup, at most LONGEST characters."""
    return escape(plain(str(text), LONGEST))


def instant(at: datetime, account: Account) -> str:
    """The time in the account's zone, in words."""
    return local(at.astimezone(shown_zone_of(account)))


def emit_json(answer: Any) -> None:
    """Prints one JSON document. Escapes the control characters that JSON allows: a terminal would obey them."""
    text = json.dumps(answer, indent=2, ensure_ascii=False)
    print(_CONTROLS.sub(lambda control: f"\\u{ord(control[0]):04x}", text))  # noqa: T201 - stdout is for the answer


def progress(items: Iterable[T], doing: str, total: int | None = None) -> Iterable[T]:
    """Yields the items, with a progress bar on stderr if it is a terminal. `doing`: the label; `total`: about how many
    items there are, where these do not say."""
    from rich.progress import track

    return track(items, description=doing, total=total, console=err, transient=True, disable=not err.is_terminal)


@contextmanager
def bytes_progress(doing: str, total: int) -> Iterator[Callable[[int], None]]:
    """Shows how many of `total` bytes are done, on stderr if it is a terminal. Yields what advances it."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as shown:
        task = shown.add_task(doing, total=total)
        yield lambda number: shown.advance(task, number)
