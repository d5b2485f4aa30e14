"""The pages and the API in this process, on fakes. Visitors use links, forms and tokens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from tests.support.asked_providers import AskedProviders
from tests.support.builders import ACCOUNT, BRAND, NOW, STAFF, LambdaContext, an_account
from tests.support.desk_fakes import FakeAccountIndex
from tests.support.desk_world import FakeDesk
from tests.support.fakes import (
    FakeAnswerStore,
    FakeBounces,
    FakeLinkRegister,
    FakePolicies,
    FakeSuppressions,
    FakeTallies,
    FakeTimeline,
    FakeTokenSigner,
    Rows,
)
from tests.support.function_url import ORIGIN, url_event
from tests.support.within_role import AccountsWithinRole

from permille.console.api import api_app
from permille.console.api.context import ApiServices
from permille.console.proxy import Proxy
from permille.console.sessions import PROTECTED_API, PROTECTED_PAGES, Authenticator, Session
from permille.console.site import site_app
from permille.console.site.context import SiteServices
from permille.console.site.pages import Pages
from permille.domain.login import links, tokens
from permille.domain.login.links import Grant, LinkRole, Scope
from permille.domain.login.revocation import Register
from permille.usecases.login.access import ENTER, Links, address, make_token

LONG_AGO = NOW - timedelta(days=1000)
EVERYTHING = Grant(frozenset(Scope))


def a_token(
    signer: FakeTokenSigner,
    rows: Rows,
    audience: LinkRole,
    subject: str,
    now: datetime,
    grant: Grant = EVERYTHING,
    by: str = STAFF,
) -> str:
    """A valid token, as issued by `by`."""
    for name in ("", subject) if audience is not LinkRole.OWNER else ():
        rows.link_registers.setdefault((audience, name), Register(LONG_AGO, LONG_AGO if name else None))
    account = rows.accounts.get(subject) if audience is LinkRole.OWNER else None
    made = links.new_claims(
        audience,
        subject,
        now,
        valid_since=account.links_valid_since if account else None,
        by="" if audience is LinkRole.OWNER else by,
        grant=grant if audience is LinkRole.PLATFORM else None,
    )
    return make_token(signer, made)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    cookies: list[str]
    body: str


class FakeWeb:
    """Console and Api on fakes, with one account."""

    def __init__(
        self, rows: Rows | None = None, signer: FakeTokenSigner | None = None, policies: FakePolicies | None = None
    ) -> None:
        self.rows = rows or Rows(accounts={ACCOUNT: an_account()})
        self.faults = self.rows.faults
        self.signer, register = signer or FakeTokenSigner(), FakeLinkRegister(self.rows)
        policies = policies or FakePolicies()
        policies.faults = self.signer.faults = self.faults
        self.accounts = AccountsWithinRole(self.rows, "Console")
        self.now = NOW
        self.support = FakeDesk(self.rows)
        of_api = AccountsWithinRole(self.rows, "Api")
        both: dict[str, Any] = {
            "proxy": Proxy(),
            "tallies": FakeTallies(self.rows),
            "timeline": FakeTimeline(self.rows),
            "bounces": FakeBounces(self.rows),
            "policies": policies,
        }
        self.providers = AskedProviders(self.rows, self.signer, lambda: self.now)
        self.console = SiteServices(
            providers=self.providers,
            accounts=self.accounts,
            authenticator=Authenticator(PROTECTED_PAGES, self.signer, self.accounts, register),
            pages=Pages(BRAND, "https://app.example"),
            desk=self.support.desk,
            **both,
        )
        self.api = ApiServices(
            accounts=of_api,
            account_list=FakeAccountIndex(self.rows),
            answers=FakeAnswerStore(self.rows),
            authenticator=Authenticator(PROTECTED_API, self.signer, of_api, register),
            platform=BRAND.platform,
            suppressions=FakeSuppressions(self.rows),
            smtp_endpoint="email-smtp.us-east-1.amazonaws.com:587",
            **both,
        )

    def ask(self, event: Mapping[str, Any]) -> Answer:
        """Each function has an address of its own; here the path says which of the two is meant."""
        if event["rawPath"].startswith("/api/"):
            answered = api_app.answer(self.api, event, LambdaContext(), self.now)
        else:
            answered = site_app.answer(self.console, event, LambdaContext(), self.now)
        return Answer(
            answered["statusCode"], answered["headers"], answered.get("cookies", []), str(answered.get("body"))
        )

    def token(self, audience: LinkRole, subject: str, now: datetime | None = None) -> str:
        return a_token(self.signer, self.rows, audience, subject, now or self.now)

    def owner(self, account_id: str = ACCOUNT) -> "Visitor":
        """A visitor who has followed the link in a mail to that account's owner."""
        return Visitor(self).follows(Links(self.signer, ORIGIN).owner(self.rows.accounts[account_id], self.now))

    def staff(self, name: str = "Sam") -> "Visitor":
        return Visitor(self).follows(address(ORIGIN, self.token(LinkRole.STAFF, name)))

    def platform(self, name: str = "crm") -> "Visitor":
        return Visitor(self, token=self.token(LinkRole.PLATFORM, name))


@dataclass(slots=True)
class Visitor:
    """A browser, or a host platform's program with its `token`."""

    world: FakeWeb
    token: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def follows(self, link: str) -> "Visitor":
        """Follows a link; staff confirm the login."""
        entered = self.get(link.removeprefix(ORIGIN))
        if entered.status == 200:
            entered = self.post(ENTER, {"token": link.partition("token=")[2]})
        assert entered.status == 303, entered.body
        return self

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, headers)

    def call(self, method: str, path: str, body: str = "", **headers: str) -> Answer:
        return self._ask(method, path, {"content-type": "application/json"} | headers, body)

    def post(self, path: str, fields: Mapping[str, str], *, origin: str = ORIGIN) -> Answer:
        """Sends a form unchanged, without the CSRF token."""
        headers = {"content-type": "application/x-www-form-urlencoded", "origin": origin}
        return self._ask("POST", path, headers, urlencode(fields))

    def csrf(self, path: str) -> str:
        """The CSRF token of the session for this path."""
        name = f"__Host-owner-{path.split('/')[2]}" if path.startswith("/report") else "__Host-staff"
        token = self.cookies[name]
        return Session(tokens.read(token)[0], token).csrf

    def sends(self, path: str, **fields: str) -> Answer:
        """Sends a form as a page does, with the CSRF token."""
        return self.post(path, {"csrf": self.csrf(path), **fields})

    def _ask(self, method: str, path: str, headers: Mapping[str, str], body: str = "") -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.token:
            sent["authorization"] = f"Bearer {self.token}"
        answered = self.world.ask(url_event(method, path, sent, body))
        for cookie in answered.cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answered
