"""What the routes of the pages work with."""

from dataclasses import dataclass
from typing import Any

from permille.console.context import RequestContext, WebServices
from permille.console.site.desk_answers import DEFAULTS, PreparedAnswer
from permille.console.site.pages import Pages
from permille.console.web_app import CONTEXT
from permille.ports.providers import ProviderRequests
from permille.usecases.views.desk_services import DeskServices


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteServices(WebServices):
    """The services of the pages.

    answers: that staff choose from
    desk: those of the support desk alone
    providers: what owners ask of the function Providers
    """

    pages: Pages
    answers: tuple[PreparedAnswer, ...] = DEFAULTS
    desk: DeskServices
    providers: ProviderRequests


def context(router: Any) -> RequestContext[SiteServices]:
    """The context of the request that the router is handling."""
    ctx: RequestContext[SiteServices] = router.context[CONTEXT]
    return ctx
