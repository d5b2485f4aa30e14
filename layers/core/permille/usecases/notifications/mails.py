"""Composes the mails to owners. All sentences come from the facts of the entry that the mail is about."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from permille.domain.account.account import Account
from permille.domain.login.mail_links import Purpose
from permille.domain.timeline.timeline import Entry
from permille.domain.words import wording
from permille.domain.words.mail_text import MailContext, MailTone
from permille.ports.notifications import Mail
from permille.rendering.templates import Brand, rendered
from permille.usecases.login.access import Links
from permille.usecases.login.mail_links import mail_link
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
    """Links in a mail; an empty one is left out.

    report: the owner's login link, which opens the report
    guide: the public guide
    stop: stops such mails
    """

    report: str = ""
    guide: str = ""
    stop: str = ""


def compose(entry: Entry, account: Account, brand: Brand, addresses: Addresses) -> Mail:
    """The mail about an entry, as text and HTML: to the owner, or to the address in the entry's facts, which gets no
    other information about the account."""
    entry = entry.in_zone(shown_zone_of(account))
    is_owner, headline = not entry.facts.mailed_to, entry.headline(brand.platform)
    provider = wording.plain(account.provider.host) if account.provider and is_owner else ""
    context = {
        "entry": entry,
        "is_owner": is_owner,
        "owner": wording.plain(account.owner_name) if is_owner else "",
        "brand": brand,
        "colour": COLOURS[entry.facts.tone],
        "headline": headline,
        "sentence": entry.sentence(),
        "button": entry.facts.button.text,
        "sections": entry.facts.mail(MailContext(brand.platform, provider)),
        "addresses": addresses if is_owner else Addresses(),
    }
    text, html = (rendered(f"mail.{form}.j2", **context) for form in ("txt", "html"))
    to = entry.facts.mailed_to or account.owner_email
    return Mail(to, headline, text, html, account_id=account.id, entry_id=entry.id, stop=addresses.stop)


def addresses_of(links: Links, entry: Entry, account: Account, now: datetime) -> Addresses:
    """The links in the mail about an entry."""
    facts, make = entry.facts, partial(mail_link, links.signer, links.base)
    action = facts.action
    return Addresses(
        report=make(action.purpose, account, now, action.about, action.expires_at)
        if action
        else links.owner(account, now, part=facts.button.part),
        guide=links.guide,
        stop=make(Purpose.STOP_MONTHLY_MAIL, account, now) if facts.can_be_stopped else "",
    )
