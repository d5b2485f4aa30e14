"""The services of Api."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from permille.bootstrap.adapters import Adapters
from permille.console.api.context import ApiServices
from permille.console.proxy import Proxy
from permille.console.sessions import PROTECTED_API, Authenticator
from permille.ports.answers import KeyedRequest
from permille.settings import ApiSettings


@dataclass(slots=True)
class AnswersOnDemand:
    """Implements `AnswerStore`: the adapter's modules are loaded with the first request that has a key, and hold up no
    other. `context`: of the Lambda invocation that runs now."""

    adapters: Adapters
    context: Any = None

    def answer_once(self, request: KeyedRequest, action: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        self.adapters.answers.during(self.context)
        return self.adapters.answers.answer_once(request, action)


def api_services(context: Any) -> ApiServices:
    """From the environment, for the invocation of this Lambda context: a request whose run is cut off may be repeated
    under its key when the time that the invocation has left is over."""
    answers, services = _services()
    answers.context = context
    return services


@cache
def _services() -> tuple[AnswersOnDemand, ApiServices]:
    settings = ApiSettings.from_env()
    adapters = Adapters(asdict(settings))
    answers = AnswersOnDemand(adapters)
    services = ApiServices(
        proxy=Proxy.of(settings.origin_digests),
        authenticator=Authenticator(PROTECTED_API, adapters.signer, adapters.accounts, adapters.link_register),
        accounts=adapters.accounts,
        account_list=adapters.account_index,
        answers=answers,
        tallies=adapters.tallies,
        timeline=adapters.timeline,
        bounces=adapters.bounces,
        policies=adapters.policies,
        platform=settings.platform_name,
        suppressions=adapters.suppressions,
        smtp_endpoint=settings.smtp_endpoint,
    )
    return answers, services
