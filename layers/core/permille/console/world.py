"""What the pages and the API are made of, and what a route is asked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from permille.console.pages import Pages
from permille.console.proxy import Proxy
from permille.console.requests import Request
from permille.console.sessions import Doorkeeper, Session
from permille.desk import Desk
from permille.domain.account import Account
from permille.ports import Accounts, Bounces, Policies, Suppressions, Tallies, Timeline
from permille.report import Reporting


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The world as both need it."""

    proxy: Proxy
    doors: Doorkeeper
    accounts: Accounts
    tallies: Tallies
    timeline: Timeline
    bounces: Bounces
    policies: Policies

    @property
    def reporting(self) -> Reporting:
        return Reporting(self.tallies, self.timeline, self.policies, self.bounces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Console(Site):
    """The world as the pages need it."""

    pages: Pages
    desk: Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Api(Site):
    """The world as the JSON API needs it. `platform`: its name; `smtp_endpoint`: HOST:PORT of the accounts' SMTP."""

    platform: str
    suppressions: Suppressions
    smtp_endpoint: str


AnySite = TypeVar("AnySite", bound=Site)


@dataclass(slots=True)
class Asked(Generic[AnySite]):
    """A request, by whom, and when. `session`: none where everybody may ask, until they follow a link."""

    world: AnySite
    request: Request
    session: Session | None
    now: datetime

    @property
    def known(self) -> Session:
        """Behind a door somebody has been let in."""
        assert self.session is not None
        return self.session

    @property
    def owned(self) -> Account:
        """The account of the owner who asks, as it was read when they were let in."""
        assert self.known.account is not None
        return self.known.account


def asked(router: Any) -> Asked[Console]:
    """What a page's route is asked: front.py has put it into the router's context."""
    found: Asked[Console] = router.context["asked"]
    return found


def asked_of_api(router: Any) -> Asked[Api]:
    """Likewise, a route of the API."""
    found: Asked[Api] = router.context["asked"]
    return found
