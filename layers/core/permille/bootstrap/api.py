"""The services of Api."""

from dataclasses import asdict
from functools import cache

from permille.bootstrap.adapters import Adapters
from permille.console.api.context import ApiServices
from permille.console.proxy import Proxy
from permille.console.sessions import PROTECTED_API, Authenticator
from permille.settings import ApiSettings


@cache
def api_services() -> ApiServices:
    """From the environment."""
    settings = ApiSettings.from_env()
    adapters = Adapters(asdict(settings))
    return ApiServices(
        proxy=Proxy.of(settings.origin_digests),
        authenticator=Authenticator(PROTECTED_API, adapters.signer, adapters.accounts, adapters.link_register),
        accounts=adapters.accounts,
        tallies=adapters.tallies,
        timeline=adapters.timeline,
        bounces=adapters.bounces,
        policies=adapters.policies,
        platform=settings.platform_name,
        suppressions=adapters.suppressions,
        smtp_endpoint=settings.smtp_endpoint,
    )
