"""The mails to owners: every sentence of them is said by the facts of the entry that they tell of."""

from dataclasses import dataclass

from permille.domain.account.account import Account
from permille.domain.timeline.timeline import Entry
from permille.domain.words import wording
from permille.domain.words.mail_text import MailContext, MailTone
from permille.ports.notifications import Mail
from permille.rendering.templates import Brand, rendered
from permille.zones import shown_zone_of

COLOURS = {
    MailTone.GOOD: "#2f855a",
    MailTone.INFO: "#2b6cb0",
    MailTone.WARN: "#b7791f",
    MailTone.ALARM: "#c05621",
    MailTone.BAD: "#c53030",
}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the owner reads more: the report that this link alone opens, and the guide. No mail names an empty one."""

    report: str = ""
    guide: str = ""


def compose(entry: Entry, account: Account, brand: Brand, addresses: Addresses) -> Mail:
    """The mail that tells of an entry, as text and as HTML: to the owner, or to whom its facts name, who is told
    nothing else of the account."""
    entry = entry.in_zone(shown_zone_of(account))
    headline, to = entry.headline(brand.platform), entry.facts.mailed_to
    provider = wording.plain(account.provider.host) if account.provider and not to else ""
    shown = {
        "entry": entry,
        "is_owner": not to,
        "owner": "" if to else wording.plain(account.owner_name),
        "brand": brand,
        "colour": COLOURS[entry.facts.tone],
        "headline": headline,
        "sentence": entry.sentence(),
        "sections": entry.facts.mail(MailContext(brand.platform, provider)),
        "addresses": Addresses() if to else addresses,
    }
    text, html = (rendered(f"mail.{form}.j2", **shown) for form in ("txt", "html"))
    return Mail(
        to=to or account.owner_email,
        subject=headline,
        text=text,
        html=html,
        account_id=account.id,
        entry_id=entry.id,
    )
