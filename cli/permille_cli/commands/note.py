"""Internal notes of staff: `permille account note`."""

from typing import Annotated

import typer

from permille.zones import shown_zone_of
from permille_cli.stack.stack import DEFAULT_STACK, StackOption
from permille_cli.terminal.options import AccountId
from permille_cli.terminal.output import AsJson, emit_json, instant, literal, out


def note(
    account_id: AccountId,
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="The note, up to 2,000 characters. Without it, list the notes.")
    ] = "",
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Add an internal note about an account, or list them.

    Staff read notes at the desk and on the timeline, and the host platform gets them as entries; the owner never reads
    them. A note changes nothing about the account. The newest is listed first.

    Examples:
        permille account note good-bakery "They called: they ask on Monday"
        permille account note good-bakery

    JSON fields: account_id, notes
    """
    from permille.domain.people.system_commands import AddNote
    from permille.domain.words import wording
    from permille.schema.entry_schema import entry_json
    from permille.usecases.decisions.notes import add_note, notes_of

    account = stack.account(account_id)
    if text:
        command = AddNote(text=text, by=stack.operator_arn())
        notes = [add_note(stack.accounts, stack.timeline, account_id, command, stack.now())]
    else:
        notes = list(notes_of(stack.timeline, account_id))
    if as_json:
        shown = [entry_json(entry, stack["PlatformName"], shown_zone_of(account)) for entry in notes]
        emit_json({"account_id": account_id, "notes": shown})
        return
    for entry in notes:
        out.print(f"{instant(entry.at, account)}, {literal(entry.facts.by)}", soft_wrap=True)
        out.print(literal(wording.exposed(entry.facts.text)), soft_wrap=True)
    if not notes:
        out.print("There are no notes.")
