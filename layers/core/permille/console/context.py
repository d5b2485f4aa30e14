"""What pages and API have in common: their services, and the context of a request."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from permille.console.proxy import Proxy
from permille.console.requests import Request
from permille.console.sessions import Doorkeeper, Session
from permille.domain.account.account import Account
from permille.ports.accounts import Accounts, Policies
from permille.ports.history import Bounces, Tallies, Timeline
from permille.usecases.views.report import Reporting


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
