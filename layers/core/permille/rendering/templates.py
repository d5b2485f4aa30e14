"""The templates of mails and pages, and the brand that they show."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from permille.domain.policy import demands
from permille.rendering.colours import readable

# The darkest light background, and the lightest dark one, on which mails and pages show text.
LIGHT, DARK = "#ecece6", "#2c2c28"
DARKEST = "#171715"
_MAIL_ADDRESS = re.compile(r"[^\s<>@\"?&%]+@[^\s<>@\"?&%]+")
_WEB_ADDRESS = re.compile(r"https://[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Brand:
    """The platform, as owners know it.

    platform: its name
    support: how owners reach its support; empty where mails and pages must not mention that
    colour: #rrggbb, of any luminance
    support_hours: when support answers
    """

    platform: str
    support: str = ""
    colour: str = "#2b6cb0"
    support_hours: str = ""

    @property
    def contact(self) -> str:
        """How and when owners reach support, in a phrase; empty where `support` is."""
        return f"{self.support} ({self.support_hours})" if self.support and self.support_hours else self.support

    @property
    def support_link(self) -> str:
        """The target of a link to support; empty where `support` is neither one mail address nor one web address."""
        if _MAIL_ADDRESS.fullmatch(self.support):
            return f"mailto:{self.support}"
        return self.support if _WEB_ADDRESS.fullmatch(self.support) else ""

    @property
    def on_light(self) -> str:
        """The colour for text on light backgrounds, and for the background of white text."""
        return readable(self.colour, LIGHT)

    @property
    def on_dark(self) -> str:
        """The colour for text on dark backgrounds, and for the background of text in DARKEST."""
        return readable(self.colour, DARK)


@cache
def environment() -> Environment:
    """The Jinja environment, made once. It escapes HTML templates, and raises for undefined variables."""
    environment = Environment(
        loader=PackageLoader("permille.rendering", "pages"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(demands=demands, light=LIGHT, dark=DARK, darkest=DARKEST)
    return environment


def rendered(template: str, **values: Any) -> str:
    """The rendered template, a path under pages/. Raises UndefinedError where `values` lacks one of its variables."""
    return environment().get_template(template).render(values)
