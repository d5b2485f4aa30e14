"""What pages and API share: their services, and the context of a request."""

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
    """The ports that pages and API both need, and how requests are authenticated."""

    proxy: Proxy
    authenticator: Authenticator
    accounts: Accounts
    tallies: Tallies
    timeline: Timeline
    bounces: Bounces
    policies: Policies

    @property
    def reporting(self) -> ReportServices:
        """The ports of the owner's report."""
        return ReportServices(self.tallies, self.timeline, self.policies, self.bounces)


AnyServices = TypeVar("AnyServices", bound=WebServices)


@dataclass(slots=True)
class RequestContext(Generic[AnyServices]):
    """A request with what its route needs.

    services: of the pages, or of the API
    now: the instant of the request
    optional_session: the session; None on a public path, until the route logs somebody in
    """

    services: AnyServices
    request: Request
    now: datetime
    optional_session: Session | None = None

    @property
    def session(self) -> Session:
        """The session of a path that needs authentication."""
        assert self.optional_session is not None
        return self.optional_session

    @property
    def account(self) -> Account:
        """The account of the owner who is logged in, as it was read by the authentication."""
        assert self.session.account is not None
        return self.session.account
