"""The mails to owners: which template an entry is told with. Every sentence about what happened is the timeline's."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from permille.domain import wording
from permille.domain.account import Account
from permille.domain.timeline import Entry
from permille.ports import Mail


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("permille", "pages"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def compose(entry: Entry, account: Account, platform: str) -> Mail:
    """The mail that tells an owner of an entry whose kind is mailed, as text and as HTML."""
    headline = wording.headline(entry, platform)
    shown = {
        "entry": entry,
        "facts": entry.facts,
        "owner": wording.plain(account.owner_name),
        "platform": platform,
        "headline": headline,
        "sentence": wording.sentence(entry),
        "quoted": wording.quoted,
        "plain": wording.plain,
        "day": wording.day,
    }
    text, html = (_templates().get_template(f"mails/{entry.kind}.{form}.j2").render(shown) for form in ("txt", "html"))
    return Mail(
        to=account.owner_email,
        subject=headline,
        text=text,
        html=html,
        account_id=account.id,
        entry_id=entry.id,
    )
