"""The mails to owners: which template an entry is told with. Every sentence about what happened is wording.py's."""

from dataclasses import dataclass
from functools import cache, partial

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from jinja2.filters import do_wordwrap

from permille.domain import wording
from permille.domain.account import Account
from permille.domain.timeline import Entry
from permille.ports import Mail


@dataclass(frozen=True, slots=True)
class Brand:
    """Whose mails these are: the platform, as owners know it. `support` is how its support is reached, `links` what the
    addresses of its pages begin with; where one is empty, no mail speaks of it. `colour`: #rrggbb."""

    platform: str
    support: str = ""
    links: str = ""
    colour: str = "#2b6cb0"


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("permille", "pages"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # neither a link nor a name with a hyphen is broken
    environment.filters["wrap"] = partial(do_wordwrap, environment, break_long_words=False, break_on_hyphens=False)
    return environment


def compose(entry: Entry, account: Account, brand: Brand) -> Mail:
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
        "report_link": f"{brand.links}/report/{account.id}" if brand.links else "",
        "guide_link": f"{brand.links}/guide" if brand.links else "",
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


def guide(brand: Brand) -> tuple[str, str]:
    """How to avoid complaints, as text and as HTML."""
    text, html = (_templates().get_template(f"guide.{form}.j2").render(brand=brand) for form in ("txt", "html"))
    return text, html
