"""The services of Providers."""

from dataclasses import asdict
from functools import cache

from permille.aws.secrets import SecretsManager
from permille.bootstrap.adapters import Adapters
from permille.settings import ProvidersSettings
from permille.smtp.login import SmtpLogin
from permille.usecases.decisions.provider_requests import RequestServices

LOGIN_SECONDS = 8.0  # for the whole login: somebody waits for the page


@cache
def providers_services() -> RequestServices:
    """From the environment."""
    settings = ProvidersSettings.from_env()
    adapters = Adapters(asdict(settings))
    return RequestServices(
        accounts=adapters.accounts,
        policies=adapters.policies,
        timeline=adapters.timeline,
        signer=adapters.signer,
        login_check=SmtpLogin(local=allows_local(), seconds_in_all=LOGIN_SECONDS),
        secrets=SecretsManager(stack=settings.stack_name),
        requested=SecretsManager(stack=settings.stack_name, requested=True),
    )


def allows_local() -> bool:
    """Whether providers may be on loopback and any port: on the embedded stack, which alone sets the variable."""
    return ProvidersSettings.from_env().local_providers == "on"
