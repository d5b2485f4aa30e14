"""`permille timeline`: an account's history, oldest first, in the words that mails and pages use."""

from datetime import UTC, tzinfo
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from permille import shapes
from permille.domain.timeline import BEGINNING, Audience, Entry
from permille.zones import shown_zone_of
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
    zone, platform = shown_zone_of(stack.account(account_id)), stack["PlatformName"]
    every = stack.timeline.since(account_id, BEGINNING)
    entries = [entry for entry in every if audience in (None, entry.audience)]
    if as_json:
        emit_json({"account_id": account_id, "entries": [shapes.entry(entry, platform, zone) for entry in entries]})
    else:
        out.print(as_table(entries, platform, zone))


def as_table(entries: list[Entry], platform: str, zone: tzinfo = UTC) -> Table:
    """`zone`: the account's."""
    table = Table("When (UTC)", "What", box=None, pad_edge=False)
    for entry in entries:
        told = entry.in_zone(zone)
        words = Text(told.headline(platform), style="bold red" if entry.kind == "disabled" else "bold")
        words.append(f"\n{told.sentence()}", style="not bold default")
        if entry.audience == "staff":
            words.append(" (staff only)", style="dim")
        table.add_row(f"{entry.at:%Y-%m-%d %H:%M:%S}", words)
    return table
