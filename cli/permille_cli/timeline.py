"""`permille timeline`: an account's history, oldest first, in the words that mails and pages use."""

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from permille import shapes
from permille.domain.timeline import BEGINNING, Audience, Entry
from permille_cli.output import AsJson, emit_json, out
from permille_cli.stack import DEFAULT_STACK, StackOption


def show(
    account_id: Annotated[str, typer.Argument(metavar="ID", help="The account.")],
    audience: Annotated[Audience | None, typer.Option(help="What this audience is told alone.")] = None,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Show an account's timeline."""
    stack.account(account_id)
    every = stack.timeline.since(account_id, BEGINNING)
    entries = [entry for entry in every if audience in (None, entry.audience)]
    if as_json:
        emit_json(
            {"account_id": account_id, "entries": [shapes.entry(entry, stack["PlatformName"]) for entry in entries]}
        )
    else:
        out.print(as_table(entries, stack["PlatformName"]))


def as_table(entries: list[Entry], platform: str) -> Table:
    table = Table("When (UTC)", "What", box=None, pad_edge=False)
    for entry in entries:
        words = Text(entry.headline(platform), style="bold red" if entry.kind == "disabled" else "bold")
        words.append(f"\n{entry.sentence()}", style="not bold default")
        if entry.audience == "staff":
            words.append(" (staff only)", style="dim")
        table.add_row(f"{entry.at:%Y-%m-%d %H:%M:%S}", words)
    return table
