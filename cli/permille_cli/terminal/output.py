"""Answers for people, by Rich, and for machines, as one JSON document on stdout."""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from permille.domain.account.account import Account
from permille.domain.words.wording import local, plain
from permille.zones import shown_zone_of

T = TypeVar("T")

# Without emoji: people's words and ARNs have :words: between colons too.
out = Console(highlight=False, emoji=False)
err = Console(stderr=True, highlight=False, emoji=False)

_CONTROLS = re.compile("[\x7f-\x9f\u2028\u2029]")
LONGEST = 4096  # characters of a foreign text that are shown

AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


def literal(text: object) -> str:
    """Foreign text among what `out` prints: as it was written, on one line, and nothing of it is markup."""
    return escape(plain(str(text), LONGEST))


def instant(at: datetime, account: Account) -> str:
    """As it is where the account is."""
    return local(at.astimezone(shown_zone_of(account)))


def emit_json(answer: Any) -> None:
    """Control characters are escaped, also those that JSON allows as they are: a terminal would obey them."""
    text = json.dumps(answer, indent=2, ensure_ascii=False)
    print(_CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text))  # noqa: T201 - stdout is for the answer


def progress(items: Iterable[T], doing: str) -> Iterable[T]:
    """The items, with a bar on stderr while they are taken, gone at the end; none where stderr is no terminal."""
    return track(items, description=doing, console=err, transient=True, disable=not err.is_terminal)
