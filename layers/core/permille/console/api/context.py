"""What the routes of the JSON API are given."""

from dataclasses import dataclass
from typing import Any

from permille.console.context import RequestContext, WebServices
from permille.ports.history import Suppressions


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServices(WebServices):
    """Services of the JSON API. `platform`: its name; `smtp_endpoint`: HOST:PORT of the accounts' SMTP."""

    platform: str
    suppressions: Suppressions
    smtp_endpoint: str


def context(router: Any) -> RequestContext[ApiServices]:
    """What a route is asked: front.py has put it into the router's context."""
    found: RequestContext[ApiServices] = router.context["asked"]
    return found
