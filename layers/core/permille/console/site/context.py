"""What the routes of the pages are given."""

from dataclasses import dataclass
from typing import Any

from permille.console.context import Asked, Site
from permille.console.site.pages import Pages
from permille.usecases.views.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Console(Site):
    """The world as the pages need it."""

    pages: Pages
    desk: Desk


def asked(router: Any) -> Asked[Console]:
    """What a page's route is asked: front.py has put it into the router's context."""
    found: Asked[Console] = router.context["asked"]
    return found
