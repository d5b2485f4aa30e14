"""Makes the links in mails that do one thing for one account, and verifies them."""

from datetime import datetime

from permille.domain.account.account import Account
from permille.domain.login import mail_links, revocation, tokens
from permille.domain.login.links import LinkRole, issue_time
from permille.domain.login.mail_links import LASTS, MailLink, Purpose
from permille.domain.values.errors import NotAuthenticated
from permille.ports.accounts import Accounts
from permille.ports.login import TokenSigner

MONTHLY_MAIL, PROVIDER = "/monthly-mail", "/provider"  # the paths that such links lead to
PATHS = {Purpose.STOP_MONTHLY_MAIL: MONTHLY_MAIL, Purpose.CONFIRM_PROVIDER: PROVIDER}


def mail_link(
    signer: TokenSigner,
    base: str,
    purpose: Purpose,
    account: Account,
    now: datetime,
    about: str = "",
    expires_at: datetime | None = None,
) -> str:
    """The URL of a new link. `about`: as in MailLink; `expires_at`: None for the longest of its purpose."""
    issued_at = issue_time(now, account.links_valid_since)
    ends = (expires_at or issued_at + LASTS[purpose]).replace(microsecond=0)
    part = mail_links.signed_part(MailLink(purpose, account.id, about, issued_at, ends))
    token = tokens.token(part, signer.sign(LinkRole.OWNER, part.encode()))
    return f"{base.rstrip('/')}{PATHS[purpose]}?token={token}"


def verify(
    token: str, purpose: Purpose, signer: TokenSigner, accounts: Accounts, now: datetime
) -> tuple[MailLink, Account]:
    """The claims of a link, and its account. Raises LinkExpired, and NotAuthenticated where it is forged, revoked, for
    something else, or there is no such account."""
    link, part, mac = mail_links.read(token, purpose)
    mail_links.check_times(link, now)
    if not signer.verify(LinkRole.OWNER, part.encode(), mac):
        raise NotAuthenticated("the token is forged")
    account = accounts.get(link.account_id)
    if account is None:
        raise NotAuthenticated("there is no such account any more")
    revocation.check_revoked(link.issued_at, account.links_valid_since)
    return link, account
