"""What the routes of the JSON API are given."""

from dataclasses import dataclass
from typing import Any

from permille.console.context import Asked, Site
from permille.ports.history import Suppressions


@dataclass(frozen=True, slots=True, kw_only=True)
class Api(Site):
    """The world as the JSON API needs it. `platform`: its name; `smtp_endpoint`: HOST:PORT of the accounts' SMTP."""

    platform: str
    suppressions: Suppressions
    smtp_endpoint: str


def asked(router: Any) -> Asked[Api]:
    """What a route is asked: front.py has put it into the router's context."""
    found: Asked[Api] = router.context["asked"]
    return found
