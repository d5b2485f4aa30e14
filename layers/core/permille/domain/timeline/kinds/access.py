"""Links and tokens: made, and revoked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from permille.domain.login.links import ALL_ACCOUNTS, LinkRole, Scope
from permille.domain.timeline.facts import Audience, Facts, declared
from permille.domain.timeline.kinds.staff import ByStaff
from permille.domain.words.actors import who
from permille.domain.words.wording import LONGEST_REASON, local, plain

_LINKS: Mapping[LinkRole, str] = {
    LinkRole.OWNER: "link to a report",
    LinkRole.STAFF: "link to the desk",
    LinkRole.PLATFORM: "token for the API",
}


_ALL_LINKS: Mapping[LinkRole, str] = {LinkRole.STAFF: "links for staff", LinkRole.PLATFORM: "tokens for platforms"}


@declared("link_made", Audience.STAFF, system=True)
class LinkMade(Facts):
    """An operator made a login link or a token."""

    audience: LinkRole
    subject: Annotated[str, "Whose it is: the id of an account, or a name."]
    expires_at: datetime
    by: str
    scopes: Annotated[tuple[Scope, ...], "What a token allows; empty of links."] = ()
    accounts: Annotated[
        tuple[str, ...],
        "Of a platform's token: ids, or their beginnings with a *; empty of links, and in older entries.",
    ] = ()

    def headline(self, platform: str) -> str:
        return f"A {_LINKS.get(self.audience, 'link')} was made for {plain(self.subject)}"

    def sentence(self) -> str:
        opens = f" It lets {' and '.join(self.scopes)} {self._accounts()}." if self.scopes else ""
        return f"By {who(self.by)}.{opens} It lets in until {local(self.expires_at)}."

    def _accounts(self) -> str:
        return "all accounts" if ALL_ACCOUNTS in self.accounts else plain(", ".join(self.accounts), LONGEST_REASON)


@declared("access_revoked", Audience.STAFF, system=True)
class AccessRevoked(ByStaff):
    """All links for staff, or tokens for platforms, that were made before are revoked."""

    audience: LinkRole
    name: Annotated[str, "The only holder whose links are revoked; empty for all."] = ""

    def headline(self, platform: str) -> str:
        whose = f" of {plain(self.name)}" if self.name else ""
        return f"All {_ALL_LINKS.get(self.audience, f'links for {plain(self.audience)}')}{whose} were revoked"
