"""What the console is made of, and what a route is asked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from permille.console.pages import Pages
from permille.console.requests import Request
from permille.console.sessions import Doorkeeper, Session
from permille.desk import Desk
from permille.domain.account import Account
from permille.ports import Accounts, Bounces, Control, Policies, Suppressions, Tallies, Timeline


@dataclass(frozen=True, slots=True)
class Console:
    """The world as the console needs it. `smtp_endpoint`: HOST:PORT of the accounts' SMTP."""

    pages: Pages
    doors: Doorkeeper
    accounts: Accounts
    tallies: Tallies
    timeline: Timeline
    suppressions: Suppressions
    bounces: Bounces
    policies: Policies
    control: Control
    desk: Desk
    smtp_endpoint: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, by whom, and when. `session`: none where everybody may ask."""

    world: Console
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


def asked(router: Any) -> Asked:
    """What a route is asked: app.py has put it into the router's context."""
    found: Asked = router.context["asked"]
    return found
