"""What the routes of the pages are given."""

from dataclasses import dataclass
from typing import Any

from permille.console.context import RequestContext, WebServices
from permille.console.site.pages import Pages
from permille.usecases.views.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteServices(WebServices):
    """What the pages need of the outside."""

    pages: Pages
    desk: Desk


def context(router: Any) -> RequestContext[SiteServices]:
    """What a page's route is asked: front.py has put it into the router's context."""
    found: RequestContext[SiteServices] = router.context["asked"]
    return found
