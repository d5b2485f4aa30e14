"""What the routes of the provisioning API work with."""

from dataclasses import dataclass
from typing import Any

from permille.console.context import AppServices, RequestContext
from permille.console.web_app import CONTEXT
from permille.ports.answers import AnswerStore
from permille.usecases.login.owner_links import OwnerLinkServices
from permille.usecases.senders.change_services import ChangeServices
from permille.usecases.senders.onboard_services import OnboardServices
from permille.usecases.senders.renew_credential import RenewServices


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisioningServices(AppServices):
    """The services of the provisioning API. `smtp_endpoint`: HOST:PORT of the SMTP interface of SES."""

    changing: ChangeServices
    renewing: RenewServices
    links: OwnerLinkServices
    answers: AnswerStore
    smtp_endpoint: str

    @property
    def onboarding(self) -> OnboardServices:
        """Those of adding and closing accounts."""
        return self.changing.onboarding


def context(router: Any) -> RequestContext[ProvisioningServices]:
    """The context of the request that the router is handling."""
    ctx: RequestContext[ProvisioningServices] = router.context[CONTEXT]
    return ctx
