"""Makes login links to owners' reports for whoever hands them out. The system timeline names each: no valid link is
unknown, but those in mails."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from permille.domain.account.account import Account
from permille.domain.login import links
from permille.domain.login.links import Claims, LinkRole
from permille.domain.timeline.kinds.access import LinkMade
from permille.domain.timeline.timeline import system_entry
from permille.ports.history import TimelineLog
from permille.ports.login import TokenSigner
from permille.usecases.login.access import address, make_token


@dataclass(frozen=True, slots=True)
class OwnerLinkServices:
    """The dependencies of making owners' links. `base`: the URL that all links begin with."""

    signer: TokenSigner
    timeline: TimelineLog
    base: str


def claim_owner_link(services: OwnerLinkServices, account: Account, lasts: timedelta, by: str, now: datetime) -> Claims:
    """The claims of a new link, which are on the system timeline. `by`: who is given it."""
    claims = links.new_claims(LinkRole.OWNER, account.id, now, lasts, valid_since=account.links_valid_since)
    facts = LinkMade(audience=LinkRole.OWNER, subject=account.id, expires_at=claims.expires_at, by=by)
    services.timeline.append(system_entry(now, facts))
    return claims


def owner_link(services: OwnerLinkServices, claims: Claims) -> str:
    """The link with these claims; the same each time."""
    return address(services.base, make_token(services.signer, claims))
