"""`permille timeline`: the history of an account or of the stack, oldest entry first, in the words of the mails."""

from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Annotated

import typer

from permille.domain.timeline.facts import MAX_OF_TOPIC, Audience
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
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@app.command()
def show(
    account_id: Annotated[str, typer.Argument(metavar="ID", help="The account.")] = "",
    audience: Annotated[Audience | None, typer.Option(help="Only entries visible to this audience.")] = None,
    before: Annotated[str, typer.Option(metavar="ENTRY", help="Only entries older than the one with this id.")] = "",
    since: Annotated[
        str, typer.Option(metavar="TIME", help="Only entries since this time: ISO 8601, by default UTC.")
    ] = "",
    limit: Annotated[
        int, typer.Option(min=1, max=MAX_OF_TOPIC, help="Read this many entries at most, the newest.")
    ] = MAX_OF_TOPIC,
    *,
    system: Annotated[
        bool, typer.Option("--system", help="The system timeline: policy, mode, breaker, links and so on.")
    ] = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Show an account's timeline, or the system timeline.

    Every complaint, decision and mail, the oldest first, in the words of the mails, and who decided. At most the newest
    1,000 entries, or --limit; --before shows older ones. With --json, who decided is `by` of the facts.

    Examples:
        permille timeline good-bakery
        permille timeline good-bakery --since 2026-11-25
        permille timeline good-bakery --limit 20
        permille timeline good-bakery --audience owner
        permille timeline --system

    JSON fields: account_id, entries (id, at, kind, audience, headline, sentence, facts), before
    """
    from permille.domain.people import validation
    from permille.domain.timeline.timeline import SYSTEM
    from permille.schema.entry_schema import entry_json

    if system == bool(account_id):
        raise InvalidInput("name one account, or use --system")
    before = validation.of_field("before", validation.entry_id, before) if before else ""
    zone = shown_zone_of(stack.account(account_id)) if account_id else UTC
    platform = stack["PlatformName"]
    from_on = _instant(since) if since else BEFORE_ALL
    page = stack.timeline.latest(account_id or SYSTEM, limit, before)
    recent = [entry for entry in reversed(page.items) if entry.at >= from_on]
    older = page.next if len(recent) == len(page.items) else ""
    entries = [entry for entry in recent if audience in (None, entry.audience)]
    if as_json:
        documents = [entry_json(entry, platform, zone) for entry in entries]
        emit_json({"account_id": account_id or None, "entries": documents, "before": older or None})
        return
    if older:
        out.print(f"Older entries are left out; --before {older} shows them.", soft_wrap=True)
    out.print(as_table(entries, platform, zone))


def _instant(since: str) -> datetime:
    from permille_cli.terminal import inputs

    return inputs.instant(since, "since")


def as_table(entries: "list[Entry]", platform: str, zone: tzinfo = UTC) -> "Table":
    """A table of entries, with times in `zone`."""
    from rich.table import Column, Table
    from rich.text import Text

    from permille.reading.decided_by import decided_by_line

    table = Table(Column(f"When ({zone})", no_wrap=True), Column("What", overflow="fold"), box=None, pad_edge=False)
    for entry in entries:
        local_entry = entry.in_zone(zone)
        style = "bold red" if entry.kind == "disabled" else "bold"
        words = Text(plain(local_entry.headline(platform), LONGEST), style=style)
        words.append(f"\n{plain(local_entry.sentence(), LONGEST)}", style="not bold default")
        if decided := decided_by_line(entry):
            words.append(f" {decided}", style="dim")
        if entry.audience == "staff":
            words.append(" (staff only)", style="dim")
        table.add_row(f"{local_entry.at:%Y-%m-%d %H:%M:%S}", words)
    return table
