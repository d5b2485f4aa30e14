"""`permille link`: makes and revokes login links of people and API tokens of host platforms."""

from datetime import datetime, timedelta
from functools import partial
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

import typer

from permille.domain.login import links
from permille.domain.login.links import LinkRole, Scope
from permille.domain.values.errors import InvalidInput, ServiceError
from permille_cli.stack.stack import DEFAULT_STACK, Stack, StackOption
from permille_cli.terminal.manual import Commands
from permille_cli.terminal.options import AccountId, Reason, SystemReason
from permille_cli.terminal.output import AsJson, emit_json, err, out

app = Commands(
    help="""Make and revoke login links and API tokens.

Owners and staff log in by a link that expires; host platforms use a token."""
)
revoke = Commands(help="Revoke the links or tokens made so far.")
app.add_typer(revoke, name="revoke")

Name = Annotated[str, typer.Option(help="Name of the holder, as timelines show it.")]
Days = Annotated[float, typer.Option(help="Days until it expires.")]
Hours = Annotated[float, typer.Option(help="Hours until it expires.")]
OneOrAll = Annotated[str, typer.Option(help="Only those of this name; by default all.")]
STAFF_HOURS = links.DEFAULT_LIFETIME[LinkRole.STAFF].total_seconds() / 3600


@app.command()
def owner(
    account_id: AccountId,
    days: Days = links.DEFAULT_LIFETIME[LinkRole.OWNER].days,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Make a login link to an account's report, for its owner.

    Owners find such links in every mail; use it for one who lost them all. Whoever has the link has access: keep it
    secret.

    Example:
        permille link owner good-bakery

    JSON fields: link, expires_at
    """
    _print_link(owner_link(stack, account_id, _lasting(LinkRole.OWNER, days, "days")), as_json=as_json)


def owner_link(stack: Stack, account_id: str, lasts: timedelta) -> str:
    """A new link to the account's report, which the system timeline names: no valid link is unknown."""
    from permille.usecases.login import owner_links

    services = owner_links.OwnerLinkServices(stack.signer, stack.timeline, stack["ConsoleUrl"])
    claims = owner_links.claim_owner_link(services, stack.account(account_id), lasts, stack.operator_arn(), stack.now())
    return owner_links.owner_link(services, claims)


def staff_link(stack: Stack, name: str, lasts: timedelta) -> str:
    """A new link to the desk for the staff member of that name."""
    from permille.usecases.login.access import address

    return address(stack["ConsoleUrl"], stack.link_issuer.token(LinkRole.STAFF, name, lasts))


@app.command(name="staff")
def for_staff(
    name: Name,
    hours: Hours = STAFF_HOURS,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Make a login link to the support desk, for one person.

    Whoever has the link has access: keep it secret.

    Example:
        permille link staff --name Anna

    JSON fields: link, expires_at
    """
    from permille.domain.people import validation

    lasts, who = _lasting(LinkRole.STAFF, hours, "hours"), validation.of_field("name", validation.holder, name)
    _print_link(staff_link(stack, who, lasts), as_json=as_json)


@app.command()
def platform(
    name: Name,
    days: Days = links.DEFAULT_LIFETIME[LinkRole.PLATFORM].days,
    scope: Annotated[list[Scope] | None, typer.Option(help="What it may do; by default read. Repeatable.")] = None,
    account: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID", help="Account id, or shop-* for all ids with that prefix; by default all. Repeatable."
        ),
    ] = None,
    *,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Make an API token for a host platform.

    For the program that asks Permille whether an account may send. Whoever has the token has access: keep it secret.

    Examples:
        permille link platform --name crm
        permille link platform --name shops --scope read --scope write --account 'shop-*'

    JSON fields: token, api, expires_at
    """
    from permille.domain.login import tokens
    from permille.domain.login.links import ALL_ACCOUNTS, Grant
    from permille.domain.people import validation

    lasts, who = _lasting(LinkRole.PLATFORM, days, "days"), validation.of_field("name", validation.platform, name)
    grant = Grant(frozenset(scope or [Scope.READ]), tuple(dict.fromkeys(account or [ALL_ACCOUNTS])))
    token, api = stack.link_issuer.token(LinkRole.PLATFORM, who, lasts, grant), f"{stack['ApiUrl'].rstrip('/')}/api/v1"
    if as_json:
        emit_json({"token": token, "api": api, "expires_at": tokens.read(token)[0].expires_at.isoformat()})
    else:
        err.print(f"For {api}, as a bearer token:", soft_wrap=True, markup=False)
        out.print(token, soft_wrap=True, markup=False)


@revoke.command(name="owner")
def revoke_owner(
    account_id: Annotated[str, typer.Argument(metavar="ID", help="The account.")] = "",
    *,
    reason: Reason,
    every: Annotated[
        bool, typer.Option("--all", help="Those of all accounts, for example after a restore from a backup.")
    ] = False,
    stack: StackOption = DEFAULT_STACK,
    as_json: AsJson = False,
) -> None:
    """Revoke all links to an account's report.

    Links in mails are revoked too. Links that are made later work.

    Examples:
        permille link revoke owner good-bakery --reason "Forwarded by mistake"
        permille link revoke owner --all --reason "Restored from a backup"

    JSON fields: revoked, valid_since
    """
    from permille.domain.people.staff_commands import RevokeOwnerLinks

    if bool(account_id) is every:
        raise InvalidInput("name one account, or use --all", "all")
    command = RevokeOwnerLinks(reason=reason, by=stack.operator_arn())
    chosen = [account.id for account in stack.accounts.all()] if every else [account_id]
    accounts = [stack.decide(name, command) for name in chosen]
    whose = "owners of all accounts" if every else f"owner of {account_id}"
    _print_revoked(
        whose,
        max((account.links_valid_since for account in accounts if account.links_valid_since), default=stack.now()),
        as_json=as_json,
    )


@revoke.command(name="staff")
def revoke_staff(
    reason: SystemReason, name: OneOrAll = "", *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False
) -> None:
    """Revoke the links of one staff member, or of all.

    Links that are made later work.

    Example:
        permille link revoke staff --name Anna --reason "She left"

    JSON fields: revoked, valid_since
    """
    _revoke(stack, LinkRole.STAFF, name, reason, as_json=as_json)


@revoke.command(name="platform")
def revoke_platform(
    reason: SystemReason, name: OneOrAll = "", *, stack: StackOption = DEFAULT_STACK, as_json: AsJson = False
) -> None:
    """Revoke the tokens of one host platform, or of all.

    Tokens that are made later work.

    Example:
        permille link revoke platform --name crm --reason "The token was logged"

    JSON fields: revoked, valid_since
    """
    _revoke(stack, LinkRole.PLATFORM, name, reason, as_json=as_json)


def _revoke(stack: Stack, role: LinkRole, name: str, reason: str, *, as_json: bool) -> None:
    from permille.domain.people.system_commands import RevokeAccess
    from permille.usecases.login.issue_links import revoke_links

    command = RevokeAccess(role=role, name=name, reason=reason, by=stack.operator_arn())
    revoked = revoke_links(stack.link_register, command, stack.now())
    until = revoked.of_name if command.name else revoked.of_all
    assert until is not None
    whose = f"{role} {command.name}".rstrip()
    _print_revoked(whose, until, as_json=as_json)
    if command.name and (missing := _never_made(stack, role, command.name)):
        err.print(f"warning: no link or token for {whose} is {missing}", soft_wrap=True, markup=False)


def _never_made(stack: Stack, role: LinkRole, name: str) -> str:
    """Says where no link of that name was found; empty if there is one, or the timeline cannot be read."""
    from permille.domain.timeline.facts import MAX_OF_TOPIC
    from permille.domain.timeline.kinds.access import LinkMade
    from permille.domain.timeline.timeline import SYSTEM, only

    try:
        page = stack.timeline.latest(SYSTEM, MAX_OF_TOPIC)
    except ServiceError:
        return ""
    if any((made.facts.audience, made.facts.subject) == (role, name) for made in only(LinkMade, page.items)):
        return ""
    return (
        f"among the newest {MAX_OF_TOPIC:,} entries of the system timeline" if page.next else "on the system timeline"
    )


def _lasting(role: LinkRole, number: float, unit: str) -> timedelta:
    from permille.domain.people import validation

    try:
        lasts = timedelta(**{unit: number})
    except (ValueError, OverflowError):  # nan and inf
        lasts = timedelta()
    return validation.of_field(unit, partial(links.check_lifetime, role), lasts)


def _print_link(link: str, *, as_json: bool) -> None:
    from permille.domain.login import tokens

    if as_json:
        [token] = parse_qs(urlsplit(link).query)["token"]
        emit_json({"link": link, "expires_at": tokens.read(token)[0].expires_at.isoformat()})
    else:
        out.print(link, soft_wrap=True, markup=False)


def _print_revoked(whose: str, until: datetime, *, as_json: bool) -> None:
    if as_json:
        emit_json({"revoked": whose, "valid_since": until.isoformat()})
    else:
        out.print(f"All earlier links are revoked: {whose}.", markup=False)
