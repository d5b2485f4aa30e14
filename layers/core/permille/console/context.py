"""What pages and API have in common: their services, and the context of a request."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from permille.console.proxy import Proxy
from permille.console.requests import Request
from permille.console.sessions import Authenticator, Session
from permille.domain.account.account import Account
from permille.ports.accounts import Accounts, Policies
from permille.ports.history import Bounces, Tallies, Timeline
from permille.usecases.views.report import ReportServices


@dataclass(frozen=True, slots=True, kw_only=True)
class WebServices:
    """What both needs of the outside."""

    proxy: Proxy
    authenticator: Authenticator
    accounts: Accounts
    tallies: Tallies
    timeline: Timeline
    bounces: Bounces
    policies: Policies

    @property
    def reporting(self) -> ReportServices:
        return ReportServices(self.tallies, self.timeline, self.policies, self.bounces)


AnyServices = TypeVar("AnyServices", bound=WebServices)


@dataclass(slots=True)
class RequestContext(Generic[AnyServices]):
    """A request, by whom, and when. `session`: none where everybody may ask, until they follow a link."""

    services: AnyServices
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
