"""`permille suppression`: the addresses that an account must not mail, after complaints, bounces, or by staff."""

from typing import TYPE_CHECKING, Annotated

import typer

from permille.domain.values.errors import InvalidInput
from permille.zones import shown_zone_of
from permille_cli.stack.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.terminal import inputs
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.options import AccountId, Reason
from permille_cli.terminal.output import AsJson, emit_json, instant, literal, out, progress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from permille.domain.sending.suppression import Suppression

app = Commands(
    help="""Manage an account's suppression list.

The addresses that the account must not mail: recipients who complained or whose mail bounced permanently, and those
that staff added. The host platform gets the list from the JSON API."""
)


@app.command(name="list")
def list_suppressed(account_id: AccountId, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """List an account's suppressed addresses.

    Recipients that the account must not mail any more: they complained, bounced, or were added by staff. The longest
    suppressed is first.

    Example:
        permille suppression list good-bakery

    JSON fields: account_id, suppressions (address, since, entry_id, reason)
    """
    from permille.schema.suppression_schema import suppression_json

    account = stack.account(account_id)
    suppressed = list(_suppressions(stack, account_id))
    if as_json:
        emit_json(
            {"account_id": account_id, "suppressions": [suppression_json(suppression) for suppression in suppressed]}
        )
        return
    for suppression in suppressed:
        since = instant(suppression.since, account)
        out.print(f"{suppression.reason:<9}  {literal(suppression.address)}, since {since}", soft_wrap=True)
    if not suppressed:
        out.print("No address is suppressed.")


@app.command()
def show(
    account_id: AccountId,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="E-mail address, in any spelling.")],
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Show whether an address is suppressed.

    For the account, and on SES's own list of the AWS account.

    Example:
        permille suppression show good-bakery ann@example.com

    JSON fields: account_id, address, suppression (address, since, entry_id, reason), ses (reasons, taken_off, unknown)
    """
    from permille.schema.suppression_schema import suppression_json
    from permille_cli.answers.ses_list import in_ses

    account, wanted = stack.account(account_id), _bare(address)
    ours = next((listed for listed in _suppressions(stack, account_id) if listed.address == wanted), None)
    seen = in_ses(stack, address, wanted)
    if as_json:
        suppression = suppression_json(ours) if ours else None
        emit_json({"account_id": account_id, "address": wanted, "suppression": suppression, "ses": seen.as_data()})
        return
    state = f"has been suppressed since {instant(ours.since, account)}" if ours else "is not suppressed"
    out.print(literal(f"{wanted} {state} for {account_id}."), soft_wrap=True)
    out.print(literal(seen.as_text()), soft_wrap=True)


@app.command()
def add(
    account_id: AccountId,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="E-mail address to suppress.")],
    reason: Reason,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Suppress an address. No complaint is counted.

    For a recipient who asked for no more mail in another way.

    Example:
        permille suppression add good-bakery ann@example.com --reason "She called"

    JSON fields: id, at, kind, audience, headline, sentence, facts
    """
    from permille.domain.people.system_commands import Suppress
    from permille.schema.entry_schema import entry_json
    from permille.usecases.decisions import suppression_list

    command = Suppress(address=_bare(address), reason=reason, by=stack.operator_arn())
    account = stack.account(account_id)
    entry = suppression_list.suppress(stack.suppressions, account_id, command, stack.now())
    if entry is None:
        raise InvalidInput(f"{command.address} is on the list already; see `permille suppression list {account_id}`")
    if as_json:
        emit_json(entry_json(entry, stack["PlatformName"], shown_zone_of(account)))
    else:
        out.print(f"{literal(entry.facts.address)} is suppressed.", soft_wrap=True)


