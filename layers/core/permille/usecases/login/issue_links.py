"""Issues and revokes links for staff and tokens for platforms. What is issued is on the system timeline before anybody
gets it."""

from dataclasses import dataclass
from datetime import datetime

from permille.domain.login import links
from permille.domain.login.links import Claims
from permille.domain.login.revocation import Register
from permille.domain.people.system_commands import MakeLink, RevokeAccess
from permille.domain.timeline.kinds.access import AccessRevoked, LinkMade
from permille.domain.timeline.timeline import system_entry
from permille.domain.values.errors import Conflict, Unavailable
from permille.ports.login import LinkRegister, TokenSigner
from permille.usecases.login.access import make_token

ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class IssueServices:
    """The dependencies of issuing links."""

    signer: TokenSigner
    register: LinkRegister


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token and its claims."""

    token: str
    claims: Claims


def issue_link(services: IssueServices, command: MakeLink, now: datetime) -> Issued:
    """Issues a link or token. Raises Unavailable, also where others kept writing; then none was issued."""
    for _ in range(ATTEMPTS):
        read = services.register.get(command.role, command.name)
        opened = read.initialized(now)
        made = links.new_claims(
            command.role,
            command.name,
            now,
            command.lasts,
            valid_since=opened.valid_since,
            by=command.by,
            grant=command.grant,
        )
        links.check_issuable(made, now)
        issued = Issued(make_token(services.signer, made), made)
        entry = system_entry(now, _link_made(made))
        try:
            services.register.save(command.role, command.name, read, opened.with_issued(made), entry)
        except Conflict:
            continue
        return issued
    raise Unavailable(f"others kept making and revoking links for {command.role}; try again")


def revoke_links(register: LinkRegister, command: RevokeAccess, now: datetime) -> Register:
    """Revokes all links issued so far, and returns the register after it. Raises Unavailable, also where others kept
    writing."""
    facts = AccessRevoked(audience=command.role, name=command.name, reason=command.reason, by=command.by)
    for _ in range(ATTEMPTS):
        read = register.get(command.role, command.name)
        revoked = read.with_revoked(now, command.name)
        try:
            register.save(command.role, command.name, read, revoked, system_entry(now, facts))
        except Conflict:
            continue
        return revoked
    raise Unavailable(f"others kept making and revoking links for {command.role}; try again")


def _link_made(made: Claims) -> LinkMade:
    grant = made.grant
    return LinkMade(
        audience=made.role,
        subject=made.subject,
        expires_at=made.expires_at,
        by=made.by,
        scopes=tuple(sorted(grant.scopes)) if grant else (),
        accounts=grant.accounts if grant else (),
    )
