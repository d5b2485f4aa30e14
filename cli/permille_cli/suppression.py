"""`permille suppression`: who complained, whose mail bounced, or whom staff added, and who is mailed no more."""

from typing import Annotated

import typer
from rich.markup import escape

from permille import shapes
from permille.addresses import bare
from permille.domain.errors import InvalidInput
from permille.domain.system_commands import Unsuppress
from permille.suppression import listed
from permille.suppression import remove as take_off
from permille.zones import shown_zone_of
from permille_cli.output import AsJson, emit_json, out
from permille_cli.stack import DEFAULT_STACK, StackOption
from permille_cli.staff import AccountId

app = typer.Typer(help="Who is mailed no more.", no_args_is_help=True, rich_markup_mode=None)


@app.command(name="list")
def list_suppressed(account_id: AccountId, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """List the suppressed addresses of an account, the longest suppressed first."""
    stack.account(account_id)
    bounces = stack.policies.current().suppress_bounces
    suppressed = list(listed(stack.suppressions, account_id, bounces=bounces))
    if as_json:
        emit_json({"account_id": account_id, "suppressions": [shapes.suppression(one) for one in suppressed]})
        return
    for one in suppressed:
        out.print(f"{one.since:%Y-%m-%d %H:%M:%S} UTC  {one.why:<9}  {escape(one.address)}", soft_wrap=True)
    if not suppressed:
        out.print("Nobody is suppressed.")


@app.command()
def remove(
    account_id: AccountId,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Who may be mailed again.")],
    reason: Annotated[str, typer.Option(help="Why; it is on the account's timeline.")],
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Let an address be mailed again, until its holder complains or a mail to it bounces once more."""
    command = Unsuppress(address=address, reason=reason, by=stack.caller())
    account = stack.account(account_id)
    if bare(address) is None:
        raise InvalidInput(f"{address!r} is no e-mail address, such as ann@example.com")
    entry = take_off(stack.suppressions, account_id, command, stack.now())
    if entry is None:
        raise InvalidInput(f"{bare(address)} is not suppressed; `permille suppression list {account_id}` names who is")
    if as_json:
        emit_json(shapes.entry(entry, stack["PlatformName"], shown_zone_of(account)))
    else:
        out.print(f"{escape(entry.facts.recipient)} may be mailed again.", soft_wrap=True)
