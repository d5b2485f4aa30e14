"""What pages and API share: their services, and the context of a request."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from permille.console.iam_sessions import IamSession
from permille.console.proxy import Proxy
from permille.console.requests import Request
from permille.console.sessions import Authenticator, Session
from permille.domain.account.account import Account
from permille.ports.accounts import Accounts, Policies
from permille.ports.history import Bounces, Tallies, Timeline
from permille.usecases.views.report import ReportServices


class SessionSource(Protocol):
    """Authenticates requests."""

    def session(self, request: Request, now: datetime) -> Session | IamSession | None:
        """Who asks; None on a public path. Raises NotAuthenticated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppServices:
    """What every web application needs."""

    proxy: Proxy
    authenticator: SessionSource


@dataclass(frozen=True, slots=True, kw_only=True)
class WebServices(AppServices):
    """The ports that pages and API both need, and how requests are authenticated."""

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


AnyServices = TypeVar("AnyServices", bound=AppServices)


@dataclass(slots=True)
class RequestContext(Generic[AnyServices]):
    """A request with what its route needs.

    services: of the application
    now: the instant of the request
    optional_session: the session; None on a public path, until the route logs somebody in
    """

    services: AnyServices
    request: Request
    now: datetime
    optional_session: Session | IamSession | None = None

    @property
    def session(self) -> Session:
        """The session of a path that needs authentication."""
        assert isinstance(self.optional_session, Session)
        return self.optional_session

    @property
    def caller(self) -> IamSession:
        """The IAM identity that asks, where AWS authenticates requests."""
        assert isinstance(self.optional_session, IamSession)
        return self.optional_session

    @property
    def sender(self) -> str:
        """Whose idempotency keys the request has."""
        assert self.optional_session is not None
        return self.optional_session.sender

    @property
    def account(self) -> Account:
        """The account of the owner who is logged in, as it was read by the authentication."""
        assert self.session.account is not None
        return self.session.account
