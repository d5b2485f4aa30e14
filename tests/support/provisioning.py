"""A host platform that calls the provisioning API on fakes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tests.support.builders import NOW, LambdaContext
from tests.support.fakes import FakeAnswerStore
from tests.support.function_url import url_event
from tests.support.operator_fakes import FakeStack, a_stack
from tests.support.platform import Answer

from permille.console.api import provisioning_app
from permille.console.api.provisioning_context import ProvisioningServices
from permille.console.iam_sessions import IamAuthenticator
from permille.console.proxy import Proxy
from permille.usecases.login.owner_links import OwnerLinkServices

CRM = "arn:aws:sts::123456789012:assumed-role/crm/web-1"
ACCOUNTS = f"{provisioning_app.PREFIX}/accounts"
BAKERY = {
    "account_id": "bakery",
    "owner_email": "bea@bakery.example",
    "owner_name": "Bea",
    "timezone": "Europe/Vienna",
    "identities": ["bakery.example"],
}


@dataclass(slots=True)
class Host:
    """Calls the API as an IAM role, over its stack of fakes."""

    stack: FakeStack = field(default_factory=a_stack)
    asked: int = 0
    made: ProvisioningServices = field(init=False)

    def __post_init__(self) -> None:
        stack = self.stack
        self.made = ProvisioningServices(
            proxy=Proxy(),
            authenticator=IamAuthenticator(""),
            changing=replace(stack.changing, onboarding=replace(stack.onboarding, undoes=False), pause=stack.pause),
            renewing=stack.renewing,
            links=OwnerLinkServices(stack.signer, stack.timeline, stack["ConsoleUrl"]),
            answers=FakeAnswerStore(stack.rows),
            smtp_endpoint=stack["SmtpEndpoint"],
        )
        stack.faults.calls.clear()

    def services(self, invocation: str) -> ProvisioningServices:
        """Those of an invocation."""
        return replace(self.made, authenticator=IamAuthenticator(invocation))

    def answered(self, event: dict[str, Any], caller: str = CRM, now: datetime = NOW) -> dict[str, Any]:
        """The response to an event that AWS authenticated, each with a request id of its own."""
        self.asked += 1
        request = event["requestContext"]
        request |= {"requestId": f"request-{self.asked}", "authorizer": {"iam": {"userArn": caller}}}
        return provisioning_app.answer(self.services(request["requestId"]), event, LambdaContext(), now)

    def ask(
        self,
        path: str = "",
        body: Any = None,
        *,
        method: str = "POST",
        key: str = "",
        caller: str = CRM,
        headers: Mapping[str, str] | None = None,
        now: datetime = NOW,
    ) -> Answer:
        """`path`: what follows /accounts. `body`: texts and bytes as they are, anything else as JSON."""
        sent = {"content-type": "application/json"} | ({"idempotency-key": key} if key else {}) | dict(headers or {})
        answered = self.answered(url_event(method, f"{ACCOUNTS}{path}", sent, body), caller, now)
        told = {name.lower(): str(value) for name, value in answered["headers"].items()}
        return Answer(answered["statusCode"], told, answered["body"])

    def create(self, key: str = "", now: datetime = NOW, **changed: Any) -> Answer:
        """Creates the bakery, or another account."""
        return self.ask(body=BAKERY | changed, key=key, now=now)
