"""The mails to owners: which template an entry is told with. Every sentence about what happened is wording.py's."""

from dataclasses import dataclass

from permille.domain import wording
from permille.domain.account import Account
from permille.domain.timeline import Entry
from permille.ports import Mail
from permille.templates import Brand, rendered


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the owner reads more: the report that this link alone opens, and the guide. No mail names an empty one."""

    report: str = ""
    guide: str = ""


def compose(entry: Entry, account: Account, brand: Brand, addresses: Addresses) -> Mail:
    """The mail that tells an owner of an entry whose kind is mailed, as text and as HTML."""
    headline = wording.headline(entry, brand.platform)
    shown = {
        "entry": entry,
        "facts": entry.facts,
        "owner": wording.plain(account.owner_name),
        "brand": brand,
        "headline": headline,
        "sentence": wording.sentence(entry),
        "quoted": wording.quoted,
        "plain": wording.plain,
        "day": wording.day,
        "addresses": addresses,
        "provider": wording.plain(account.provider.host) if account.provider else "",
    }
    text, html = (rendered(f"mails/{entry.kind}.{form}.j2", **shown) for form in ("txt", "html"))
    return Mail(
        to=account.owner_email,
        subject=headline,
        text=text,
        html=html,
        account_id=account.id,
        entry_id=entry.id,
    )
