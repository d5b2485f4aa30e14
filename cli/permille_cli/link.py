"""`permille link`: the links that let people in, and the tokens that let host platforms in."""

from datetime import timedelta
from typing import Annotated

import typer

from permille import access
from permille.access import Links
from permille.domain import links
from permille.domain.commands import RevokeOwnerLinks
from permille.domain.entries.system import AccessRevoked, LinkMade
from permille.domain.errors import InvalidInput
from permille.domain.links import For
from permille.domain.system_commands import RevokeAccess
from permille.domain.timeline import system_entry
from permille.domain.wording import hides_nothing, plain
from permille_cli.options import AccountId, Reason
from permille_cli.output import AsJson, emit_json, err, out
from permille_cli.stack import DEFAULT_STACK, Stack, StackOption

app = typer.Typer(
    help="Links to pages, and tokens for the JSON API. Whoever holds one is let in: hand it to nobody else.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
revoke = typer.Typer(help="Let nobody in any more who holds an earlier one.", no_args_is_help=True)
app.add_typer(revoke, name="revoke")

LONGEST_NAME = 60
Name = Annotated[str, typer.Option(help="Who is let in, as the timeline names them.")]


@app.command()
def owner(
    account_id: AccountId,
    days: Annotated[float, typer.Option(help="How long it lets in.")] = links.LASTS[For.OWNER].days,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """A link to an account's report, for its owner."""
    account, lasts = stack.account(account_id), _lasting(days, "days")
    link = _links(stack).owner(account, stack.now(), lasts)
    _write_down(stack, For.OWNER, account.id, lasts)
    _print_link(link, as_json=as_json)


@app.command(name="staff")
def for_staff(
    name: Name,
    hours: Annotated[float, typer.Option(help="How long it lets in.")] = links.LASTS[For.STAFF].total_seconds() / 3600,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """A link to support's desk, for one of its people."""
    lasts, who = _lasting(hours / 24, "hours"), _name(name)
    link = _links(stack).staff(who, stack.control.link_generation(For.STAFF), stack.now(), lasts)
    _write_down(stack, For.STAFF, who, lasts)
    _print_link(link, as_json=as_json)


@app.command()
def platform(
    name: Name,
    days: Annotated[float, typer.Option(help="How long it lets in.")] = links.LASTS[For.PLATFORM].days,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """A token for the JSON API, for a host platform."""
    lasts, who = _lasting(days, "days"), _name(name)
    claims = links.claims(For.PLATFORM, who, stack.control.link_generation(For.PLATFORM), stack.now(), lasts)
    token = access.make_token(_links(stack).macs, claims)
    _write_down(stack, For.PLATFORM, who, lasts)
    address = f"{stack['ApiUrl'].rstrip('/')}/api/v1"
    if as_json:
        emit_json({"token": token, "api": address})
    else:
        err.print(f"For {address}, as a bearer token:", soft_wrap=True, markup=False)
        out.print(token, soft_wrap=True, markup=False)


@revoke.command(name="owner")
def revoke_owner(
    account_id: AccountId, reason: Reason, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False
) -> None:
    """Revoke all links to an account's pages, those in mails too."""
    decided = stack.decide(account_id, RevokeOwnerLinks(reason=reason, by=stack.caller()))
    _print_revoked(f"owner of {account_id}", decided.link_generation, as_json=as_json)


@revoke.command(name="staff")
def revoke_staff(reason: Reason, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Revoke the links of all of support's people."""
    _revoke(stack, For.STAFF, reason, as_json=as_json)


@revoke.command(name="platform")
def revoke_platform(reason: Reason, *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False) -> None:
    """Revoke the tokens of all host platforms."""
    _revoke(stack, For.PLATFORM, reason, as_json=as_json)


def _revoke(stack: Stack, audience: For, reason: str, *, as_json: bool) -> None:
    command = RevokeAccess(audience=audience, reason=reason, by=stack.caller())
    facts = AccessRevoked(audience=command.audience, reason=command.reason, by=command.by)
    stack.control.revoke_links(audience, system_entry(stack.now(), facts))
    _print_revoked(audience, stack.control.link_generation(audience), as_json=as_json)


def _write_down(stack: Stack, audience: For, subject: str, lasts: timedelta) -> None:
    """Before it is shown: no link lets in that nobody knows of."""
    now = stack.now()
    facts = LinkMade(audience=audience, subject=subject, expires_at=now + lasts, by=stack.caller())
    stack.timeline.append(system_entry(now, facts))


def _links(stack: Stack) -> Links:
    return Links(stack.macs, stack["ConsoleUrl"])


def _lasting(days: float, field: str) -> timedelta:
    longest = links.LASTS[For.PLATFORM]
    if not 0 < days <= longest.days:  # nan neither
        raise InvalidInput(f"takes more than 0, and no more than {longest.days} days", field)
    return timedelta(days=days)


def _name(name: str) -> str:
    if not (plain(name) and hides_nothing(name) and len(name) <= LONGEST_NAME):
        raise InvalidInput(f"takes 1 to {LONGEST_NAME} printable characters, not {name!r}", "name")
    return name.strip()


def _print_link(link: str, *, as_json: bool) -> None:
    if as_json:
        emit_json({"link": link})
    else:
        out.print(link, soft_wrap=True, markup=False)


def _print_revoked(whose: str, generation: int, *, as_json: bool) -> None:
    if as_json:
        emit_json({"revoked": whose, "generation": generation})
    else:
        out.print(f"All earlier links are revoked: {whose}.", markup=False)
