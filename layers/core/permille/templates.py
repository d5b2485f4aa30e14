"""The templates of mails and pages, and the brand that they are dressed in."""

from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from jinja2.filters import do_wordwrap

from permille.domain.wording import DEMANDS


@dataclass(frozen=True, slots=True)
class Brand:
    """Whose mails and pages these are: the platform, as owners know it. `support` is how its support is reached; where
    it is empty, nothing speaks of it. `colour`: #rrggbb."""

    platform: str
    support: str = ""
    colour: str = "#2b6cb0"


@cache
def environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("permille", "pages"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # neither a link nor a name with a hyphen is broken
    environment.globals["demands"] = DEMANDS
    environment.filters["wrap"] = partial(do_wordwrap, environment, break_long_words=False, break_on_hyphens=False)
    return environment


def rendered(template: str, **shown: Any) -> str:
    """A template under pages/, with what it shows; what it is not given is an error."""
    return environment().get_template(template).render(shown)
