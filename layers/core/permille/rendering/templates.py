"""The templates of mails and pages, and the brand that they are dressed in."""

from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from jinja2.filters import do_wordwrap

from permille.domain.policy import demands
from permille.rendering.colours import readable

# The darkest of the light grounds, and the lightest of the dark ones, that mails and pages put text on.
LIGHT, DARK = "#ecece6", "#2c2c28"
DARKEST = "#171715"


@dataclass(frozen=True, slots=True)
class Brand:
    """Whose mails and pages these are: the platform, as owners know it. `support` is how its support is reached; where
    it is empty, nothing speaks of it. `colour`: #rrggbb, of any luminance."""

    platform: str
    support: str = ""
    colour: str = "#2b6cb0"

    @property
    def on_light(self) -> str:
        """The colour as text on light grounds, and as the ground of text in white."""
        return readable(self.colour, LIGHT)

    @property
    def on_dark(self) -> str:
        """The colour as text on dark grounds, and as the ground of text in DARKEST."""
        return readable(self.colour, DARK)


@cache
def environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("permille.rendering", "pages"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(demands=demands, light=LIGHT, dark=DARK, darkest=DARKEST)
    # neither a link nor a name with a hyphen is broken
    environment.filters["wrap"] = partial(do_wordwrap, environment, break_long_words=False, break_on_hyphens=False)
    return environment


def rendered(template: str, **shown: Any) -> str:
    """A template under pages/, with what it shows; what it is not given is an error."""
    return environment().get_template(template).render(shown)
