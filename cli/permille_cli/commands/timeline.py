"""`permille timeline`: the history of an account or of the stack, oldest entry first, in the words of the mails."""

from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Annotated

import typer

from permille.domain.timeline.facts import Audience
from permille.domain.values.errors import InvalidInput
from permille.domain.words.wording import plain
from permille.zones import shown_zone_of
from permille_cli.stack.stack import DEFAULT_STACK, StackOption
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.output import LONGEST, AsJson, emit_json, out

if TYPE_CHECKING:
    from rich.table import Table

    from permille.domain.timeline.timeline import Entry

app = Commands()


@app.command()
def show(
    account_id: Annotated[str, typer.Argument(metavar="ID", help="The account.")] = "",
    audience: Annotated[Audience | None, typer.Option(help="Only entries visible to this audience.")] = None,
    before: Annotated[str, typer.Option(metavar="ENTRY", help="Only entries older than the one with this id.")] = "",
    *,
    system: Annotated[
        bool, typer.Option("--system", help="The system timeline: policy, mode, breaker, links and so on.")
    ] = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Show an account's timeline, or the system timeline.

    Every complaint, decision and mail, the oldest first, in the words of the mails. At most the newest 1,000 entries;
    --before shows older ones.

    Examples:
        permille timeline good-bakery
        permille timeline good-bakery --audience owner
        permille timeline --system

    JSON fields: account_id, entries (id, at, kind, audience, headline, sentence, facts), before
    """
    from permille.domain.people import validation
    from permille.domain.timeline.timeline import SYSTEM
    from permille.schema.entry_schema import entry_json
    from permille.usecases.history import MAX_OF_TOPIC

    if system == bool(account_id):
        raise InvalidInput("name one account, or use --system")
    before = validation.of_field("before", validation.entry_id, before) if before else ""
    zone = shown_zone_of(stack.account(account_id)) if account_id else UTC
    platform = stack["PlatformName"]
    page = stack.timeline.latest(account_id or SYSTEM, MAX_OF_TOPIC, before)
    entries = [entry for entry in reversed(page.items) if audience in (None, entry.audience)]
    if as_json:
        documents = [entry_json(entry, platform, zone) for entry in entries]
        emit_json({"account_id": account_id or None, "entries": documents, "before": page.next or None})
        return
    if page.next:
        out.print(f"Older entries are left out; --before {page.next} shows them.", soft_wrap=True)
    out.print(as_table(entries, platform, zone))


def as_table(entries: "list[Entry]", platform: str, zone: tzinfo = UTC) -> "Table":
    """A table of entries, with times in `zone`."""
    from rich.table import Table
    from rich.text import Text

    table = Table(f"When ({zone})", "What", box=None, pad_edge=False)
    for entry in entries:
        local_entry = entry.in_zone(zone)
        style = "bold red" if entry.kind == "disabled" else "bold"
        words = Text(plain(local_entry.headline(platform), LONGEST), style=style)
        words.append(f"\n{plain(local_entry.sentence(), LONGEST)}", style="not bold default")
        if entry.audience == "staff":
            words.append(" (staff only)", style="dim")
        table.add_row(f"{local_entry.at:%Y-%m-%d %H:%M:%S}", words)
    return table