@app.command(name="import")
def import_file(
    account_id: AccountId,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="File with one address per line, or CSV; - for standard input.")
    ],
    reason: Reason,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Suppress all addresses of a file.

    For example the list that a sender had elsewhere. If a line holds no address, nothing is suppressed. If the command
    was interrupted, repeat it.

    Example:
        permille suppression import good-bakery unsubscribed.csv --reason "From the former provider"

    JSON fields: account_id, added, known
    """
    from permille.addresses.mailbox import canonical_address
    from permille.domain.people.system_commands import ImportSuppressions
    from permille.domain.sending.suppression_file import addresses_in
    from permille.usecases.decisions import suppression_list

    addresses = tuple(addresses_in(inputs.text_of(file), canonical_address))
    command = ImportSuppressions(addresses=addresses, reason=reason, by=stack.operator_arn())
    stack.account(account_id)
    entry = suppression_list.import_addresses(
        stack.suppressions, account_id, command, stack.now(), lambda chunks: progress(chunks, "Suppressing addresses")
    )
    added = entry.facts.count if entry else 0
    present = len(addresses) - added
    if as_json:
        emit_json({"account_id": account_id, "added": added, "known": present})
    else:
        out.print(f"Added {added:,}; {present:,} were on the list already.")


@app.command()
def export(account_id: AccountId, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Export the suppression list, as CSV or JSON.

    Each address has its cause, the time and the reason.

    Example:
        permille suppression export good-bakery > suppressed.csv

    JSON fields: account_id, suppressions (address, since, entry_id, reason, why)
    """
    from permille.console.site import spreadsheet
    from permille.console.site.spreadsheet import Separator
    from permille.schema.suppression_schema import detailed_suppression_json
    from permille.usecases.decisions import suppression_list

    stack.account(account_id)
    bounces = stack.policies.current().suppress_bounces
    detailed = suppression_list.exported(stack.suppressions, account_id, bounces=bounces)
    if as_json:
        emit_json(
            {
                "account_id": account_id,
                "suppressions": [detailed_suppression_json(suppression) for suppression in detailed],
            }
        )
    else:
        print(spreadsheet.suppressions(detailed, Separator.COMMA), end="")  # noqa: T201 - a file with its own line endings


@app.command()
def remove(
    account_id: AccountId,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="E-mail address to remove.")],
    reason: Reason,
    *,
    also_in_ses: Annotated[
        bool, typer.Option("--also-in-ses", help="Also remove it from SES's own list, which is shared by all accounts.")
    ] = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Remove an address from the suppression list.

    For a recipient who wants mail again. The next complaint or permanent bounce suppresses it again.

    Example:
        permille suppression remove good-bakery ann@example.com --reason "She asked for it"

    JSON fields: address, ses (reasons, taken_off, unknown), [id], [at], [kind], [audience], [headline], [sentence],
    [facts]
    """
    from permille.domain.people.system_commands import Unsuppress
    from permille.schema.entry_schema import entry_json
    from permille.usecases.decisions import suppression_list
    from permille_cli.answers.ses_list import in_ses, remove_in_ses

    command = Unsuppress(address=address, reason=reason, by=stack.operator_arn())
    account, wanted = stack.account(account_id), _bare(address)
    entry = suppression_list.unsuppress(stack.suppressions, account_id, command, stack.now())
    seen = in_ses(stack, address, wanted)
    if entry is None and not (also_in_ses and (seen.reasons or seen.unknown)):
        raise InvalidInput(f"{wanted} is not suppressed; see `permille suppression list {account_id}`")
    if also_in_ses:
        seen = remove_in_ses(stack, seen)
    if as_json:
        removal = dict(entry_json(entry, stack["PlatformName"], shown_zone_of(account))) if entry else {}
        emit_json({**removal, "address": wanted, "ses": seen.as_data()})
        return
    if entry:
        out.print(f"{literal(wanted)} may be mailed again.", soft_wrap=True)
    out.print(literal(seen.as_text()), soft_wrap=True)


def _suppressions(stack: Stack, account_id: str) -> "Iterable[Suppression]":
    from permille.usecases.decisions import suppression_list

    return suppression_list.listed(stack.suppressions, account_id, bounces=stack.policies.current().suppress_bounces)


def _bare(address: str) -> str:
    from permille.addresses.mailbox import canonical_address

    parsed = canonical_address(address)
    if parsed is None:
        raise InvalidInput(f"{address!r} is not an e-mail address such as ann@example.com")
    return parsed
