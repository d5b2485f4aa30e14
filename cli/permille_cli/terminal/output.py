"""Answers on stdout: text for people, by Rich, or one JSON document."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from permille.domain.words.wording import local, plain
from permille.zones import shown_zone_of

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from permille.domain.account.account import Account

T = TypeVar("T")


class Screen:
    """A stream for people to read. Rich is imported with the first text: help and JSON need none of it."""

    def __init__(self, **options: Any) -> None:
        self._options = options

    @cached_property
    def console(self) -> "Console":
        from rich.console import Console

        # Without emoji: ARNs and people's texts contain :words: between colons.
        return Console(highlight=False, emoji=False, **self._options)

    def print(self, *texts: Any, **options: Any) -> None:
        self.console.print(*texts, **options)

    def status(self, doing: str) -> "Status":
        """Shows what is being done, for as long as the block lasts."""
        return self.console.status(doing)

    @property
    def is_terminal(self) -> bool:
        return self.console.is_terminal


out, err = Screen(), Screen(stderr=True)

_CONTROLS = re.compile("[\x7f-\x9f\u2028\u2029]")
LONGEST = 4096  # characters of a foreign text

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def literal(text: object) -> str:
    """Escapes foreign text for `out`: one line, no markup, at most LONGEST characters."""
    from rich.markup import escape

    return escape(plain(str(text), LONGEST))


def instant(at: datetime, account: "Account") -> str:
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

    return track(
        items, description=doing, total=total, console=err.console, transient=True, disable=not err.is_terminal
    )


@contextmanager
def bytes_progress(doing: str, total: int) -> Iterator[Callable[[int], None]]:
    """Shows how many of `total` bytes are done, on stderr if it is a terminal. Yields what advances it."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err.console, transient=True, disable=not err.is_terminal) as shown:
        task = shown.add_task(doing, total=total)
        yield lambda number: shown.advance(task, number)
